// Reference texts: what ordinary traffic looks like, against which the linter tries a policy. Small, written for this.
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>
#include <vector>

namespace sluice::compile {

struct ReferenceText {
  const char* name;
  std::string bytes;
};
// English and Chinese business text (UTF-8).
std::vector<ReferenceText> ReferenceProse();
// The same, base64 and random bytes; the same each time.
std::vector<ReferenceText> ReferenceTexts();

}  // namespace sluice::compile
