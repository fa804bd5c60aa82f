#include "extractor/outlook_text.h"

#include <array>
#include <cstring>

#include "base/byte_view.h"
#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

using namespace std::string_view_literals;

// "__substg1.0_" and eight digits: the property and its type.
constexpr std::string_view kPrefix = "__substg1.0_";
constexpr std::string_view kUnicode = "001F", kEightBit = "001E", kBinary = "0102";  // types
constexpr std::string_view kHtmlBody = "1013", kRtfBody = "1009", kAttachment = "3701", kLongName = "3707";

// MS-OXRTFCP 2.1.3.1.1: what the dictionary begins with.
constexpr std::string_view kBeginning =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
    "Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"sv;

class Unpacker {
 public:
  Unpacker() { std::memcpy(dictionary_.data(), kBeginning.data(), kBeginning.size()); }

  // Bounded by the input: each byte of it gives at most nine of output.
  std::string Run(ByteView packed) {
    ByteReader reader(packed);
    for (uint8_t flags = 0; reader.Read8(flags);) {
      for (int bit = 0; bit < 8; ++bit, flags = static_cast<uint8_t>(flags >> 1)) {
        if ((flags & 1) == 0) {
          uint8_t literal = 0;
          if (!reader.Read8(literal)) return std::move(out_);
          Put(literal);
          continue;
        }
        uint16_t reference = 0;
        if (!reader.ReadBe16(reference)) return std::move(out_);
        if (!Repeat(reference >> 4, (reference & 0x0Fu) + 2)) return std::move(out_);
      }
    }
    return std::move(out_);
  }

 private:
  void Put(uint8_t byte) {
    out_ += static_cast<char>(byte);
    dictionary_[at_] = byte;
    at_ = (at_ + 1) % dictionary_.size();
  }
  // A reference to where the next byte will stand ends the data.
  bool Repeat(size_t from, size_t bytes) {
    if (from == at_) return false;
    for (size_t i = 0; i < bytes; ++i) Put(dictionary_[(from + i) % dictionary_.size()]);
    return true;
  }

  std::array<uint8_t, 4096> dictionary_{};
  size_t at_ = kBeginning.size();
  std::string out_;
};

}  // namespace

bool OutlookText::Wants(std::string_view name) { return name.size() == kPrefix.size() + 8 && name.substr(0, kPrefix.size()) == kPrefix; }

void OutlookText::Add(std::string_view name, const std::string& content) {
  const std::string_view property = name.substr(kPrefix.size(), 4), type = name.substr(kPrefix.size() + 4);
  if (property == kRtfBody) {
    if (body_.empty()) body_ = UnpackRtf(content);
  } else if (property == kHtmlBody) {
    body_ = type == kUnicode ? Utf16LeToUtf8(ByteView(content)) : content;
  } else if (property == kAttachment && type == kBinary) {
    attachment_ = content;
  } else if (type == kUnicode || type == kEightBit) {
    const std::string value = type == kUnicode ? Utf16LeToUtf8(ByteView(content)) : content;
    if (property == kLongName) attachment_name_ = value;
    text_ += value + "\n";
  }
}

std::string UnpackRtf(std::string_view packed) {
  constexpr uint32_t kPacked = 0x75465A4C, kPlain = 0x414C454D;
  ByteReader reader{ByteView(packed)};
  uint32_t packed_bytes = 0, bytes = 0, kind = 0, check = 0;
  if (!reader.ReadLe32(packed_bytes) || !reader.ReadLe32(bytes) || !reader.ReadLe32(kind) || !reader.ReadLe32(check)) return {};
  if (kind == kPlain) return std::string(reader.Rest().First(bytes).AsText());
  return kind == kPacked ? Unpacker().Run(reader.Rest()) : std::string();
}

}  // namespace sluice::extractor
