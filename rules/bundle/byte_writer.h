// ByteWriter: little-endian fields appended to a growing buffer; the counterpart of FieldReader.
//
// Thread: value type. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_order.h"
#include "base/byte_view.h"

namespace sluice::bundle {

class ByteWriter {
 public:
  void U8(uint8_t v) { bytes_.push_back(v); }
  void Bool(bool v) { U8(v ? 1 : 0); }
  void U32(uint32_t v) {
    uint8_t raw[4];
    StoreLe32(raw, v);
    Raw({raw, sizeof raw});
  }
  void U64(uint64_t v) {
    uint8_t raw[8];
    StoreLe64(raw, v);
    Raw({raw, sizeof raw});
  }
  template <typename E>
  void Enum(E v) { U8(static_cast<uint8_t>(v)); }
  void Raw(ByteView v) { bytes_.insert(bytes_.end(), v.begin(), v.end()); }
  void Text(std::string_view v) {
    U32(static_cast<uint32_t>(v.size()));
    Raw(ByteView(v));
  }

  const std::vector<uint8_t>& bytes() const { return bytes_; }
  ByteView view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace sluice::bundle
