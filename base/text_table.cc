#include "base/text_table.h"

#include <algorithm>

#include "base/visible_text.h"

namespace sluice {
namespace {

constexpr size_t kGap = 2;

}  // namespace

void TextTable::Add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = VisibleText(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::Render() const {
  std::vector<size_t> widths(rows_[0].size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], ColumnsOf(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    for (size_t i = 0; i + 1 < row.size(); ++i) out += row[i] + std::string(widths[i] - ColumnsOf(row[i]) + kGap, ' ');
    out += row.back() + "\n";
  }
  return out;
}

}  // namespace sluice
