// TextTable: what commands show to people in columns.
//
// Thread: one. Allocates: yes.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sluice {

// Columns as wide as their widest cell; the last one is not padded. Cells are shown as VisibleText shows them: names come from outside.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) : rows_{std::move(heads)} {}
  // REQUIRES: as many cells as there are heads.
  void Add(std::vector<std::string> cells);
  size_t size() const { return rows_.size() - 1; }  // without the heads
  std::string Render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice
