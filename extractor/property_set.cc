#include "extractor/property_set.h"

#include <algorithm>
#include <map>

#include "extractor/charset.h"
#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

constexpr uint32_t kDictionary = 0, kCodePage = 1;
constexpr uint32_t kUtf16 = 1200;

std::string WithoutEnd(std::string text) {
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

// One section: properties by number, their names where the section has a dictionary.
class Section {
 public:
  explicit Section(ByteView bytes) : bytes_(bytes) {}

  void Read(std::string& text) {
    ByteReader reader(bytes_);
    uint32_t size = 0, count = 0;
    if (!reader.ReadLe32(size) || !reader.ReadLe32(count)) return;
    std::map<uint32_t, uint32_t> places;
    for (uint32_t i = 0, number = 0, place = 0; i < count && reader.ReadLe32(number) && reader.ReadLe32(place); ++i) places[number] = place;
    if (places.count(kCodePage) > 0) ReadCodePage(bytes_.From(places[kCodePage]));
    if (places.count(kDictionary) > 0) ReadNames(bytes_.From(places[kDictionary]));
    for (const auto& [number, place] : places) {
      if (number == kDictionary || number == kCodePage) continue;
      const std::string value = Value(bytes_.From(place));
      if (value.empty()) continue;
      const auto name = names_.find(number);
      if (name != names_.end()) text += name->second + ": ";
      text += value + "\n";
    }
  }

 private:
  void ReadCodePage(ByteView value) {
    ByteReader reader(value);
    uint16_t page = 0;
    if (reader.Skip(4) && reader.ReadLe16(page)) code_page_ = page;
  }

  void ReadNames(ByteView dictionary) {
    ByteReader reader(dictionary);
    uint32_t count = 0;
    if (!reader.ReadLe32(count)) return;
    for (uint32_t i = 0, number = 0, length = 0; i < count && reader.ReadLe32(number) && reader.ReadLe32(length); ++i) {
      // 2.17: in characters, and padded, where the code page is Unicode.
      const size_t bytes = code_page_ == kUtf16 ? (size_t{length} * 2 + 3) / 4 * 4 : length;
      ByteView name;
      if (!reader.ReadBytes(bytes, name)) return;
      names_[number] = WithoutEnd(ToUtf8(name, code_page_));
    }
  }

  std::string Value(ByteView typed) const {
    ByteReader reader(typed);
    uint32_t type = 0, count = 1;
    constexpr uint32_t kVector = 0x1000, kText = 0x1E, kUnicode = 0x1F;
    if (!reader.ReadLe32(type)) return {};
    if ((type & kVector) != 0 && !reader.ReadLe32(count)) return {};
    const uint32_t element = type & ~kVector;
    if (element != kText && element != kUnicode) return {};
    std::string all;
    for (uint32_t i = 0, length = 0; i < count && reader.ReadLe32(length); ++i) {
      ByteView text;
      const size_t bytes = element == kUnicode ? (size_t{length} * 2 + 3) / 4 * 4 : length;
      if (!reader.ReadBytes(bytes, text)) break;
      if (!all.empty()) all += "\n";
      all += WithoutEnd(ToUtf8(text, element == kUnicode ? kUtf16 : code_page_));
    }
    return all;
  }

  ByteView bytes_;
  uint32_t code_page_ = 1252;
  std::map<uint32_t, std::string> names_;
};

}  // namespace

std::string PropertySetText(ByteView stream) {
  constexpr size_t kSections = 24, kFirstSection = 44, kSectionEntry = 20;
  std::string text;
  if (stream.size() < kSections + 4) return text;
  const uint32_t sections = std::min<uint32_t>(LoadLe32(stream.data() + kSections), 2);
  for (uint32_t i = 0; i < sections; ++i) {
    const size_t at = kFirstSection + i * kSectionEntry;
    if (at + 4 > stream.size()) break;
    Section(stream.From(LoadLe32(stream.data() + at))).Read(text);
  }
  return text;
}

}  // namespace sluice::extractor
