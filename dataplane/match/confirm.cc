#include "dataplane/match/confirm.h"

#include <utility>

#include "dataplane/match/high_run.h"
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
    case ConfirmCounter::kUnknownPattern: return "hits_unknown_pattern";
    case ConfirmCounter::kCount: break;
  }
  return "unknown";
}

struct Confirmer::Impl {
  bool ConfirmOne(const Matcher& matcher, const Hit& hit, Finding& finding) noexcept;

  std::shared_ptr<const bundle::Bundle> policy;
  CounterSet<ConfirmCounter> counters;
};

bool Confirmer::Impl::ConfirmOne(const Matcher& matcher, const Hit& hit, Finding& finding) noexcept {
  if (hit.pattern >= policy->patterns().size()) {
    counters.Add(ConfirmCounter::kUnknownPattern);
    return false;
  }
  const model::Pattern& pattern = policy->patterns()[hit.pattern];
  std::array<uint8_t, Matcher::kHistory> buffer;
  const ByteView window = matcher.Before(hit.end, buffer);
  const uint64_t begin = hit.end - window.size();
  bool from_start = begin == 0;
  const ByteView aligned = pattern.confirm_alignment ? AlignWindow(matcher, pattern, window, begin, from_start) : window;
  const evaluate::Confirmation confirmation =
      evaluate::Confirm(pattern, policy->detectors()[pattern.detector], aligned, from_start);
  if (!confirmation.stands) {
    counters.Add(ConfirmCounter::kRefused);
    return false;
  }
  if (!confirmation.alignment_known) counters.Add(ConfirmCounter::kAlignmentUnknown);
  // A match longer than its object was misdescribed by the bundle.
  const uint32_t behind = confirmation.behind <= hit.end ? confirmation.behind : 0;
  const uint32_t length = confirmation.length <= hit.end - behind ? confirmation.length : 0;
  finding = Finding{.pattern = hit.pattern, .detector = pattern.detector, .term = pattern.term, .length = length,
                    .offset = hit.end - behind - length, .end = hit.end, .value = confirmation.value,
                    .encoding = pattern.encoding, .form = pattern.form, .aligned = confirmation.alignment_known};
  if (length == 0) counters.Add(ConfirmCounter::kBeginUnknown);
  if (length == 0 || size_t{length} + behind > window.size()) return true;
  const ByteView matched = window.First(window.size() - behind).From(window.size() - behind - length);
  finding.shown = ShownCharacter(matched, pattern.encoding, pattern.form);
  return true;
}

Result<std::unique_ptr<Confirmer>> Confirmer::Create(std::shared_ptr<const bundle::Bundle> policy) {
  for (const model::Pattern& pattern : policy->patterns()) {
    if (const Status status = text::PrepareCharacters(pattern.encoding); !status) return status.error();
  }
  auto impl = std::make_unique<Impl>();
  impl->policy = std::move(policy);
  return std::unique_ptr<Confirmer>(new Confirmer(std::move(impl)));
}

Confirmer::Confirmer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Confirmer::~Confirmer() = default;

void Confirmer::Confirm(const Matcher& matcher, const HitList& hits, FindingList& findings) noexcept {
  findings.Clear();
  Finding finding;
  for (const Hit& hit : hits.hits()) {
    if (!impl_->ConfirmOne(matcher, hit, finding)) continue;
    impl_->counters.Add(ConfirmCounter::kConfirmed);
    findings.Add(finding);
  }
}

const CounterSet<ConfirmCounter>& Confirmer::counters() const noexcept { return impl_->counters; }

}  // namespace sluice::match
