// TextReading: the frame of decoders that read text byte by byte: how much is taken, where it goes, when scratch is full.
//
// A reading derives from TextReading<itself> and offers Take (from a rest that is not empty: how many bytes were taken; none only
// where what was held back was let go) and Finish (what was held back; where that may not fit, holds_text says that there is more). Each writes at most kMostPerTake bytes and what it copies.
// Thread: one worker. Allocates: never. Failure: none; what is no escape is text.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class TextSink {
 public:
  explicit TextSink(std::span<uint8_t> scratch) noexcept : scratch_(scratch) {}
  size_t room() const noexcept { return scratch_.size() - size_; }
  ByteView view() const noexcept { return {scratch_.data(), size_}; }

  // REQUIRES: room() > 0.
  void Put(uint8_t byte) noexcept { scratch_[size_++] = byte; }
  // As much as fits; how much that was.
  size_t Copy(ByteView bytes) noexcept {
    const ByteView taken = bytes.First(room());
    if (!taken.empty()) std::memcpy(scratch_.data() + size_, taken.data(), taken.size());
    size_ += taken.size();
    return taken.size();
  }
  // REQUIRES: room() > 3. What is no character is left out.
  void PutCharacter(uint32_t c) noexcept;

 private:
  std::span<uint8_t> scratch_;
  size_t size_ = 0;
};

// UTF-8 (RFC 3629).
inline void TextSink::PutCharacter(uint32_t c) noexcept {
  const auto tail = [this](uint32_t bits) { Put(static_cast<uint8_t>(0x80 | (bits & 0x3F))); };
  if (c == 0 || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) return;
  if (c < 0x80) return Put(static_cast<uint8_t>(c));
  if (c < 0x800) {
    Put(static_cast<uint8_t>(0xC0 | c >> 6));
  } else {
    if (c < 0x10000) {
      Put(static_cast<uint8_t>(0xE0 | c >> 12));
    } else {
      Put(static_cast<uint8_t>(0xF0 | c >> 18));
      tail(c >> 12);
    }
    tail(c >> 6);
  }
  tail(c);
}

// Halves of characters beyond the basic plane, as UTF-16 has them.
class SurrogatePair {
 public:
  // The character that `unit` completes, or 0 where it is the first half of one.
  uint32_t Add(uint32_t unit) noexcept {
    const uint32_t high = std::exchange(high_, 0);
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high_ = unit;
      return 0;
    }
    if (unit < 0xDC00 || unit > 0xDFFF) return unit;
    return high == 0 ? 0 : 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
  }

 private:
  uint32_t high_ = 0;
};

// The value of a hexadecimal digit, or 16.
constexpr uint8_t HexValue(uint8_t c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  const uint8_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? static_cast<uint8_t>(lower - 'a' + 10) : uint8_t{16};
}

template <typename Derived>
class TextReading : public Decoder {
 public:
  static constexpr size_t kMostPerTake = 16;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept final {
    TextSink sink(scratch);
    size_t taken = 0;
    while (taken < input.size() && sink.room() >= kMostPerTake) {
      taken += static_cast<Derived*>(this)->Take(input.From(taken), sink);
    }
    return {taken, sink.view(), taken < input.size() ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
  }
  DecodeStep End(std::span<uint8_t> scratch) noexcept final {
    TextSink sink(scratch);
    static_cast<Derived*>(this)->Finish(sink);
    if constexpr (requires(const Derived& derived) { derived.holds_text(); }) {
      if (static_cast<Derived*>(this)->holds_text()) return {0, sink.view(), DecodeState::kMoreOutput};
    }
    return {0, sink.view(), DecodeState::kEnd};
  }
  bool may_end() const noexcept final { return true; }
};

}  // namespace sluice::decode
