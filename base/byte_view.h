// ByteView: bytes that somebody else owns, and ByteReader: the one way to read untrusted ones.
//
// A read past the end fails and moves nothing; no length that comes from the bytes is believed before it is compared
// with what is there. Thread: value types. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_order.h"

namespace sluice {

class ByteView {
 public:
  constexpr ByteView() = default;
  constexpr ByteView(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  explicit ByteView(std::string_view text) : data_(reinterpret_cast<const uint8_t*>(text.data())), size_(text.size()) {}

  constexpr const uint8_t* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const uint8_t* begin() const { return data_; }
  constexpr const uint8_t* end() const { return data_ + size_; }
  // REQUIRES: i < size().
  constexpr uint8_t operator[](size_t i) const { return data_[i]; }

  // Both cut at the end instead of reading past it; First(n).size() tells how much there was.
  constexpr ByteView First(size_t n) const { return {data_, n < size_ ? n : size_}; }
  constexpr ByteView From(size_t n) const { return n < size_ ? ByteView{data_ + n, size_ - n} : ByteView{data_ + size_, 0}; }
  constexpr ByteView Sub(size_t offset, size_t n) const { return From(offset).First(n); }

  std::string_view AsText() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  size_t offset() const { return offset_; }
  size_t remaining() const { return bytes_.size() - offset_; }
  ByteView Rest() const { return bytes_.From(offset_); }

  [[nodiscard]] bool Skip(size_t n) {
    if (n > remaining()) return false;
    offset_ += n;
    return true;
  }
  [[nodiscard]] bool Read8(uint8_t& v) { return ReadWith(v, 1, [](const uint8_t* p) { return *p; }); }
  [[nodiscard]] bool ReadBe16(uint16_t& v) { return ReadWith(v, 2, LoadBe16); }
  [[nodiscard]] bool ReadBe32(uint32_t& v) { return ReadWith(v, 4, LoadBe32); }
  [[nodiscard]] bool ReadBe64(uint64_t& v) { return ReadWith(v, 8, LoadBe64); }
  [[nodiscard]] bool ReadLe16(uint16_t& v) { return ReadWith(v, 2, LoadLe16); }
  [[nodiscard]] bool ReadLe32(uint32_t& v) { return ReadWith(v, 4, LoadLe32); }
  [[nodiscard]] bool ReadLe64(uint64_t& v) { return ReadWith(v, 8, LoadLe64); }
  [[nodiscard]] bool ReadBytes(size_t n, ByteView& v) {
    if (n > remaining()) return false;
    v = bytes_.Sub(offset_, n);
    offset_ += n;
    return true;
  }

 private:
  template <typename T, typename Load>
  bool ReadWith(T& v, size_t n, Load load) {
    if (n > remaining()) return false;
    v = load(bytes_.data() + offset_);
    offset_ += n;
    return true;
  }

  ByteView bytes_;
  size_t offset_ = 0;
};

}  // namespace sluice
