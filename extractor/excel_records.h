// ExcelRecords: the records of a workbook stream, and strings that go on over several of them.
//
// Thread: one. Allocates: strings read. Failure: a read past the last continuation says no. Source: MS-XLS 2.1.4, 2.5.293, 2.5.294.
#pragma once

#include <string>
#include <vector>

#include "base/byte_view.h"

namespace sluice::extractor {

class ExcelRecords {
 public:
  explicit ExcelRecords(ByteView stream) : stream_(stream) {}

  // The next record; Continue records belong to the one before them.
  bool Next();
  uint16_t type() const { return type_; }
  ByteView content() const { return parts_.empty() ? ByteView() : parts_.front(); }
  const std::vector<ByteView>& parts() const { return parts_; }
  // The stream did not end with a whole record.
  bool is_cut() const { return cut_; }

 private:
  bool ReadOne(uint16_t& type, ByteView& content);

  ByteView stream_;
  size_t at_ = 0;
  uint16_t type_ = 0;
  std::vector<ByteView> parts_;
  bool cut_ = false;
};

// Reads on over the parts of a record as one.
class PartReader {
 public:
  explicit PartReader(const std::vector<ByteView>& parts) : parts_(parts) {}

  bool Read8(uint8_t& value);
  bool Read16(uint16_t& value);
  bool Read32(uint32_t& value);
  bool Skip(size_t bytes);
  // 2.5.294: characters, of one byte or of two; which it is is said anew where a part begins within them.
  bool ReadCharacters(size_t count, bool wide, std::string& text);
  // 2.5.293: with rich and phonetic data, which are passed over.
  bool ReadString(size_t count, std::string& text);
  void NextPart();

 private:
  bool Settle();  // onto a part with bytes left

  const std::vector<ByteView>& parts_;
  size_t part_ = 0, offset_ = 0;
};

}  // namespace sluice::extractor
