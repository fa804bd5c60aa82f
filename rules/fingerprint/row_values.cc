#include "rules/fingerprint/row_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "rules/fingerprint/fold.h"

namespace sluice::fingerprint {
namespace {

// Rows with the same value that are followed; a value that more have tells nobody.
constexpr size_t kMostRows = 64;

// Folds a character and calls put for each that it becomes. False: it is left out.
template <typename Put>
bool Fold(char32_t c, Put put) noexcept {
  const FoldTable& table = FoldTable::Get();
  const char32_t folded = table[c];
  if (folded == 0) return false;
  if (folded != FoldTable::kExpands || c >= 0x10000) {
    put(folded);
    return true;
  }
  for (const char16_t part : table.Expand(c)) {
    if (part != 0) put(static_cast<char32_t>(part));
  }
  return true;
}

struct FollowedRow {
  uint32_t row = 0;
  uint16_t document = 0;
  uint32_t columns = 0;  // a bit for each that was seen
};

class RowSearch {
 public:
  RowSearch(const Set& set, uint64_t anchor) noexcept : set_(set) {
    for (const RowRecord& record : set.RowsWith(anchor)) {
      if (size_ == rows_.size()) break;
      rows_[size_++] = {record.row, record.document, 1u << (record.column % 32)};
    }
  }
  bool empty() const noexcept { return size_ == 0; }

  void Mark(uint64_t value) noexcept {
    const std::span<const RowRecord> having = set_.RowsWith(value);
    if (having.empty()) return;
    for (size_t i = 0; i < size_; ++i) {
      // Sorted by row, for half the table may have this value.
      auto record = std::lower_bound(having.begin(), having.end(), rows_[i].row, [](const RowRecord& r, uint32_t row) { return r.row < row; });
      for (; record != having.end() && record->row == rows_[i].row; ++record) {
        if (record->document == rows_[i].document) rows_[i].columns |= 1u << (record->column % 32);
      }
    }
  }

  uint32_t Most() const noexcept {
    int most = 0;
    for (size_t i = 0; i < size_; ++i) most = std::max(most, std::popcount(rows_[i].columns));
    return static_cast<uint32_t>(most);
  }

 private:
  const Set& set_;
  std::array<FollowedRow, kMostRows> rows_;
  size_t size_ = 0;
};

// Every value that could begin at window[at]: up to the end of each word, and, of ideographs, of any number of them.
void MarkFrom(const Secrets& secrets, std::u32string_view window, size_t at, RowSearch& search) noexcept {
  RowHash hash(secrets);
  size_t characters = 0, words = 0;
  bool in_word = false;
  for (; at < window.size() && characters < kMostValueCharacters && words < kMostValueWords; ++at) {
    char32_t last = 0;
    const bool kept = Fold(window[at], [&](char32_t c) {
      hash.Add(c);
      last = c;
      ++characters;
    });
    const bool dense = kept && IsDense(last);
    if (kept) in_word = true;
    const bool ends = at + 1 == window.size() || !Fold(window[at + 1], [](char32_t) {}) || IsDense(FoldTable::Get()[window[at + 1]]);
    if (kept && (dense || ends)) search.Mark(hash.Value());
    if (!kept && in_word) {
      in_word = false;
      ++words;
    }
  }
}

}  // namespace

std::optional<uint64_t> RowValueOf(const Secrets& secrets, std::u32string_view value) noexcept {
  RowHash hash(secrets);
  size_t letters = 0, ideographs = 0;
  for (const char32_t c : value) {
    Fold(c, [&](char32_t folded) {
      hash.Add(folded);
      ++(IsDense(folded) ? ideographs : letters);
    });
  }
  if (letters + 2 * ideographs < kLeastValueLetters || letters + ideographs > kMostValueCharacters) return std::nullopt;
  return hash.Value();
}

std::optional<uint64_t> RowValueOf(const Secrets& secrets, std::string_view value) {
  std::u32string characters;
  for (size_t at = 0; at < value.size();) {
    const auto byte = [&](size_t i) { return at + i < value.size() ? static_cast<uint8_t>(value[at + i]) : uint8_t{0}; };
    const uint8_t lead = byte(0);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    char32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; ++i) c = c << 6 | (byte(i) & 0x3Fu);
    characters += c;
    at += length;
  }
  return RowValueOf(secrets, std::u32string_view(characters));
}

namespace {

char32_t FoldedAt(std::u32string_view window, size_t at) noexcept { return at < window.size() ? FoldTable::Get()[window[at]] : 0; }

// A word begins there, or an ideograph stands there, where any may begin a value.
bool MayBegin(std::u32string_view window, size_t at) noexcept {
  const char32_t folded = FoldedAt(window, at), before = at == 0 ? 0 : FoldedAt(window, at - 1);
  return folded != 0 && (before == 0 || IsDense(folded) || IsDense(before));
}

uint32_t ColumnsWith(const Set& set, std::u32string_view window, uint64_t anchor) noexcept {
  RowSearch search(set, anchor);
  if (search.empty()) return 0;
  for (size_t at = 0; at < window.size(); ++at) {
    if (MayBegin(window, at)) MarkFrom(set.secrets(), window, at, search);
  }
  return search.Most();
}

}  // namespace

uint32_t ColumnsRound(const Set& set, std::u32string_view window, size_t end) noexcept {
  if (end == 0 || end > window.size()) return 0;
  const char32_t last = FoldedAt(window, end - 1), next = FoldedAt(window, end);
  // In the middle of a word.
  if (last != 0 && next != 0 && !IsDense(last) && !IsDense(next)) return 0;
  uint32_t most = 0;
  size_t words = 0;
  for (size_t begin = end; begin > 0 && end - begin < kMostValueCharacters && words < kMostValueWords;) {
    if (!MayBegin(window, --begin)) continue;
    ++words;
    const std::optional<uint64_t> value = RowValueOf(set.secrets(), window.substr(begin, end - begin));
    if (value) most = std::max(most, ColumnsWith(set, window, *value));
  }
  return most;
}

}  // namespace sluice::fingerprint
