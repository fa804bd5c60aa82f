#include "dataplane/verdict/tally_book.h"

#include <algorithm>

namespace sluice::verdict {
namespace {

constexpr uint64_t kMostOffset = (uint64_t{1} << TallyEntry::kOffsetBits) - 1;
constexpr uint64_t kMostLength = UINT16_MAX, kMostPositionLength = UINT16_MAX >> 1;
constexpr uint32_t kTermBits = 26;
constexpr uint32_t kTermMask = (1u << kTermBits) - 1;
constexpr uint32_t kTermCounted = 1u << kTermBits;
constexpr uint32_t kEntryShift = kTermBits + 1;
static_assert(Tally::kEntries <= (1u << (32 - kEntryShift)));
constexpr uint64_t kMostBack = (1u << 15) - 1;

constexpr uint32_t kMostShown = (1u << 21) - 1, kMostNation = (1u << 5) - 1, kMostLevel = (1u << 5) - 1;
static_assert(static_cast<uint32_t>(model::Nation::kCount) <= kMostNation);

TallyEntry EntryFor(const match::Finding& finding, uint8_t where) {
  TallyEntry entry{};
  entry.detector = finding.detector;
  entry.first_end = std::min(finding.end, kMostOffset) & kMostOffset;  // the mask tells the compiler that it fits
  entry.first_length = std::min<uint64_t>(finding.length, kMostLength) & kMostLength;
  entry.first_shown = finding.shown & kMostShown;
  entry.first_nation = static_cast<uint32_t>(finding.marking.nation) & kMostNation;
  entry.first_level = finding.marking.level & kMostLevel;
  entry.first_encoding = finding.encoding;
  entry.first_form = finding.form;
  entry.where = where;
  entry.first_aligned = finding.aligned;
  return entry;
}

// Two findings are the same to a rule that asks for distinct ones when their term and what they matched are (rules/evaluate).
uint32_t TermKey(const match::Finding& finding) {
  const uint64_t mixed = (finding.value ^ finding.term * uint64_t{0x9e3779b97f4a7c15}) * uint64_t{0xff51afd7ed558ccd};
  return static_cast<uint32_t>(mixed >> (64 - kTermBits));
}

// Two bytes a character, also of ASCII.
bool IsWide(model::Encoding encoding) { return encoding == model::Encoding::kUtf16Le || encoding == model::Encoding::kUtf16Be; }

// Whether the finding shares bytes with an earlier one of the entry, all of which end no later. One without a known
// beginning is a point: it shares bytes with nothing that ends where it stands or before.
bool OverlapsEarlier(const TallyEntry& entry, const match::Finding& finding) {
  if (entry.count == 0 || finding.length == 0) return false;
  const bool only_a_point_here = entry.last_is_point && entry.last_end == finding.end;
  const uint64_t reaches = only_a_point_here ? entry.last_end - entry.last_back : entry.last_end;
  return reaches > finding.offset;
}

void NoteEnd(TallyEntry& entry, const match::Finding& finding) {
  const uint64_t end = std::min(finding.end, kMostOffset);
  const bool is_point = finding.length == 0;
  if (is_point && end == entry.last_end && entry.count > 0) return;
  entry.last_back = std::min(end - entry.last_end, kMostBack) & kMostBack;
  entry.last_is_point = is_point;
  entry.last_end = end & kMostOffset;
}

}  // namespace

void Tally::BeginBehindHead(const Tally& head) noexcept {
  *this = head;
  decided_ = 0;
  for (TallyEntry& entry : entries_) entry.in_head = true;
}

TallyBook::Noted TallyBook::Note(const match::Finding& finding, uint8_t where, const DetectorPlan& plan) noexcept {
  Noted noted;
  TallyEntry* const begin = tally_.entries_.data();
  TallyEntry* const end = begin + tally_.entry_count_;
  TallyEntry* entry = std::find_if(begin, end, [&](const TallyEntry& e) {
    return e.detector == finding.detector && e.where == where && !e.in_head;
  });
  if (entry == end) {
    noted.no_entry = tally_.entry_count_ == Tally::kEntries;
    has_spare_ = noted.no_entry;
    entry = noted.no_entry ? &spare_ : begin + tally_.entry_count_++;
    *entry = EntryFor(finding, where);
  }
  const bool counts = !OverlapsEarlier(*entry, finding);
  NoteEnd(*entry, finding);
  if (counts && entry->count != UINT32_MAX) ++entry->count;
  noted.may_decide = noted.no_entry || plan.in_proximity || (counts && ReachesThreshold(*entry, plan));
  if (noted.no_entry) return noted;
  const auto index = static_cast<size_t>(entry - begin);
  if (plan.most_terms > 0 && NoteTerm(index, finding, counts, plan.most_terms, noted.term_lost)) noted.may_decide = true;
  if (plan.in_proximity) noted.position_forgotten = !NotePosition(index, finding);
  return noted;
}

// A leaf counts this part of the object, or the head before it as well.
bool TallyBook::ReachesThreshold(const TallyEntry& entry, const DetectorPlan& plan) const noexcept {
  const auto is_threshold = [&](uint32_t count) { return std::binary_search(plan.thresholds.begin(), plan.thresholds.end(), count); };
  const uint32_t all = CountOf(entry.detector, model::Where::kAnywhere);
  return is_threshold(entry.count) || (all != entry.count && is_threshold(all));
}

// Whether this was a new term that counts. Once a rule's number of them is reached no more are kept; one that was first seen
// within another finding does not count later either (rules/evaluate).
bool TallyBook::NoteTerm(size_t entry, const match::Finding& finding, bool counts, uint32_t most, bool& lost) noexcept {
  const uint32_t key = static_cast<uint32_t>(entry << kEntryShift) | TermKey(finding);
  const std::span terms(tally_.terms_.data(), tally_.term_count_);
  uint64_t counted = 0;
  for (const uint32_t term : terms) {
    if ((term & ~kTermCounted) == key) return false;
    if (term >> kEntryShift == entry && (term & kTermCounted) != 0) ++counted;
  }
  if (counted >= most) return false;
  if (tally_.term_count_ == Tally::kTerms) {
    lost = true;
    return false;
  }
  tally_.terms_[tally_.term_count_++] = key | (counts ? kTermCounted : 0);
  return counts;
}

// False: the oldest position made room.
bool TallyBook::NotePosition(size_t entry, const match::Finding& finding) noexcept {
  const size_t at = tally_.position_next_;
  tally_.positions_[at].end = std::min(finding.end, kMostOffset) & kMostOffset;  // the mask tells the compiler that it fits
  tally_.positions_[at].length = std::min<uint64_t>(finding.length, kMostPositionLength) & kMostPositionLength;
  tally_.positions_[at].wide = IsWide(finding.encoding);
  tally_.position_entry_[at] = static_cast<uint8_t>(entry);
  tally_.position_next_ = static_cast<uint8_t>((at + 1) % Tally::kPositions);
  if (tally_.position_count_ == Tally::kPositions) return false;
  ++tally_.position_count_;
  return true;
}

template <typename Visit>
void TallyBook::ForEach(model::DetectorIndex detector, uint8_t where, Visit visit) const noexcept {
  for (size_t i = 0; i < tally_.entry_count_; ++i) {
    const TallyEntry& entry = tally_.entries_[i];
    if (entry.detector == detector && (entry.where & where) != 0) visit(entry);
  }
  if (has_spare_ && spare_.detector == detector && (spare_.where & where) != 0) visit(spare_);
}

uint32_t TallyBook::CountOf(model::DetectorIndex detector, uint8_t where) const noexcept {
  uint64_t count = 0;
  ForEach(detector, where, [&](const TallyEntry& entry) { count += entry.count; });
  return static_cast<uint32_t>(std::min<uint64_t>(count, UINT32_MAX));
}

const TallyEntry* TallyBook::FirstOf(model::DetectorIndex detector, uint8_t where) const noexcept {
  const TallyEntry* first = nullptr;
  ForEach(detector, where, [&](const TallyEntry& entry) { first = first == nullptr ? &entry : first; });
  return first;
}

uint32_t TallyBook::TermsOf(model::DetectorIndex detector, uint8_t where) const noexcept {
  uint32_t count = 0;
  for (size_t i = 0; i < tally_.term_count_; ++i) {
    const TallyEntry& entry = tally_.entries_[tally_.terms_[i] >> kEntryShift];
    if (entry.detector != detector || (entry.where & where) == 0 || (tally_.terms_[i] & kTermCounted) == 0) continue;
    const bool seen = std::any_of(tally_.terms_.begin(), tally_.terms_.begin() + static_cast<ptrdiff_t>(i), [&](uint32_t term) {
      const TallyEntry& other = tally_.entries_[term >> kEntryShift];
      return other.detector == detector && (other.where & where) != 0 && (term & kTermMask) == (tally_.terms_[i] & kTermMask);
    });
    if (!seen) ++count;
  }
  const bool only_spare = has_spare_ && spare_.detector == detector && (spare_.where & where) != 0 && count == 0;
  return only_spare ? 1 : count;
}

bool TallyBook::Holds(const Leaf& leaf) const noexcept {
  return (leaf.distinct ? TermsOf(leaf.detector, leaf.where) : CountOf(leaf.detector, leaf.where)) >= leaf.min_count;
}

size_t TallyBook::AppendPositions(const Leaf& leaf, std::span<evaluate::Hit> out) const noexcept {
  size_t size = 0;
  for (size_t i = 0; i < tally_.position_count_; ++i) {
    const TallyEntry& entry = tally_.entries_[tally_.position_entry_[i]];
    if (entry.detector != leaf.detector || (entry.where & leaf.where) == 0) continue;
    evaluate::Hit& hit = out[size++];
    hit = {};
    hit.detector = leaf.key;
    hit.view = entry.in_head ? 1 : 0;
    hit.where = leaf.where;
    hit.bytes_per_character = tally_.positions_[i].wide ? 2 : 1;
    hit.end = tally_.positions_[i].end;
    hit.begin = hit.end - tally_.positions_[i].length;
  }
  return size;
}

size_t TallyBook::AppendHits(std::span<const Leaf> leaves, std::span<evaluate::Hit> out) const noexcept {
  size_t size = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const Leaf& leaf = leaves[i];
    if (leaf.in_proximity) {
      if (leaf.key == i) size += AppendPositions(leaf, out.subspan(size));
    } else if (Holds(leaf)) {
      out[size] = {};
      out[size].detector = leaf.key;
      out[size++].where = leaf.where;
    }
  }
  return size;
}

bool TallyBook::HasFired(uint32_t rule, Verdict verdict) const noexcept {
  const std::span fired(tally_.fired_.data(), tally_.fired_count_);
  if (std::find(fired.begin(), fired.end(), rule) != fired.end()) return true;
  return (tally_.fired_beyond_ >> (rule % 64) & 1) != 0 && verdict <= tally_.strongest_fired_;
}

bool TallyBook::SetFired(uint32_t rule, Verdict verdict) noexcept {
  tally_.strongest_fired_ = std::max(tally_.strongest_fired_, verdict);
  if (tally_.fired_count_ < Tally::kFired) {
    tally_.fired_[tally_.fired_count_++] = rule;
    return true;
  }
  tally_.fired_beyond_ |= uint64_t{1} << (rule % 64);
  return false;
}

}  // namespace sluice::verdict
