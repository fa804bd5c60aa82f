#include "rules/fingerprint/csv_reader.h"

#include <algorithm>

namespace sluice::fingerprint {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  if (rest_.substr(0, kByteOrderMark.size()) == kByteOrderMark) rest_.remove_prefix(kByteOrderMark.size());
  const std::string_view first = rest_.substr(0, rest_.find('\n'));
  for (const char separator : {';', '\t'}) {
    if (std::count(first.begin(), first.end(), separator) > std::count(first.begin(), first.end(), separator_)) separator_ = separator;
  }
}

// REQUIRES: rest_ begins behind the quote. `ends`: the closing quote is there.
std::string CsvReader::QuotedField(bool& ends) {
  std::string field;
  ends = false;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++next_line_;
    if (c != '"') {
      field += c;
    } else if (!rest_.empty() && rest_.front() == '"') {
      field += '"';
      rest_.remove_prefix(1);
    } else {
      ends = true;
      break;
    }
  }
  return field;
}

bool CsvReader::Next(std::vector<std::string>& fields, std::string& problem) {
  fields.clear();
  problem.clear();
  if (rest_.empty()) return false;
  line_ = next_line_;
  const std::string_view row = rest_;
  for (bool more = true; more;) {
    std::string field;
    if (!rest_.empty() && rest_.front() == '"') {
      rest_.remove_prefix(1);
      bool ends = false;
      field = QuotedField(ends);
      const bool clean = rest_.empty() || rest_.front() == separator_ || rest_.front() == '\n' || rest_.front() == '\r';
      if (!ends || !clean) {
        problem = ends ? "something follows a closing quote" : "a quote does not end";
        break;
      }
    }
    const size_t end = std::min(rest_.find_first_of(std::string{separator_, '\n'}), rest_.size());
    field += rest_.substr(0, end);
    more = end < rest_.size() && rest_[end] == separator_;
    rest_.remove_prefix(std::min(end + (more ? 1 : 0), rest_.size()));
    while (!more && !field.empty() && field.back() == '\r') field.pop_back();
    fields.push_back(std::move(field));
  }
  if (!problem.empty()) {
    // What follows is read again from the next line on, so that one quote does not swallow the table.
    fields.clear();
    const size_t end = std::min(row.find('\n'), row.size());
    rest_ = row.substr(end);
    next_line_ = line_;
  }
  if (!rest_.empty() && rest_.front() == '\n') {
    rest_.remove_prefix(1);
    ++next_line_;
  }
  return true;
}

}  // namespace sluice::fingerprint
