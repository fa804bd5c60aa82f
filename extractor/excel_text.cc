#include "extractor/excel_text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "extractor/charset.h"
#include "extractor/excel_records.h"

namespace sluice::extractor {
namespace {

using extract::Outcome;

// MS-XLS 2.3.2 and, for the older ones, their numbers in BIFF2 to BIFF5.
enum Record : uint16_t {
  kFormula = 0x0006, kFormula3 = 0x0206, kFormula4 = 0x0406, kHeader = 0x0014, kFooter = 0x0015, kNote = 0x001C, kFilePass = 0x002F,
  kCodePage = 0x0042, kBoundSheet = 0x0085, kMulRk = 0x00BD, kRString = 0x00D6, kSst = 0x00FC, kLabelSst = 0x00FD, kTextObject = 0x01B6,
  kNumber = 0x0203, kNumber2 = 0x0003, kInteger2 = 0x0002, kLabel = 0x0204, kLabel2 = 0x0004, kBool = 0x0205, kString = 0x0207, kRk = 0x027E, kBof = 0x0809,
};

constexpr uint16_t kBiff8 = 0x0600;

// 2.5.217: thirty bits of a number, either its upper ones or a whole number, perhaps times a hundred.
double RkValue(uint32_t rk) {
  double value = 0;
  if ((rk & 2) != 0) {
    value = static_cast<double>(static_cast<int32_t>(rk) >> 2);
  } else {
    const uint64_t bits = static_cast<uint64_t>(rk & 0xFFFFFFFC) << 32;
    std::memcpy(&value, &bits, sizeof(value));
  }
  return (rk & 1) != 0 ? value / 100 : value;
}

std::string NumberText(double value) {
  std::array<char, 32> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.15g", value);
  return std::string(text.data(), static_cast<size_t>(n));
}

class Workbook {
 public:
  explicit Workbook(std::string_view stream) : records_(ByteView(stream)) {}

  DocumentText Read() {
    while (records_.Next()) {
      Take();
      if (outcome_ == Outcome::kEncrypted) return {std::move(text_), outcome_};
    }
    if (records_.is_cut()) outcome_ = Outcome::kTruncated;
    for (size_t i = 0; i < strings_.size(); ++i) {
      if (!shown_[i]) text_ += "\n" + strings_[i];
    }
    return {std::move(text_), outcome_};
  }

 private:
  ByteView content() const { return records_.content(); }
  uint16_t At16(size_t offset) const { return offset + 2 <= content().size() ? LoadLe16(content().data() + offset) : uint16_t{0}; }
  uint32_t At32(size_t offset) const { return offset + 4 <= content().size() ? LoadLe32(content().data() + offset) : 0; }
  double AtDouble(size_t offset) const {
    double value = 0;
    if (offset + 8 <= content().size()) std::memcpy(&value, content().data() + offset, sizeof(value));
    return value;
  }

  void Take() {
    switch (records_.type()) {
      case kBof: version_ = At16(0); break;
      case kFilePass: outcome_ = Outcome::kEncrypted; break;
      case kCodePage: code_page_ = At16(0); break;
      case kSst: TakeStrings(); break;
      case kBoundSheet: Line(ShortString(6)); break;
      case kHeader:
      case kFooter: Line(version_ == kBiff8 ? LongString(0) : ShortString(0)); break;
      case kLabelSst: Shared(At32(6)); break;
      case kLabel:
      case kRString: Cell(LongString(6)); break;
      case kLabel2: Cell(ShortString(7)); break;
      case kString: Cell(LongString(0)); break;
      case kNumber: Cell(NumberText(AtDouble(6))); break;
      case kNumber2: Cell(NumberText(AtDouble(7))); break;
      case kInteger2: Cell(NumberText(At16(7))); break;
      case kRk: Cell(NumberText(RkValue(At32(6)))); break;
      case kMulRk: TakeRow(); break;
      case kBool: Cell(content().size() > 7 && content()[7] == 0 ? (content()[6] != 0 ? "TRUE" : "FALSE") : "#ERROR"); break;
      case kFormula:
      case kFormula3:
      case kFormula4: TakeFormula(); break;
      case kTextObject: TakeShape(); break;
      case kNote: if (version_ != kBiff8) Line(LongString(4)); break;
      default: break;
    }
  }

  // 2.4.265: all strings that cells share.
  void TakeStrings() {
    PartReader reader(records_.parts());
    uint32_t total = 0, unique = 0;
    if (!reader.Read32(total) || !reader.Read32(unique)) return;
    for (uint32_t i = 0; i < unique; ++i) {
      uint16_t length = 0;
      std::string text;
      if (!reader.Read16(length)) break;
      const bool whole = reader.ReadString(length, text);
      strings_.push_back(std::move(text));
      if (!whole) break;
    }
    shown_.assign(strings_.size(), false);
  }

  void Shared(uint32_t index) {
    if (index >= strings_.size()) {
      outcome_ = Outcome::kCorrupt;
      return;
    }
    // Many cells may show one long string: it is written often enough to be seen beside what surrounds it, and no more.
    constexpr uint64_t kMostRepeated = uint64_t{64} << 20;
    if (shown_[index] && (repeated_ += strings_[index].size()) > kMostRepeated) {
      outcome_ = Outcome::kLimit;
      return;
    }
    shown_[index] = true;
    Cell(strings_[index]);
  }

  // 2.4.175: row, first column, then a format and a number for each cell.
  void TakeRow() {
    constexpr size_t kCell = 6, kLastColumn = 2;
    for (size_t at = 4; at + kCell + kLastColumn <= content().size(); at += kCell) Cell(NumberText(RkValue(At32(at + 2))));
  }

  // 2.5.133: a number, or what else the result is; a string follows in a record of its own.
  void TakeFormula() {
    if (At16(12) != 0xFFFF) return Cell(NumberText(AtDouble(6)));
    constexpr uint8_t kBoolean = 1;
    if (content()[6] == kBoolean) Cell(content()[8] != 0 ? "TRUE" : "FALSE");
  }

  // 2.4.329: the text stands in the continuations, flags first.
  void TakeShape() {
    const size_t length = At16(10);
    if (records_.parts().size() < 2 || length == 0) return;
    PartReader reader(records_.parts());
    reader.NextPart();
    uint8_t flags = 0;
    std::string text;
    if (!reader.Read8(flags)) return;
    static_cast<void>(reader.ReadCharacters(length, (flags & 1) != 0, text));
    Line(text);
  }

  // Behind a length of two bytes, or of one.
  std::string LongString(size_t offset) {
    if (version_ != kBiff8) return ToUtf8(content().Sub(offset + 2, At16(offset)), code_page_);
    return Unicode(offset + 2, At16(offset));
  }
  std::string ShortString(size_t offset) {
    const size_t length = offset < content().size() ? content()[offset] : 0;
    if (version_ != kBiff8) return ToUtf8(content().Sub(offset + 1, length), code_page_);
    return Unicode(offset + 1, length);
  }
  std::string Unicode(size_t offset, size_t length) {
    PartReader reader(records_.parts());
    std::string text;
    if (reader.Skip(offset)) static_cast<void>(reader.ReadString(length, text));
    return text;
  }

  void Cell(const std::string& text) {
    const uint16_t row = At16(0);
    if (records_.type() != kString) {
      text_ += row == row_ ? '\t' : '\n';
      row_ = row;
    } else {
      text_ += '\t';
    }
    text_ += text;
  }
  void Line(const std::string& text) {
    if (!text.empty()) text_ += "\n" + text + "\n";
  }

  ExcelRecords records_;
  uint16_t version_ = 0;
  uint32_t code_page_ = 1252;
  uint16_t row_ = UINT16_MAX;
  uint64_t repeated_ = 0;
  std::vector<std::string> strings_;
  std::vector<bool> shown_;
  std::string text_;
  Outcome outcome_ = Outcome::kComplete;
};

}  // namespace

DocumentText ExcelText(std::string_view workbook) { return Workbook(workbook).Read(); }

}  // namespace sluice::extractor
