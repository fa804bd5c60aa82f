#include "dataplane/decode/zip_header.h"

#include <algorithm>
#include <cstring>

namespace sluice::decode {
namespace {

constexpr uint32_t kIn64Bits = 0xFFFFFFFF;       // 4.4.8: the size is in the zip64 field
constexpr uint16_t kZip64Field = 0x0001, kUnicodePathField = 0x7075;
constexpr size_t kFieldHeader = 4, kUnicodePathHeader = 5;

}  // namespace

void ZipHeader::Begin() noexcept { *this = ZipHeader(); }

size_t ZipHeader::Take(ByteView input) noexcept {
  size_t taken = 0;
  while (taken < input.size() && at_ != At::kDone) {
    const ByteView rest = input.From(taken);
    switch (at_) {
      case At::kFixed:
        bytes_[gathered_++] = rest[0];
        ++taken;
        if (gathered_ == bytes_.size()) TakeFixed();
        break;
      case At::kName: {
        const ByteView part = rest.First(name_left_);
        name_.Append(part.AsText());
        name_left_ -= static_cast<uint32_t>(part.size());
        taken += part.size();
        if (name_left_ == 0) AfterName();
        break;
      }
      case At::kExtraHeader:
        bytes_[gathered_++] = rest[0];
        ++taken;
        --extra_left_;
        if (gathered_ == kFieldHeader) TakeExtraHeader();
        else if (extra_left_ == 0) at_ = At::kDone;
        break;
      case At::kExtraData: {
        const ByteView part = rest.First(std::min<uint32_t>(field_left_, extra_left_));
        const ByteView kept = part.First(bytes_.size() - gathered_);
        if (!kept.empty()) std::memcpy(bytes_.data() + gathered_, kept.data(), kept.size());
        if (field_id_ == kUnicodePathField) {
          unicode_name_.Append(part.From(kUnicodePathHeader - std::min<size_t>(kUnicodePathHeader, gathered_)).AsText());
          gathered_ = static_cast<uint8_t>(std::min<size_t>(gathered_ + part.size(), kUnicodePathHeader));
        } else {
          gathered_ = static_cast<uint8_t>(gathered_ + kept.size());
        }
        field_left_ -= static_cast<uint32_t>(part.size());
        extra_left_ -= static_cast<uint32_t>(part.size());
        taken += part.size();
        if (field_left_ == 0 || extra_left_ == 0) EndExtraField();
        break;
      }
      case At::kDone: break;
    }
  }
  return taken;
}

void ZipHeader::TakeFixed() noexcept {
  flags_ = LoadLe16(&bytes_[2]);
  method_ = LoadLe16(&bytes_[4]);
  coded_bytes_ = LoadLe32(&bytes_[14]);
  plain_bytes_ = LoadLe32(&bytes_[18]);
  name_left_ = LoadLe16(&bytes_[22]);
  extra_left_ = LoadLe16(&bytes_[24]);
  at_ = At::kName;
  if (name_left_ == 0) AfterName();
}

void ZipHeader::AfterName() noexcept {
  gathered_ = 0;
  at_ = extra_left_ == 0 ? At::kDone : At::kExtraHeader;
}

void ZipHeader::TakeExtraHeader() noexcept {
  field_id_ = LoadLe16(&bytes_[0]);
  field_left_ = LoadLe16(&bytes_[2]);
  gathered_ = 0;
  at_ = At::kExtraData;
  if (field_left_ == 0 || extra_left_ == 0) EndExtraField();
}

// 4.5.3: of the sizes only those stand in the field that do not fit, the plain one first.
void ZipHeader::EndExtraField() noexcept {
  if (field_id_ == kZip64Field) {
    is_zip64_ = true;
    const size_t at = plain_bytes_ == kIn64Bits ? 8 : 0;
    if (coded_bytes_ == kIn64Bits && gathered_ >= at + 8) coded_bytes_ = LoadLe64(&bytes_[at]);
  }
  if (field_id_ == kUnicodePathField && !unicode_name_.empty()) name_ = unicode_name_;
  AfterName();
}

}  // namespace sluice::decode
