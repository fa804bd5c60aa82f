// Describe: a marking in words, as records and the command line show it.
//
// Words of the tables only; of a condition, which is text of the document, its first character and four marks.
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>
#include <vector>

#include "rules/model/marking.h"

namespace sluice::marking {

struct MarkingWords {
  std::string nation, kind;
  std::string level;                   // empty: none stated
  std::vector<std::string> caveats;    // "REL TO USA, GBR": countries stand with the caveat that names them
  std::string period;                  // "10年", "长期", "6个月"; the number of years that hold by law: "20年 (unstated)"
  std::string condition;               // "会****"
  std::string expires;                 // "2034-12-05"
  std::string label;                   // GUID of a Microsoft label
};
MarkingWords Describe(const model::Marking& marking);
// "CN 机密, 10年, until 2034-12-05"; empty for none.
std::string InOneLine(const model::Marking& marking);

}  // namespace sluice::marking
