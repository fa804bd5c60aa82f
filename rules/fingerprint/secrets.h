// Secrets: the secret key of an organisation's document signatures, and the tables that are drawn from it.
//
// Everything that a set holds is a keyed hash: without the key nobody can ask a set whether it knows a text (by dictionary), nor tell which
// places of a document were chosen and change just those. Sets of one appliance share one key. See docs/decisions/signature-key.md.
// Thread: immutable once made. Allocates: in Make and the file functions. Failure: Result, one sentence with what to do.
#pragma once

#include <array>
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

// SipHash-2-4 of one 64-bit word (Aumasson, Bernstein 2012), the last step of every fingerprint.
uint64_t SipHashWord(const std::array<uint64_t, 2>& key, uint64_t word) noexcept;

}  // namespace sluice::fingerprint
