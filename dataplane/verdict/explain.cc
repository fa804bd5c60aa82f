#include "dataplane/verdict/explain.h"

#include <array>
#include <charconv>

namespace sluice::verdict {
namespace {

void AppendNumber(ExplainText& text, uint64_t number) noexcept {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.Append({digits.data(), static_cast<size_t>(end - digits.data())});
}

void AppendLeaf(const Leaf& leaf, std::string_view id, const TallyBook& book, ExplainText& text) noexcept {
  if (!text.empty()) text.Append("; ");
  text.Append(id);
  text.Append(": ");
  const uint32_t count = book.CountOf(leaf.detector, leaf.where);
  if (count == 0) return text.Append("none");
  AppendNumber(text, count);
  text.Append(" found");
  if (leaf.min_count > 1) {
    text.Append(", ");
    AppendNumber(text, leaf.min_count);
    text.Append(leaf.distinct ? " different needed" : " needed");
  }
  if (leaf.in_proximity) text.Append(", near another");
  if (!book.FirstOf(leaf.detector, leaf.where)->first_aligned) text.Append(", alignment not certain");
}

}  // namespace

void Explain(const bundle::Bundle& policy, const RulePlan& rule, const TallyBook& book, ExplainText& text) noexcept {
  text.Clear();
  for (const Leaf& leaf : rule.leaves) {
    const bool found = leaf.in_proximity ? book.CountOf(leaf.detector, leaf.where) > 0 : book.Holds(leaf);
    if (found != leaf.negated) AppendLeaf(leaf, policy.detectors()[leaf.detector].id, book, text);
  }
}

}  // namespace sluice::verdict
