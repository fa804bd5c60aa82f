#include "extractor/excel_records.h"

#include <algorithm>

#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

constexpr uint16_t kContinue = 0x3C;

}  // namespace

bool ExcelRecords::ReadOne(uint16_t& type, ByteView& content) {
  ByteReader reader(stream_.From(at_));
  uint16_t bytes = 0;
  // Fewer bytes than a head are padding: streams are as long as their sectors.
  if (!reader.ReadLe16(type) || !reader.ReadLe16(bytes)) return false;
  content = reader.Rest().First(bytes);
  cut_ = content.size() < bytes;
  at_ += 4 + content.size();
  return true;
}

bool ExcelRecords::Next() {
  parts_.clear();
  ByteView content;
  if (!ReadOne(type_, content)) return false;
  parts_.push_back(content);
  for (;;) {
    const size_t before = at_;
    uint16_t type = 0;
    if (!ReadOne(type, content)) break;
    if (type != kContinue) {
      at_ = before;
      cut_ = false;
      break;
    }
    parts_.push_back(content);
  }
  return true;
}

bool PartReader::Settle() {
  while (part_ < parts_.size() && offset_ >= parts_[part_].size()) NextPart();
  return part_ < parts_.size();
}

void PartReader::NextPart() {
  ++part_;
  offset_ = 0;
}

bool PartReader::Read8(uint8_t& value) {
  if (!Settle()) return false;
  value = parts_[part_][offset_++];
  return true;
}

bool PartReader::Read16(uint16_t& value) {
  uint8_t low = 0, high = 0;
  if (!Read8(low) || !Read8(high)) return false;
  value = static_cast<uint16_t>(low | high << 8);
  return true;
}

bool PartReader::Read32(uint32_t& value) {
  uint16_t low = 0, high = 0;
  if (!Read16(low) || !Read16(high)) return false;
  value = low | static_cast<uint32_t>(high) << 16;
  return true;
}

bool PartReader::Skip(size_t bytes) {
  while (bytes > 0) {
    if (!Settle()) return false;
    const size_t here = std::min(bytes, parts_[part_].size() - offset_);
    offset_ += here;
    bytes -= here;
  }
  return true;
}

bool PartReader::ReadCharacters(size_t count, bool wide, std::string& text) {
  while (count > 0) {
    if (part_ < parts_.size() && offset_ >= parts_[part_].size()) {
      NextPart();
      uint8_t flags = 0;
      if (!Read8(flags)) return false;
      wide = (flags & 1) != 0;
    }
    if (part_ >= parts_.size()) return false;
    const size_t width = wide ? 2 : 1;
    const size_t here = std::min(count, (parts_[part_].size() - offset_) / width);
    if (here == 0) return false;
    const ByteView characters = parts_[part_].Sub(offset_, here * width);
    text += wide ? Utf16LeToUtf8(characters) : Latin1ToUtf8(characters);
    offset_ += here * width;
    count -= here;
  }
  return true;
}

bool PartReader::ReadString(size_t count, std::string& text) {
  constexpr uint8_t kWide = 1, kPhonetic = 4, kRich = 8;
  uint8_t flags = 0;
  uint16_t runs = 0;
  uint32_t phonetic = 0;
  if (!Read8(flags)) return false;
  if ((flags & kRich) != 0 && !Read16(runs)) return false;
  if ((flags & kPhonetic) != 0 && !Read32(phonetic)) return false;
  return ReadCharacters(count, (flags & kWide) != 0, text) && Skip(size_t{runs} * 4 + phonetic);
}

}  // namespace sluice::extractor
