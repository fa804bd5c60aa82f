#include "dataplane/verdict/decide.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dataplane/content/media_type.h"
#include "dataplane/verdict/explain.h"
#include "dataplane/verdict/rule_plan.h"
#include "dataplane/verdict/tally_book.h"
#include "rules/evaluate/evaluate.h"

namespace sluice::verdict {
namespace {

using evaluate::Truth;

// Where in the object rules are looked at.
struct Place {
  uint64_t offset = 0;
  bool at_end = false;
  const match::Finding* finding = nullptr;  // that is looked at; none at checkpoints and at the end
};

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

bool IsMediaTypeKnown(const Place& place) { return place.at_end || place.offset >= content::kMediaTypePrefix; }

evaluate::ObjectFacts FactsAt(const ObjectFacts& facts, const Place& place) {
  return {.direction = facts.direction == content::Direction::kUpload ? model::Direction::kUpload : model::Direction::kDownload,
          .source = facts.source.bytes,
          .destination = facts.destination.bytes,
          .application = facts.application,
          .media_type = IsMediaTypeKnown(place) ? facts.media_type : std::string_view(),
          .client = facts.client,
          .bytes = place.offset,
          .complete = place.at_end};
}

}  // namespace

std::string_view Name(DecideCounter counter) {
  switch (counter) {
    case DecideCounter::kRulesFired: return "rules_fired";
    case DecideCounter::kExcepted: return "rules_excepted";
    case DecideCounter::kFiredOverLimit: return "fired_over_limit";
    case DecideCounter::kDetectorsOverLimit: return "detectors_over_limit";
    case DecideCounter::kTermsOverLimit: return "terms_over_limit";
    case DecideCounter::kPositionsForgotten: return "positions_forgotten";
    case DecideCounter::kFiredForgotten: return "fired_forgotten";
    case DecideCounter::kCount: break;
  }
  return "unknown";
}

struct Decider::Impl {
  explicit Impl(std::shared_ptr<const bundle::Bundle> bundle)
      : policy(std::move(bundle)), plan(MakePlan(*policy)), hits(plan.most_leaves * (1 + Tally::kPositions)) {}

  void TakeFinding(TallyBook& book, const ObjectFacts& facts, const match::Finding& finding, FiredList& fired) noexcept;
  void PassCheckpoints(TallyBook& book, const ObjectFacts& facts, uint64_t offset, FiredList& fired) noexcept;
  void Consider(uint32_t rule, TallyBook& book, const ObjectFacts& facts, const Place& place, FiredList& fired) noexcept;
  bool Holds(uint32_t rule, const TallyBook& book, const ObjectFacts& facts, const Place& place) noexcept;
  bool IsExcepted(uint32_t rule, const ObjectFacts& facts, const Place& place) noexcept;
  void Fire(uint32_t rule, TallyBook& book, const Place& place, FiredList& fired) noexcept;
  void Describe(uint32_t rule, const TallyBook& book, const Place& place, FiredRule& out) const noexcept;
  const Leaf& DecidingLeaf(const RulePlan& rule, const TallyBook& book, const Place& place) const noexcept;

  std::shared_ptr<const bundle::Bundle> policy;
  PolicyPlan plan;
  std::vector<evaluate::Hit> hits;  // scratch
  CounterSet<DecideCounter> counters;
};

bool Decider::Impl::Holds(uint32_t rule, const TallyBook& book, const ObjectFacts& facts, const Place& place) noexcept {
  const RulePlan& planned = plan.rules[rule];
  if (evaluate::InScope(policy->rules()[rule].scope, FactsAt(facts, place)) != Truth::kTrue) return false;
  const size_t size = book.AppendHits(planned.leaves, hits);
  return evaluate::Evaluate(planned.condition, {hits.data(), size}, place.at_end) == Truth::kTrue;
}

// While it cannot be told yet whether an exception speaks of the object, the rule waits.
bool Decider::Impl::IsExcepted(uint32_t rule, const ObjectFacts& facts, const Place& place) noexcept {
  const bool media_type_open = !IsMediaTypeKnown(place);
  for (const model::Exception& exception : policy->rules()[rule].exceptions) {
    if (facts.now >= Timestamp::FromNanoseconds(exception.expires_unix_seconds * kNanosecondsPerSecond)) continue;
    if (media_type_open && !exception.scope.media_types.empty()) return true;
    if (evaluate::InScope(exception.scope, FactsAt(facts, place)) == Truth::kFalse) continue;
    if (place.at_end) counters.Add(DecideCounter::kExcepted);
    return true;
  }
  return false;
}

void Decider::Impl::Consider(uint32_t rule, TallyBook& book, const ObjectFacts& facts, const Place& place, FiredList& fired) noexcept {
  if (book.HasFired(rule, plan.rules[rule].verdict) || !Holds(rule, book, facts, place)) return;
  if (!IsExcepted(rule, facts, place)) Fire(rule, book, place, fired);
}

// The leaf whose findings are shown: of the finding that decided, else the first that holds.
const Leaf& Decider::Impl::DecidingLeaf(const RulePlan& rule, const TallyBook& book, const Place& place) const noexcept {
  const Leaf* shown = nullptr;
  for (const Leaf& leaf : rule.leaves) {
    if (leaf.negated || book.CountOf(leaf.detector, leaf.where) == 0) continue;
    if (place.finding != nullptr && leaf.detector == place.finding->detector) return leaf;
    if (shown == nullptr) shown = &leaf;
  }
  return shown != nullptr ? *shown : rule.leaves.front();
}

void Decider::Impl::Describe(uint32_t rule, const TallyBook& book, const Place& place, FiredRule& out) const noexcept {
  const RulePlan& planned = plan.rules[rule];
  const Leaf& leaf = DecidingLeaf(planned, book, place);
  const TallyEntry* first = book.FirstOf(leaf.detector, leaf.where);
  out = {};
  out.rule = rule;
  out.detector = leaf.detector;
  out.verdict = planned.verdict;
  out.confidence = policy->rules()[rule].confidence;
  Explain(*policy, planned, book, out.explain);
  if (place.finding != nullptr && place.finding->detector == leaf.detector) out.marking = place.finding->marking;
  if (first == nullptr) return;
  if (!out.marking.exists()) {
    out.marking.nation = static_cast<model::Nation>(first->first_nation);
    out.marking.level = first->first_level;
  }
  out.count = book.CountOf(leaf.detector, leaf.where);
  out.length = first->first_length;
  out.offset = first->first_end - first->first_length;
  out.encoding = first->first_encoding;
  out.form = first->first_form;
  out.masked = match::Mask(first->first_shown);
}

void Decider::Impl::Fire(uint32_t rule, TallyBook& book, const Place& place, FiredList& fired) noexcept {
  counters.Add(DecideCounter::kRulesFired);
  if (!book.SetFired(rule, plan.rules[rule].verdict)) counters.Add(DecideCounter::kFiredForgotten);
  fired.strongest_ = std::max(fired.strongest_, plan.rules[rule].verdict);
  if (fired.size_ == FiredList::kCapacity) {
    ++fired.overflow_;
    counters.Add(DecideCounter::kFiredOverLimit);
    return;
  }
  Describe(rule, book, place, fired.rules_[fired.size_++]);
}

// Those between what was decided about already and `offset`, both ends excluded at the near side only.
void Decider::Impl::PassCheckpoints(TallyBook& book, const ObjectFacts& facts, uint64_t offset, FiredList& fired) noexcept {
  const uint64_t decided = book.decided();
  if (offset <= decided) return;
  for (const Checkpoint& checkpoint : plan.checkpoints) {
    if (checkpoint.offset <= decided) continue;
    if (checkpoint.offset > offset) break;
    for (const uint32_t rule : checkpoint.rules) Consider(rule, book, facts, {.offset = checkpoint.offset}, fired);
  }
  book.SetDecided(offset);
}

void Decider::Impl::TakeFinding(TallyBook& book, const ObjectFacts& facts, const match::Finding& finding, FiredList& fired) noexcept {
  // A checkpoint where this finding ends comes after it.
  if (finding.end > 0) PassCheckpoints(book, facts, finding.end - 1, fired);
  const TallyBook::Noted noted = book.Note(finding, facts.where, plan.detectors[finding.detector]);
  if (noted.no_entry) counters.Add(DecideCounter::kDetectorsOverLimit);
  if (noted.term_lost) counters.Add(DecideCounter::kTermsOverLimit);
  if (noted.position_forgotten) counters.Add(DecideCounter::kPositionsForgotten);
  if (noted.may_decide) {
    for (const uint32_t rule : policy->RulesOf(finding.detector)) {
      Consider(rule, book, facts, {.offset = finding.end, .finding = &finding}, fired);
    }
  }
  book.DropSpare();
}

Result<std::unique_ptr<Decider>> Decider::Create(std::shared_ptr<const bundle::Bundle> policy) {
  return std::unique_ptr<Decider>(new Decider(std::make_unique<Impl>(std::move(policy))));
}

Decider::Decider(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decider::~Decider() = default;

void Decider::Decide(Tally& tally, const ObjectFacts& facts, std::span<const match::Finding> findings, uint64_t position,
                     FiredList& fired) noexcept {
  fired.Clear();
  TallyBook book(tally);
  // Before anything is found nothing can hold: `not` holds at the end only.
  if (findings.empty() && tally.empty()) return book.SetDecided(position);
  for (const match::Finding& finding : findings) impl_->TakeFinding(book, facts, finding, fired);
  impl_->PassCheckpoints(book, facts, position, fired);
}

bool Decider::AwaitsOffset(const Tally& tally, uint64_t position) const noexcept {
  const uint64_t decided = tally.decided();
  const std::vector<Checkpoint>& checkpoints = impl_->plan.checkpoints;
  // Nearly all objects are past the last of them, which are few.
  if (checkpoints.empty() || decided >= checkpoints.back().offset) return false;
  return std::any_of(checkpoints.begin(), checkpoints.end(),
                     [&](const Checkpoint& checkpoint) { return checkpoint.offset > decided && checkpoint.offset <= position; });
}

bool Decider::MayFireOnNothing() const noexcept { return impl_->plan.may_hold_when_empty; }
bool Decider::AsksForNames() const noexcept { return impl_->plan.asks_for_names; }

void Decider::DecideAtEnd(Tally& tally, const ObjectFacts& facts, uint64_t bytes, FiredList& fired) noexcept {
  fired.Clear();
  TallyBook book(tally);
  impl_->PassCheckpoints(book, facts, bytes, fired);
  const bool is_head = facts.where == model::Where::kHeader;
  for (const uint32_t rule : impl_->plan.at_end) {
    // What a head lacks, its body may have; so the absence of findings is judged on bodies only.
    if (is_head && impl_->plan.rules[rule].holds_when_empty) continue;
    impl_->Consider(rule, book, facts, {.offset = bytes, .at_end = true}, fired);
  }
}

const CounterSet<DecideCounter>& Decider::counters() const noexcept { return impl_->counters; }

}  // namespace sluice::verdict
