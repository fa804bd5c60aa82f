// FieldReader: typed fields from untrusted bytes. The first field that is wrong stops it for good; later reads give zeros.
//
// A count is believed only as far as the bytes that are left could hold it, so that a lie cannot ask for memory.
// Thread: value type. Failure: ok() is false and problem() says at which offset and why.
#pragma once

#include <string>

#include "base/byte_view.h"

namespace sluice::bundle {

class FieldReader {
 public:
  explicit FieldReader(ByteView bytes) : reader_(bytes) {}

  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }
  size_t remaining() const { return reader_.remaining(); }

  void Fail(std::string_view why) {
    if (ok()) problem_ = std::string(why) + " at offset " + std::to_string(reader_.offset());
  }

  uint8_t U8() { return Read<uint8_t>([this](uint8_t& v) { return reader_.Read8(v); }); }
  uint32_t U32() { return Read<uint32_t>([this](uint32_t& v) { return reader_.ReadLe32(v); }); }
  uint64_t U64() { return Read<uint64_t>([this](uint64_t& v) { return reader_.ReadLe64(v); }); }
  ByteView Bytes(uint64_t n) {
    ByteView v;
    if (ok() && (n > reader_.remaining() || !reader_.ReadBytes(static_cast<size_t>(n), v))) Fail("a length runs past the end");
    return v;
  }
  std::string Text() { return std::string(Bytes(U32()).AsText()); }
  bool Bool() {
    const uint8_t v = U8();
    if (v > 1) Fail("a yes-or-no field is neither");
    return v == 1;
  }
  template <typename E>
  E Enum() {
    const uint8_t v = U8();
    if (v >= static_cast<uint8_t>(E::kCount)) Fail("an unknown enumeration value");
    return ok() ? static_cast<E>(v) : E{};
  }
  // A number of elements, each of at least `min_element_bytes`.
  uint32_t Count(size_t min_element_bytes) {
    const uint32_t n = U32();
    if (n > reader_.remaining() / min_element_bytes) Fail("a count exceeds what the section can hold");
    return ok() ? n : 0;
  }
  void ExpectEnd() {
    if (ok() && reader_.remaining() != 0) Fail("bytes follow the last field");
  }

 private:
  template <typename T, typename F>
  T Read(F read) {
    T v{};
    if (ok() && !read(v)) Fail("the section ends in the middle of a field");
    return ok() ? v : T{};
  }

  ByteReader reader_;
  std::string problem_;
};

}  // namespace sluice::bundle
