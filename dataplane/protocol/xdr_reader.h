// XdrReader: the values of XDR (RFC 4506) at the front of bytes that may not all have come: what is missing is said, not guessed.
//
// Thread: value type. Allocates: never. Failure: a read past the end fails, and `wanted()` tells how many bytes it would take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"

namespace sluice::protocol {

class XdrReader {
 public:
  explicit XdrReader(ByteView bytes) noexcept : bytes_(bytes) {}

  size_t at() const noexcept { return at_; }
  bool failed() const noexcept { return wanted_ != 0; }
  size_t wanted() const noexcept { return wanted_; }

  bool U32(uint32_t& value) noexcept {
    if (!Have(4)) return false;
    value = LoadBe32(bytes_.data() + at_);
    at_ += 4;
    return true;
  }
  bool U64(uint64_t& value) noexcept {
    if (!Have(8)) return false;
    value = LoadBe64(bytes_.data() + at_);
    at_ += 8;
    return true;
  }
  bool Skip(size_t bytes) noexcept {
    if (!Have(bytes)) return false;
    at_ += bytes;
    return true;
  }
  // RFC 4506, 4.10: a length, the bytes, and zeros up to a multiple of four.
  bool Opaque(std::string_view& value) noexcept {
    uint32_t size = 0;
    if (!U32(size)) return false;
    if (!Have(Padded(size))) return false;
    value = bytes_.Sub(at_, size).AsText();
    at_ += Padded(size);
    return true;
  }
  bool SkipOpaque() noexcept {
    std::string_view value;
    return Opaque(value);
  }
  // RFC 4506, 4.13: a count, and so many words.
  bool SkipWords() noexcept {
    uint32_t count = 0;
    return U32(count) && Skip(size_t{count} * 4);
  }
  // What `layout` says, a character each: i and h integers of 4 and 8 bytes, s a state of 16, o an opaque, w an array of words.
  bool SkipLayout(std::string_view layout) noexcept {
    for (const char each : layout) {
      const bool there = each == 'i' ? Skip(4) : each == 'h' ? Skip(8) : each == 's' ? Skip(16) : each == 'o' ? SkipOpaque() : SkipWords();
      if (!there) return false;
    }
    return true;
  }

  static constexpr uint64_t Padded(uint64_t size) noexcept { return (size + 3) / 4 * 4; }

 private:
  bool Have(uint64_t bytes) noexcept {
    if (failed()) return false;
    if (bytes_.size() - at_ >= bytes) return true;
    wanted_ = static_cast<size_t>(at_ + bytes);
    return false;
  }

  ByteView bytes_;
  size_t at_ = 0;
  size_t wanted_ = 0;
};

}  // namespace sluice::protocol
