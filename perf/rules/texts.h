// The texts that policies are measured on: English, Chinese, base64 and random bytes, a megabyte each.
//
// Made by arithmetic from a seed, so that each run on each machine measures the same. Thread: pure. Allocates: yes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::perf {

struct NamedText {
  std::string name;
  std::string bytes;
};
std::vector<NamedText> MeasuredTexts(size_t bytes);

// 200 literals as a pack, what a policy is compared with: 100 words of 8 to 16 letters and 100 terms of four Chinese characters in
// UTF-8, so that they look for something in either language.
std::string PlainLiteralsPack();
// So many literals, half of them English phrases, half Chinese, in all default encodings and transfer forms.
std::string ManyLiteralsPack(size_t literals);

}  // namespace sluice::perf
