#include "rules/cli/register_table.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "rules/fingerprint/csv_reader.h"
#include "rules/fingerprint/row_values.h"
#include "rules/model/signature.h"

namespace sluice::cli {
namespace {

constexpr size_t kProblemsShown = 20;

class TableReader {
 public:
  TableReader(const std::string& path, const fingerprint::Secrets& secrets) : path_(path), secrets_(secrets) {}

  Result<fingerprint::Document> Read() {
    std::ifstream in(path_, std::ios::binary);
    if (!in) return Error{ErrorCode::kNotFound, "cannot read the table " + path_};
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    fingerprint::CsvReader csv(text);
    std::string problem;
    if (!csv.Next(columns_, problem) || columns_.empty()) return Error{ErrorCode::kCorrupt, path_ + ": the first line must name the columns" + (problem.empty() ? "" : "; " + problem)};
    if (columns_.size() > model::kMostColumns) return Error{ErrorCode::kUnsupported, path_ + " has " + std::to_string(columns_.size()) + " columns, at most " + std::to_string(model::kMostColumns) + " are possible"};
    firsts_.resize(columns_.size());
    differs_.resize(columns_.size());
    for (std::vector<std::string> fields; csv.Next(fields, problem);) TakeRow(csv.line(), fields, problem);
    return Finish(text);
  }

 private:
  void TakeRow(size_t line, const std::vector<std::string>& fields, const std::string& problem) {
    if (fields.size() == 1 && fields[0].empty()) return;  // an empty line
    if (!problem.empty()) return LeaveOut(line, problem);
    if (fields.size() != columns_.size()) return LeaveOut(line, std::to_string(fields.size()) + " fields, " + std::to_string(columns_.size()) + " columns");
    for (size_t c = 0; c < fields.size(); ++c) {
      const std::optional<uint64_t> value = fingerprint::RowValueOf(secrets_, fields[c]);
      if (!value) {
        ++too_short_;
        continue;
      }
      if (rows_ > 0 && firsts_[c] != *value) differs_[c] = true;
      firsts_[c] = *value;
      document_.rows.push_back({*value, rows_, static_cast<uint16_t>(c)});
    }
    ++rows_;
  }

  void LeaveOut(size_t line, const std::string& why) {
    if (++left_out_ <= kProblemsShown) std::fprintf(stderr, "%s:%zu: row left out: %s\n", path_.c_str(), line, why.c_str());
  }

  Result<fingerprint::Document> Finish(const std::string& text) {
    if (left_out_ > kProblemsShown) std::fprintf(stderr, "%s: and %zu rows more\n", path_.c_str(), left_out_ - kProblemsShown);
    if (document_.rows.empty()) return Error{ErrorCode::kCorrupt, path_ + ": no row has a value that could be looked for"};
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (rows_ > 1 && firsts_[c] != 0 && !differs_[c]) {
        return Error{ErrorCode::kInvalidArgument, path_ + ": all values of the column '" + columns_[c] + "' are alike, so it tells no row from another; leave it out of the table"};
      }
    }
    std::fprintf(stderr, "%s: %u rows of %zu columns, %zu rows left out, %zu values too short or too long to be looked for\n", path_.c_str(), rows_, columns_.size(), left_out_, too_short_);
    fingerprint::Digester digester;
    digester.Begin(secrets_);
    digester.Add(ByteView(text));
    document_.identity = digester.Digest();
    document_.name = path_;
    document_.path_hash = fingerprint::PathHash(secrets_, path_);
    document_.source_bytes = text.size();
    return std::move(document_);
  }

  const std::string& path_;
  const fingerprint::Secrets& secrets_;
  std::vector<std::string> columns_;
  std::vector<uint64_t> firsts_;
  std::vector<bool> differs_;
  fingerprint::Document document_;
  uint32_t rows_ = 0;
  size_t left_out_ = 0, too_short_ = 0;
};

}  // namespace

Result<fingerprint::Document> RegisterTable(const std::string& path, const fingerprint::Secrets& secrets) { return TableReader(path, secrets).Read(); }

}  // namespace sluice::cli
