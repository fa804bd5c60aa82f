// Secrets: the secret key of an organisation's document signatures, and the tables that are drawn from it.
//
// Everything that a set holds is a keyed hash: without the key nobody can ask a set whether it knows a text (by dictionary), nor tell which
// places of a document were chosen and change just those. Sets of one appliance share one key. See docs/decisions/signature-key.md.
// Thread: immutable once made. Allocates: in Make and the file functions. Failure: Result, one sentence with what to do.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace sluice::fingerprint {

__extension__ typedef unsigned __int128 Uint128;

inline constexpr size_t kKeyBytes = 32;
using Key = Secret<std::array<uint8_t, kKeyBytes>>;

// Reads a key file of `sluicec fingerprint --new-key`: one line, for nobody but its owner (mode 0600).
Result<Key> ReadKey(const std::string& path);
// Draws a key and writes it. Failure: the file is there already (a key that is overwritten is lost, and its sets with it).
Status WriteNewKey(const std::string& path);

// A fingerprint as sets hold it: the upper 56 bits count.
using Fingerprint = uint64_t;
inline constexpr unsigned kFingerprintBits = 56;
inline constexpr Fingerprint kFingerprintMask = ~Fingerprint{0} << (64 - kFingerprintBits);

struct Secrets {
  std::array<uint64_t, 256> binary_gear{};
  std::array<uint64_t, 128> ascii_gear{};  // 0: left out
  static constexpr char32_t kFirstIdeograph = 0x4E00, kLastIdeograph = 0x9FFF;  // CJK Unified Ideographs: nearly all of Chinese
  std::array<uint64_t, kLastIdeograph - kFirstIdeograph + 1> ideograph_gear{};   // GearOf them
  uint64_t mix_add = 0, mix_multiply = 0;
  uint64_t text_seed = 0, binary_seed = 0, block_seed = 0, checksum_seed = 0;
  std::array<uint64_t, 2> sip{};
  std::array<uint8_t, 32> digest_key{};    // of whole contents
  std::array<uint8_t, 16> check{};         // tells keys apart, says nothing of them

  static std::shared_ptr<const Secrets> Make(const Key& key);

  // Value of a character beyond ASCII in the rolling hash of text.
  uint64_t GearOf(char32_t c) const noexcept {
    uint64_t x = (c + mix_add) * mix_multiply;
    x ^= x >> 32;
    x *= 0x9e3779b97f4a7c15ULL;
    return x ^ (x >> 29);
  }
};

// SipHash of one 64-bit word (Aumasson, Bernstein 2012), with so many rounds for a word and at the end.
template <int kWordRounds, int kLastRounds>
uint64_t SipHashOfWord(const std::array<uint64_t, 2>& key, uint64_t word) noexcept {
  uint64_t v0 = key[0] ^ 0x736f6d6570736575ULL, v1 = key[1] ^ 0x646f72616e646f6dULL;
  uint64_t v2 = key[0] ^ 0x6c7967656e657261ULL, v3 = key[1] ^ 0x7465646279746573ULL;
  const auto rounds = [&](int count) {
    for (; count > 0; --count) {
      v0 += v1; v1 = std::rotl(v1, 13); v1 ^= v0; v0 = std::rotl(v0, 32);
      v2 += v3; v3 = std::rotl(v3, 16); v3 ^= v2;
      v0 += v3; v3 = std::rotl(v3, 21); v3 ^= v0;
      v2 += v1; v1 = std::rotl(v1, 17); v1 ^= v2; v2 = std::rotl(v2, 32);
    }
  };
  constexpr uint64_t kLength = uint64_t{8} << 56;
  v3 ^= word; rounds(kWordRounds); v0 ^= word;
  v3 ^= kLength; rounds(kWordRounds); v0 ^= kLength;
  v2 ^= 0xff;
  rounds(kLastRounds);
  return v0 ^ v1 ^ v2 ^ v3;
}

// The last step of every fingerprint: SipHash-1-3. Its input is a keyed hash already, so that nobody chooses or sees it.
inline uint64_t SipHashWord(const std::array<uint64_t, 2>& key, uint64_t word) noexcept { return SipHashOfWord<1, 3>(key, word); }

}  // namespace sluice::fingerprint
