#include "dataplane/match/confirm.h"

#include <x86intrin.h>

#include <algorithm>
#include <utility>

#include "dataplane/match/high_run.h"
#include "dataplane/match/row_check.h"
#include "rules/evaluate/confirm.h"
#include "rules/text/character.h"

namespace sluice::match {

static_assert(Matcher::kHistory >= evaluate::kConfirmWindow, "what is kept must reach as far back as any check looks");

namespace {

using model::Encoding;

// Sets whose text between two ASCII bytes is made of pairs, so that the distance from the beginning of the run tells.
bool IsMadeOfPairs(Encoding encoding) {
  return encoding == Encoding::kGb18030 || encoding == Encoding::kBig5 || encoding == Encoding::kEucKr;
}

// The window, begun at a character where the run of high bytes before it tells which byte that is; `from_start` then holds.
ByteView AlignWindow(const Matcher& matcher, const model::Pattern& pattern, ByteView window, uint64_t begin, bool& from_start) noexcept {
  if (from_start || pattern.length == 0 || !IsMadeOfPairs(pattern.encoding) || pattern.form != model::TransferForm::kPlain) return window;
  const uint64_t run = matcher.HighRunBegin(begin);
  // An odd distance: the first byte here is the second of a pair.
  const size_t half = run == kUnknownOffset ? 0 : (begin - run) % 2;
  if (run == kUnknownOffset || window.size() - half < pattern.length) return window;
  from_start = true;
  return window.From(half);
}

}  // namespace

std::string_view Name(ConfirmCounter counter) {
  switch (counter) {
    case ConfirmCounter::kConfirmed: return "hits_confirmed";
    case ConfirmCounter::kRefused: return "hits_refused";
    case ConfirmCounter::kAlignmentUnknown: return "hits_alignment_unknown";
    case ConfirmCounter::kBeginUnknown: return "hits_begin_unknown";
    case ConfirmCounter::kAwaiting: return "hits_awaiting";
    case ConfirmCounter::kUnknownPattern: return "hits_unknown_pattern";
    case ConfirmCounter::kCount: break;
  }
  return "unknown";
}

struct Confirmer::Impl {
  // REQUIRES of both: the policy has the hit's pattern.
  bool ConfirmOne(Matcher& matcher, const Hit& hit, Finding& finding) noexcept;
  void Charge(const Hit& hit, bool stands, uint64_t cycles) noexcept;
  evaluate::Confirmation Judge(Matcher& matcher, const Hit& hit, const model::Pattern& pattern, ByteView& window) noexcept;

  std::shared_ptr<const bundle::Bundle> policy;
  std::vector<const fingerprint::Set*> row_sets;  // by detector; null where it asks for no rows
  CounterSet<ConfirmCounter> counters;
  std::shared_ptr<DetectorCosts> costs;
  std::array<uint8_t, Matcher::kHistory> buffer;  // of the hit at hand
};

// `window`: the text up to where the hit then ends.
evaluate::Confirmation Confirmer::Impl::Judge(Matcher& matcher, const Hit& hit, const model::Pattern& pattern, ByteView& window) noexcept {
  const model::Detector& detector = policy->detectors()[pattern.detector];
  const bool asks_for_row = detector.signature.asks_for_rows();
  const size_t most_ahead = detector.marking.nation != model::Nation::kNone ? evaluate::kConfirmAhead : asks_for_row ? detector.signature.within : 0;
  size_t ahead = 0;
  const ByteView around = matcher.Around(hit.end, most_ahead, buffer, ahead);
  const ByteView before = around.First(around.size() - ahead);
  const uint64_t begin = hit.end - before.size();
  bool from_start = begin == 0;
  const ByteView aligned = pattern.confirm_alignment ? AlignWindow(matcher, pattern, before, begin, from_start) : before;
  const evaluate::HitText text = {.bytes = {aligned.data(), aligned.size() + ahead}, .end = aligned.size(), .from_start = from_start,
                                  .complete = ahead == most_ahead || matcher.at_end()};
  evaluate::Confirmation confirmation = evaluate::Confirm(pattern, detector, text);
  if (confirmation.needs_more && !matcher.Await(hit)) {
    confirmation = evaluate::Confirm(pattern, detector, evaluate::HitText{text.bytes, text.end, text.from_start, true});
  }
  if (asks_for_row && confirmation.stands && !confirmation.needs_more) {
    // What follows is waited for, so that it does not matter how it was cut.
    if (!text.complete && matcher.Await(hit)) {
      confirmation.needs_more = true;
    } else {
      confirmation.stands = HasRow(row_sets[pattern.detector], detector.signature, pattern, {text.bytes, text.end});
      confirmation.ahead = static_cast<uint32_t>(ahead);
      confirmation.behind += static_cast<uint32_t>(ahead);
    }
  }
  window = {before.data(), before.size() + confirmation.ahead};
  return confirmation;
}

bool Confirmer::Impl::ConfirmOne(Matcher& matcher, const Hit& hit, Finding& finding) noexcept {
  const model::Pattern& pattern = policy->patterns()[hit.pattern];
  ByteView window;
  const evaluate::Confirmation confirmation = Judge(matcher, hit, pattern, window);
  if (confirmation.needs_more) {
    counters.Add(ConfirmCounter::kAwaiting);
    return false;
  }
  if (!confirmation.stands) {
    counters.Add(ConfirmCounter::kRefused);
    return false;
  }
  if (!confirmation.alignment_known) counters.Add(ConfirmCounter::kAlignmentUnknown);
  // A match longer than its object was misdescribed by the bundle.
  const uint64_t end = hit.end + confirmation.ahead;
  const uint32_t behind = confirmation.behind <= end ? confirmation.behind : 0;
  const uint32_t length = confirmation.length <= end - behind ? confirmation.length : 0;
  finding = Finding{.pattern = hit.pattern, .detector = pattern.detector, .term = pattern.term, .length = length,
                    .offset = end - behind - length, .end = end, .value = confirmation.value,
                    .encoding = pattern.encoding, .form = pattern.form, .aligned = confirmation.alignment_known, .marking = confirmation.marking};
  if (length == 0) counters.Add(ConfirmCounter::kBeginUnknown);
  if (length == 0 || size_t{length} + behind > window.size()) return true;
  const ByteView matched = window.First(window.size() - behind).From(window.size() - behind - length);
  finding.shown = ShownCharacter(matched, pattern.encoding, pattern.form);
  return true;
}

void Confirmer::Impl::Charge(const Hit& hit, bool stands, uint64_t cycles) noexcept {
  DetectorCost& cost = (*costs)[policy->patterns()[hit.pattern].detector];
  cost.hits.Add();
  if (stands) cost.confirmed.Add();
  cost.cycles.Add(cycles);
}

Result<std::unique_ptr<Confirmer>> Confirmer::Create(std::shared_ptr<const bundle::Bundle> policy) {
  for (const model::Pattern& pattern : policy->patterns()) {
    if (const Status status = text::PrepareCharacters(pattern.encoding); !status) return status.error();
  }
  auto impl = std::make_unique<Impl>();
  impl->row_sets = RowSetsOf(*policy);
  impl->costs = std::make_shared<DetectorCosts>(policy->detectors().size());
  impl->policy = std::move(policy);
  return std::unique_ptr<Confirmer>(new Confirmer(std::move(impl)));
}

Confirmer::Confirmer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Confirmer::~Confirmer() = default;

void FindingList::Arrange() noexcept {
  const auto by_end = [](const Finding& a, const Finding& b) { return a.end != b.end ? a.end < b.end : a.pattern < b.pattern; };
  const auto end = findings_.begin() + static_cast<ptrdiff_t>(size_);
  if (!std::is_sorted(findings_.begin(), end, by_end)) std::sort(findings_.begin(), end, by_end);
}

void Confirmer::Confirm(Matcher& matcher, const HitList& hits, FindingList& findings) noexcept {
  findings.Clear();
  if (hits.hits().empty()) return;
  Finding finding;
  uint64_t begin = __rdtsc();
  for (const Hit& hit : hits.hits()) {
    if (hit.pattern >= impl_->policy->patterns().size()) {
      impl_->counters.Add(ConfirmCounter::kUnknownPattern);
      continue;
    }
    const bool stands = impl_->ConfirmOne(matcher, hit, finding);
    if (stands) {
      impl_->counters.Add(ConfirmCounter::kConfirmed);
      findings.Add(finding);
    }
    const uint64_t end = __rdtsc();
    impl_->Charge(hit, stands, end - begin);
    begin = end;
  }
  findings.Arrange();
}

const CounterSet<ConfirmCounter>& Confirmer::counters() const noexcept { return impl_->counters; }
std::shared_ptr<const DetectorCosts> Confirmer::costs() const noexcept { return impl_->costs; }

}  // namespace sluice::match
