#include "extractor/word_text.h"

#include <algorithm>

#include "extractor/charset.h"
#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

using extract::Outcome;

constexpr size_t kFlags = 0x0A, kFirstCharacter = 0x18, kClx = 0x1A2, kClxBytes = 0x1A6;
constexpr uint16_t kEncryptedFlag = 0x0100, kTable1Flag = 0x0200;
constexpr uint16_t kWord97 = 0xC1;  // nFib

uint16_t At16(ByteView bytes, size_t offset) { return offset + 2 <= bytes.size() ? LoadLe16(bytes.data() + offset) : uint16_t{0}; }
uint32_t At32(ByteView bytes, size_t offset) { return offset + 4 <= bytes.size() ? LoadLe32(bytes.data() + offset) : 0; }

// Marks within the text (MS-DOC 2.4.1 and 2.8.25), as a reader sees them. The instructions of a field stand behind the text, so that
// they do not tear apart what is read as one.
class Reading {
 public:
  void Add(std::string_view utf8) {
    for (const char c : utf8) AddByte(c);
  }
  std::string Take() {
    if (!instructions_.empty()) text_ += "\n" + instructions_;
    return std::move(text_);
  }

 private:
  static constexpr size_t kMaxFields = 32;

  void AddByte(char c) {
    switch (c) {
      case 0x13:
        // Deeper ones are read as part of the field around them.
        if (fields_.size() < kMaxFields) fields_ += 'i';
        return;
      case 0x14:
        if (!fields_.empty()) fields_.back() = 'r';
        return;
      case 0x15:
        if (!fields_.empty()) fields_.pop_back();
        return;
      case 0x07: return Put('\t');
      case 0x0B:
      case 0x0C:
      case 0x0D:
      case 0x0E: return Put('\n');
      case 0x1E: return Put('-');
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') Put(c);
    }
  }
  void Put(char c) { (fields_.find('i') == std::string::npos ? text_ : instructions_) += c; }

  std::string text_, instructions_;
  std::string fields_;  // open ones: i within the instruction, r within the result
};

// Code page 1252 says what the bytes of a compressed piece are.
constexpr uint32_t kCompressedCodePage = 1252;

class Pieces {
 public:
  Pieces(ByteView document, ByteView clx) : document_(document), clx_(clx) {}

  DocumentText Read() {
    // Property modifiers come first, then the table of pieces (2.9.38).
    ByteReader reader(clx_);
    uint8_t kind = 0;
    while (reader.Read8(kind) && kind == 1) {
      uint16_t bytes = 0;
      if (!reader.ReadLe16(bytes) || !reader.Skip(bytes)) return {{}, Outcome::kCorrupt};
    }
    uint32_t bytes = 0;
    if (kind != 2 || !reader.ReadLe32(bytes)) return {{}, Outcome::kCorrupt};
    const ByteView table = reader.Rest().First(bytes);
    const size_t pieces = table.size() < 4 ? 0 : (table.size() - 4) / 12;
    for (size_t i = 0; i < pieces; ++i) Piece(At32(table, i * 4), At32(table, i * 4 + 4), At32(table, (pieces + 1) * 4 + i * 8 + 2));
    return {reading_.Take(), outcome_};
  }

 private:
  void Piece(uint32_t begin, uint32_t end, uint32_t place) {
    if (end <= begin) return;
    constexpr uint32_t kCompressed = 0x40000000, kOffset = 0x3FFFFFFF;
    const bool compressed = (place & kCompressed) != 0;
    const size_t offset = compressed ? (place & kOffset) / 2 : place & kOffset;
    const size_t bytes = size_t{end - begin} * (compressed ? 1 : 2);
    // Pieces may lie over each other, to make much of little: together they are no more than a few times the document.
    constexpr size_t kMaxRepeats = 8;
    if ((taken_ += bytes) > document_.size() * kMaxRepeats) {
      outcome_ = Outcome::kLimit;
      return;
    }
    const ByteView piece = document_.Sub(offset, bytes);
    if (piece.size() < bytes) outcome_ = Outcome::kTruncated;
    reading_.Add(compressed ? ToUtf8(piece, kCompressedCodePage) : Utf16LeToUtf8(piece));
  }

  ByteView document_, clx_;
  Reading reading_;
  size_t taken_ = 0;
  Outcome outcome_ = Outcome::kComplete;
};

}  // namespace

std::string_view WordTableName(ByteView document) { return (At16(document, kFlags) & kTable1Flag) != 0 ? "1Table" : "0Table"; }

DocumentText WordText(ByteView document, std::string_view table) {
  if ((At16(document, kFlags) & kEncryptedFlag) != 0) return {{}, Outcome::kEncrypted};
  if (At16(document, 2) >= kWord97) {
    const ByteView clx = ByteView(table).Sub(At32(document, kClx), At32(document, kClxBytes));
    if (!clx.empty()) return Pieces(document, clx).Read();
  }
  // Before Word 97: eight-bit text in one range; its charset is not said.
  const uint32_t begin = At32(document, kFirstCharacter), end = At32(document, kFirstCharacter + 4);
  const ByteView range = document.Sub(begin, end > begin ? end - begin : 0);
  Reading reading;
  reading.Add(range.AsText());
  return {reading.Take(), range.empty() ? Outcome::kCorrupt : Outcome::kComplete};
}

}  // namespace sluice::extractor
