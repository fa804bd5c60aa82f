// The findings of `sluicec scan` as a table for people.
//
// Thread: one. Allocates: yes (cold path).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/text_table.h"
#include "rules/bundle/bundle.h"
#include "rules/cli/file_scan.h"

namespace sluice::cli {

class ScanTable {
 public:
  explicit ScanTable(const bundle::Bundle& bundle);

  void Add(const FileOutcome& file);
  // The rows, where there are any, and one line with the sums.
  std::string Render() const;

 private:
  void AddFinding(const FileOutcome& file, const FiredRule& fired);

  const bundle::Bundle& bundle_;
  TextTable rows_;
  size_t files_ = 0, files_with_findings_ = 0, findings_ = 0, not_looked_into_ = 0, unreadable_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace sluice::cli
