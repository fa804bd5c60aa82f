// ZipHeader: the local header of a zip entry, read byte by byte (PKWARE APPNOTE 6.3.10, 4.3.7).
//
// Sizes from the zip64 field where it stands, the name from the Unicode field where it stands. Nothing here is believed:
// the decoder compares it with what follows. Thread: value type. Allocates: never. Failure: none; names are cut at kMaxName.
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_view.h"
#include "base/inline_text.h"

namespace sluice::decode {

class ZipHeader {
 public:
  static constexpr size_t kMaxName = 200;

  // Behind the signature.
  void Begin() noexcept;
  // How many bytes were taken; done() once the header is complete.
  size_t Take(ByteView input) noexcept;
  bool done() const noexcept { return at_ == At::kDone; }

  // 4.4.4: bits 0 and 13 say that the content, or the names, are encrypted.
  bool is_encrypted() const noexcept { return (flags_ & 0x2001) != 0; }
  bool has_descriptor() const noexcept { return (flags_ & 8) != 0; }
  bool is_zip64() const noexcept { return is_zip64_; }
  // A folder has no content.
  bool is_folder() const noexcept { return coded_bytes_ == 0 && !has_descriptor() && !name_.empty() && name_.view().back() == '/'; }
  uint16_t method() const noexcept { return method_; }
  // Unknown where has_descriptor() and 0.
  uint64_t coded_bytes() const noexcept { return coded_bytes_; }
  bool knows_size() const noexcept { return coded_bytes_ > 0 || !has_descriptor(); }
  std::string_view name() const noexcept { return name_.view(); }

 private:
  enum class At : uint8_t { kFixed, kName, kExtraHeader, kExtraData, kDone };
  void TakeFixed() noexcept;
  void TakeExtraHeader() noexcept;
  void EndExtraField() noexcept;
  void AfterName() noexcept;

  At at_ = At::kFixed;
  bool is_zip64_ = false;
  uint8_t gathered_ = 0;
  std::array<uint8_t, 26> bytes_;  // of the fixed part, or of a field
  uint16_t flags_ = 0, method_ = 0, field_id_ = 0;
  uint32_t name_left_ = 0, extra_left_ = 0, field_left_ = 0;
  uint64_t coded_bytes_ = 0, plain_bytes_ = 0;
  InlineText<kMaxName> name_, unicode_name_;
};

}  // namespace sluice::decode
