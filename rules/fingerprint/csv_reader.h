// CsvReader: rows of a table as text (RFC 4180), separated by commas, semicolons or tabs, whichever the first line has most of.
//
// Thread: value type. Allocates: yes (cold path). Failure: a row that does not hold together is left out, and said where and why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::fingerprint {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  // False: there are no more. An empty `fields` with a `problem` is a row that was left out.
  bool Next(std::vector<std::string>& fields, std::string& problem);
  size_t line() const { return line_; }  // where the last row began, from 1

 private:
  std::string QuotedField(bool& ends);

  std::string_view rest_;
  char separator_ = ',';
  size_t line_ = 0, next_line_ = 1;
};

}  // namespace sluice::fingerprint
