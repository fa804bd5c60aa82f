// What sluicectl shows to people: text that cannot steer their terminal, and tables.
//
// Thread: pure. Allocates: yes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

// Names come from the wire: characters that a terminal would act on are shown as \n, \u001b and so on.
std::string Visible(std::string_view text);

// Columns as wide as their widest cell; the last one is not padded. Cells are made visible here.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}
  // REQUIRES: as many cells as there are heads.
  void Add(std::vector<std::string> cells);
  std::string Render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sluice::cli
