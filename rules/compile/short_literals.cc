#include "rules/compile/short_literals.h"

#include <algorithm>
#include <iterator>
#include <utility>


namespace sluice::compile {

ShortLiteral::ShortLiteral(std::string_view bytes, bool ignore_case, Keep keep) : ignore_case_(ignore_case ? 1 : 0) {
  const size_t size = std::min(bytes.size(), kMostBytes);
  const std::string_view kept = keep == Keep::kBeginning ? bytes.substr(0, size) : bytes.substr(bytes.size() - size);
  std::copy(kept.begin(), kept.end(), bytes_.begin());
  size_ = static_cast<uint8_t>(size);
}

ShortLiteral ShortLiteral::Cut(size_t most, Keep keep) const {
  if (size_ <= most) return *this;
  const std::string_view all = bytes();
  return {keep == Keep::kBeginning ? all.substr(0, most) : all.substr(all.size() - most), ignore_case(), keep};
}

ShortLiteral ShortLiteral::Joined(const ShortLiteral& a, const ShortLiteral& b, Keep keep) {
  std::array<char, 2 * kMostBytes> both{};
  std::copy_n(a.bytes_.begin(), a.size_, both.begin());
  std::copy_n(b.bytes_.begin(), b.size_, both.begin() + a.size_);
  const bool ignore_case = a.ignore_case() || b.ignore_case();
  const size_t size = static_cast<size_t>(a.size_) + b.size_;
  if (ignore_case) {
    for (size_t i = 0; i < size; ++i) both[i] = both[i] >= 'A' && both[i] <= 'Z' ? static_cast<char>(both[i] - 'A' + 'a') : both[i];
  }
  return {{both.data(), size}, ignore_case, keep};
}

ShortLiterals::ShortLiterals(std::vector<ShortLiteral> strings) : strings_(std::move(strings)) {
  std::sort(strings_.begin(), strings_.end());
  strings_.erase(std::unique(strings_.begin(), strings_.end()), strings_.end());
}

size_t ShortLiterals::ShortestBytes() const {
  const auto shortest = std::min_element(strings_.begin(), strings_.end(), [](const ShortLiteral& a, const ShortLiteral& b) { return a.size() < b.size(); });
  return shortest == strings_.end() ? 0 : shortest->size();
}

ShortLiterals ShortLiterals::With(const ShortLiterals& others) const {
  ShortLiterals all;
  std::set_union(begin(), end(), others.begin(), others.end(), std::back_inserter(all.strings_));
  return all;
}

template <typename Each>
std::optional<ShortLiterals> ShortLiterals::AtMost(size_t most, const Each& each) {
  ShortLiterals all;
  const bool fits = each([&](const ShortLiteral& s) {
    const auto at = std::lower_bound(all.strings_.begin(), all.strings_.end(), s);
    if (at == all.strings_.end() || !(*at == s)) all.strings_.insert(at, s);
    return all.size() <= most;
  });
  return fits ? std::optional(std::move(all)) : std::nullopt;
}

// Of a large set, most lengths are given up after the first few strings: so each is tried from the beginning.
ShortLiterals ShortLiterals::CutDownTo(size_t most, Keep keep) const {
  if (size() <= most) return *this;
  for (size_t longest = ShortLiteral::kMostBytes - 1; longest > 0; --longest) {
    const auto each = [&](const auto& take) { return std::all_of(begin(), end(), [&](const ShortLiteral& s) { return take(s.Cut(longest, keep)); }); };
    if (std::optional<ShortLiterals> cut = AtMost(most, each)) return *std::move(cut);
  }
  return OfEmptyString();
}

ShortLiterals ShortLiterals::CrossedDownTo(size_t most, const ShortLiterals& a, const ShortLiterals& b, Keep keep) {
  for (size_t longest = ShortLiteral::kMostBytes; longest > 0; --longest) {
    const auto each = [&](const auto& take) {
      return std::all_of(a.begin(), a.end(), [&](const ShortLiteral& x) {
        return std::all_of(b.begin(), b.end(), [&](const ShortLiteral& y) { return take(ShortLiteral::Joined(x, y, keep).Cut(longest, keep)); });
      });
    };
    if (std::optional<ShortLiterals> crossed = AtMost(most, each)) return *std::move(crossed);
  }
  return OfEmptyString();
}

}  // namespace sluice::compile
