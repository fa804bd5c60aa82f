#include "rules/fingerprint/fold.h"

#include <algorithm>
#include <iterator>

namespace sluice::fingerprint {
namespace {

constexpr uint32_t kDrop = 0x10000;

struct FoldRun {
  char16_t first;
  uint32_t move;
};

struct FoldExpansion {
  char16_t from;
  std::array<char16_t, 3> to;
};

#include "rules/fingerprint/fold_table.inc"

constexpr size_t kPlane = 0x10000;

void FoldAscii(std::vector<char16_t>& folded) {
  for (char16_t c = '0'; c <= '9'; ++c) folded[c] = c;
  for (char16_t c = 'a'; c <= 'z'; ++c) {
    folded[c] = c;
    folded[static_cast<size_t>(c) - 'a' + 'A'] = c;
  }
}

}  // namespace

FoldTable::FoldTable() : folded_(kPlane, 0) {
  FoldAscii(folded_);
  for (size_t i = 0; i < std::size(kRuns); ++i) {
    if (kRuns[i].move == kDrop) continue;
    const size_t end = i + 1 < std::size(kRuns) ? kRuns[i + 1].first : kPlane;
    for (size_t c = kRuns[i].first; c < end; ++c) folded_[c] = static_cast<char16_t>((c + kRuns[i].move) % kPlane);
  }
  for (const FoldExpansion& expansion : kExpansions) folded_[expansion.from] = kExpands;
}

const FoldTable& FoldTable::Get() {
  static const FoldTable kTable;
  return kTable;
}

const std::array<char16_t, 3>& FoldTable::Expand(char32_t c) const noexcept {
  const auto* found = std::lower_bound(std::begin(kExpansions), std::end(kExpansions), c, [](const FoldExpansion& e, char32_t wanted) { return e.from < wanted; });
  return found != std::end(kExpansions) && found->from == c ? found->to : nothing_;
}

}  // namespace sluice::fingerprint
