// BinarySelector: bytes in any cut → places chosen by a Gear hash of the 64 bytes before them → a hash of the 512 bytes behind.
//
// Places as in content-defined chunking (Gear: Xia 2014; FastCDC: Xia 2016), one in 2,048 bytes; but what is hashed is a block behind
// the place instead of the chunk up to the next one, so that a piece of a file need hold only 576 bytes round a place, and nothing is kept but
// a few words (docs/decisions/signature-selection.md). A piece of 64 KiB misses every place with a chance of e^-31.
// Thread: value type. Allocates: never.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/byte_order.h"
#include "base/byte_view.h"
#include "rules/fingerprint/secrets.h"

namespace sluice::fingerprint {

inline constexpr uint32_t kBlockBytes = 512;

struct BinaryState {
  uint64_t gear = 0;
  uint64_t block = 0;      // hash of the block at hand
  uint64_t word = 0;       // bytes of it that are no whole word yet
  uint32_t block_left = 0; // 0: between blocks
  uint32_t unfilled = 64;  // bytes that the window lacks since the beginning: until then no place is chosen
};

class BinarySelector {
 public:
  explicit BinarySelector(const Secrets& secrets) : secrets_(&secrets) {}

  void Begin(BinaryState& state) const noexcept {
    state = BinaryState();
    state.gear = secrets_->binary_seed;
  }

  // Calls emit(word, end): the hash of a block, and where in `run` it ended.
  template <typename Emit>
  void Feed(BinaryState& state, ByteView run, Emit&& emit) const noexcept {
    size_t at = 0;
    while (at < run.size()) {
      if (state.block_left == 0) {
        at = FindPlace(state, run, at);
        continue;
      }
      const ByteView part = run.Sub(at, state.block_left);
      HashBlock(state, part);
      // Only the last 64 bytes are still in the hash.
      for (const uint8_t byte : part.From(part.size() - std::min(part.size(), kGearWindow))) state.gear = (state.gear << 1) + secrets_->binary_gear[byte];
      at += part.size();
      if (state.block_left == 0) emit(state.block, at);
    }
  }

  static constexpr uint64_t kPeriod = 2048;  // bytes, of which one is a place

 private:
  static constexpr uint64_t kLimit = UINT64_MAX / kPeriod;
  static constexpr size_t kGearWindow = 64;

  size_t FindPlace(BinaryState& state, ByteView run, size_t at) const noexcept {
    uint64_t gear = state.gear;
    const uint8_t* const data = run.data();
    const size_t size = run.size();
    for (; state.unfilled > 0 && at < size; --state.unfilled) gear = (gear << 1) + secrets_->binary_gear[data[at++]];
    // Four at a time, so that each waits for the hash before them and not for the byte before it.
    const uint64_t* const table = secrets_->binary_gear.data();
    for (; at + 4 <= size; at += 4) {
      const uint64_t one = table[data[at]], two = (one << 1) + table[data[at + 1]], three = (two << 1) + table[data[at + 2]];
      const uint64_t four = (three << 1) + table[data[at + 3]];
      if (std::min({(gear << 1) + one, (gear << 2) + two, (gear << 3) + three, (gear << 4) + four}) < kLimit) break;
      gear = (gear << 4) + four;
    }
    while (at < size) {
      gear = (gear << 1) + secrets_->binary_gear[data[at++]];
      if (gear >= kLimit) continue;
      state.block_left = kBlockBytes;
      state.block = secrets_->block_seed;
      break;
    }
    state.gear = gear;
    return at;
  }

  static uint64_t Mix(uint64_t hash, uint64_t word) noexcept {
    const auto product = static_cast<Uint128>(hash ^ word) * 0x9e3779b97f4a7c15ULL;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  // REQUIRES: part.size() <= block_left. A block is whole words.
  static void HashBlock(BinaryState& state, ByteView part) noexcept {
    const uint8_t* p = part.begin();
    const uint8_t* const end = part.end();
    while (p != end) {
      if (state.block_left % 8 == 0 && end - p >= 8) {
        state.block = Mix(state.block, LoadLe64(p));
        p += 8;
        state.block_left -= 8;
        continue;
      }
      state.word = state.word >> 8 | static_cast<uint64_t>(*p++) << 56;
      if (--state.block_left % 8 == 0) state.block = Mix(state.block, state.word);
    }
  }

  const Secrets* secrets_;
};

}  // namespace sluice::fingerprint
