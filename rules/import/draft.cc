#include "rules/import/draft.h"

#include <utility>

namespace sluice::import {

void Draft::Lose(Loss::Kind kind, const std::string& origin, std::string what, std::string why) {
  if (what.empty()) what = "a part without a name";
  losses.push_back({kind, origin, std::move(what), std::move(why)});
}

std::string IdFrom(std::string_view text) {
  constexpr size_t kLongest = 80;
  std::string id;
  for (const char c : text) {
    if (id.size() >= kLongest) break;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool keeps = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (keeps) id += lower;
    if (!keeps && !id.empty() && id.back() != '-') id += '-';
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id.empty() ? "x" : id;
}

std::string UniqueIds::Take(std::string_view text) {
  const std::string base = IdFrom(text);
  std::string id = base;
  for (size_t n = 2; !taken_.insert(id).second; ++n) id = base + "-" + std::to_string(n);
  return id;
}

}  // namespace sluice::import
