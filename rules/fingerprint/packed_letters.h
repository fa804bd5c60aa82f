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
  size_t Pack(ByteView text) noexcept { return PackFrom(text, PackWideSteps(text.First(kMostBytes), Restart())); }
  // The same on any processor.
  size_t PackInSteps(ByteView text) noexcept { return PackFrom(text, Restart()); }

  size_t count() const noexcept { return count_; }
  uint8_t operator[](size_t letter) const noexcept { return letters_[letter]; }
  // Bytes of the text up to this letter and with it.
  size_t EndOf(size_t letter) const noexcept { return size_t{places_[letter]} + 1; }

 private:
  size_t Restart() noexcept { return count_ = 0; }
  size_t PackFrom(ByteView text, size_t at) noexcept;

  static constexpr size_t kStep = 16, kWideStep = 64;

  // From byte `at` on, behind count_ letters: as many whole steps as there are of text within ASCII. Return where they end.
  size_t PackWideSteps(ByteView text, size_t at) noexcept;
  size_t PackSteps(ByteView text, size_t at) noexcept;

  // What a step writes beyond its letters is written over by the next one.
  std::array<uint8_t, kMostBytes + kWideStep> letters_;
  std::array<uint8_t, kMostBytes + kWideStep> places_;
  size_t count_ = 0;
};

}  // namespace sluice::fingerprint
