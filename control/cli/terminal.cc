#include "control/cli/terminal.h"

#include <algorithm>

#include "dataplane/event/json_text.h"

namespace sluice::cli {
namespace {

constexpr size_t kGap = 2;

// Characters, as columns are counted; only the last column may hold wide ones.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string Visible(std::string_view text) {
  std::string list;
  event::JsonText json(list);
  json.Element(text);
  std::string out;
  for (size_t i = 1; i + 1 < list.size(); ++i) {
    // A quotation mark needs no escape where nothing is quoted.
    if (list[i] == '\\' && list[i + 1] == '"') ++i;
    out += list[i];
    if (list[i] == '\\' && list[i + 1] == '\\') out += list[++i];
  }
  return out;
}

void Table::Add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Visible(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::Render() const {
  std::vector<size_t> widths(rows_[0].size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    for (size_t i = 0; i + 1 < row.size(); ++i) out += row[i] + std::string(widths[i] - Width(row[i]) + kGap, ' ');
    out += row.back() + "\n";
  }
  return out;
}

}  // namespace sluice::cli
