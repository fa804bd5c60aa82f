#include "dataplane/match/confirm.h"

#include <algorithm>
#include <utility>

#include "dataplane/match/high_run.h"
#include "rules/evaluate/alignment.h"

namespace sluice::match {
namespace {

using evaluate::Alignment;
using model::Encoding;

// Sets whose text between two ASCII bytes is made of pairs, so that the distance from the beginning of the run tells.
bool IsMadeOfPairs(Encoding encoding) {
  return encoding == Encoding::kGb18030 || encoding == Encoding::kBig5 || encoding == Encoding::kEucKr;
}

// FNV-1a (Fowler, Noll, Vo): tells matched values apart, nothing more.
uint64_t HashOf(ByteView bytes) noexcept {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const uint8_t b : bytes) hash = (hash ^ b) * 0x100000001b3ULL;
  return hash;
}

// `before` begins at object offset `begin` and ends where the hit begins.
Alignment AlignmentOf(const Matcher& matcher, Encoding encoding, ByteView before, uint64_t begin) noexcept {
  const Alignment near = evaluate::CheckAlignment(encoding, before, begin == 0);
  if (near != Alignment::kUnknown || !IsMadeOfPairs(encoding)) return near;
  const uint64_t run = matcher.HighRunBegin(begin);
  if (run == kUnknownOffset) return Alignment::kUnknown;
  // An odd distance: the first byte here is the second of a pair.
  return evaluate::CheckAlignment(encoding, before.From((begin - run) % 2), true);
}

}  // namespace

std::string_view Name(ConfirmCounter counter) {
  switch (counter) {
    case ConfirmCounter::kConfirmed: return "hits_confirmed";
    case ConfirmCounter::kAstride: return "hits_astride";
    case ConfirmCounter::kAlignmentUnknown: return "hits_alignment_unknown";
    case ConfirmCounter::kBeginUnknown: return "hits_begin_unknown";
    case ConfirmCounter::kUnknownPattern: return "hits_unknown_pattern";
    case ConfirmCounter::kCount: break;
  }
  return "unknown";
}

struct Confirmer::Impl {
  bool ConfirmOne(const Matcher& matcher, const Hit& hit, Finding& finding) noexcept;
  bool CheckAligned(const Matcher& matcher, ByteView window, Finding& finding) noexcept;

  std::shared_ptr<const bundle::Bundle> policy;
  CounterSet<ConfirmCounter> counters;
};

// `window` is what stands before the end of the match, the match included.
bool Confirmer::Impl::CheckAligned(const Matcher& matcher, ByteView window, Finding& finding) noexcept {
  const size_t matched = std::min<size_t>(finding.length, window.size());
  const ByteView before = window.First(window.size() - matched);
  const uint64_t window_begin = finding.end - window.size();
  const Alignment alignment = finding.length > window.size() ? Alignment::kUnknown
                                                             : AlignmentOf(matcher, finding.encoding, before, window_begin);
  if (alignment == Alignment::kAstride) counters.Add(ConfirmCounter::kAstride);
  if (alignment == Alignment::kUnknown) counters.Add(ConfirmCounter::kAlignmentUnknown);
  finding.aligned = alignment == Alignment::kAligned;
  return alignment != Alignment::kAstride;
}

bool Confirmer::Impl::ConfirmOne(const Matcher& matcher, const Hit& hit, Finding& finding) noexcept {
  if (hit.pattern >= policy->patterns().size()) {
    counters.Add(ConfirmCounter::kUnknownPattern);
    return false;
  }
  const bundle::Pattern& pattern = policy->patterns()[hit.pattern];
  // A literal that ends before its own length was misdescribed by the bundle.
  const uint32_t length = pattern.length <= hit.end ? pattern.length : 0;
  finding = Finding{.pattern = hit.pattern, .detector = pattern.detector, .term = pattern.term, .length = length,
                    .offset = hit.end - length, .end = hit.end, .encoding = pattern.encoding, .form = pattern.form};
  if (length == 0) {
    counters.Add(ConfirmCounter::kBeginUnknown);
    return true;
  }
  std::array<uint8_t, Matcher::kHistory> buffer;
  const ByteView window = matcher.Before(hit.end, buffer);
  if (pattern.confirm_alignment && !CheckAligned(matcher, window, finding)) return false;
  if (length > window.size()) return true;
  const ByteView matched = window.From(window.size() - length);
  finding.value = HashOf(matched);
  finding.shown = ShownCharacter(matched, pattern.encoding, pattern.form);
  return true;
}

Result<std::unique_ptr<Confirmer>> Confirmer::Create(std::shared_ptr<const bundle::Bundle> policy) {
  for (const bundle::Pattern& pattern : policy->patterns()) {
    if (const Status status = PrepareCharacters(pattern.encoding); !status) return status.error();
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
