// PackedLetters: the letters and digits of ASCII text, one behind the other, and where each of them stood.
//
// So that the rolling hash of text runs over letters alone, without asking at every byte whether it counts (nearly all bytes of nearly all text).
// Thread: value type. Allocates: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::fingerprint {

class PackedLetters {
 public:
  static constexpr size_t kMostBytes = 256;  // of text at a time: a place in it is a byte

  // Takes in text up to its first byte beyond ASCII, kMostBytes at most. Returns how many bytes that were.
  size_t Pack(ByteView text) noexcept;

  size_t count() const noexcept { return count_; }
  uint8_t operator[](size_t letter) const noexcept { return letters_[letter]; }
  // Bytes of the text up to this letter and with it.
  size_t EndOf(size_t letter) const noexcept { return size_t{places_[letter]} + 1; }

 private:
  static constexpr size_t kStep = 16;

  // As many whole steps as there are.
  size_t PackSteps(ByteView text, size_t& count) noexcept;

  // What a step writes beyond its letters is written over by the next one.
  std::array<uint8_t, kMostBytes + kStep> letters_;
  std::array<uint8_t, kMostBytes + kStep> places_;
  size_t count_ = 0;
};

}  // namespace sluice::fingerprint
