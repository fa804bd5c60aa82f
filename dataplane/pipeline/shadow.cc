#include "dataplane/pipeline/shadow.h"

#include <algorithm>
#include <map>
#include <utility>

#include "dataplane/verdict/tally_book.h"

namespace sluice::pipeline {
namespace {

// What is looked for in one object at a time is looked for once, by the policy in force.
bool AsksForDocuments(const bundle::Bundle& policy, const model::Rule& rule) {
  return std::any_of(rule.condition.nodes.begin(), rule.condition.nodes.end(), [&](const model::ConditionNode& node) {
    const bool has_detector = node.kind == model::ConditionNode::Kind::kDetector;
    return has_detector && policy.detectors()[node.detector].kind == model::DetectorKind::kSignature;
  });
}

bool Stops(verdict::Verdict verdict) { return verdict >= verdict::Verdict::kBlock; }

}  // namespace

std::string_view Name(ShadowChange change) {
  switch (change) {
    case ShadowChange::kNewlyFires: return "newly_fires";
    case ShadowChange::kNoLongerFires: return "no_longer_fires";
    case ShadowChange::kOtherVerdict: return "other_verdict";
    case ShadowChange::kCount: break;
  }
  return "unknown";
}

std::shared_ptr<const ShadowPlan> ShadowPlan::Make(const bundle::Bundle& in_force, std::shared_ptr<const bundle::Bundle> tried, uint32_t in_force_generation) {
  auto plan = std::make_shared<ShadowPlan>();
  std::map<std::string, uint32_t> numbers;
  const auto add = [&](const bundle::Bundle& policy, std::vector<uint32_t>& of) {
    for (const model::Rule& rule : policy.rules()) {
      const auto [entry, is_new] = numbers.emplace(rule.id, static_cast<uint32_t>(plan->rules.size()));
      if (is_new) plan->rules.push_back({rule.id});
      if (AsksForDocuments(policy, rule)) plan->rules[entry->second].compared = false;
      of.push_back(entry->second);
    }
  };
  add(in_force, plan->of_in_force);
  add(*tried, plan->of_tried);
  plan->tried = std::move(tried);
  plan->in_force_generation = in_force_generation;
  return plan;
}

Result<std::unique_ptr<Shadow>> Shadow::Create(std::shared_ptr<const ShadowPlan> plan, uint32_t max_objects, uint32_t generation) {
  std::unique_ptr<Shadow> shadow(new Shadow(std::move(plan), generation));
  const std::shared_ptr<const bundle::Bundle>& tried = shadow->plan_->tried;
  auto matcher = match::Matcher::Create(tried, {.max_streams = max_objects});
  if (!matcher) return matcher.error();
  shadow->matcher_ = std::move(*matcher);
  auto confirmer = match::Confirmer::Create(tried);
  if (!confirmer) return confirmer.error();
  shadow->confirmer_ = std::move(*confirmer);
  auto decider = verdict::Decider::Create(tried);
  if (!decider) return decider.error();
  shadow->decider_ = std::move(*decider);
  auto objects = SlabPool<ShadowObject>::Create(max_objects);
  if (!objects) return objects.error();
  shadow->objects_.emplace(std::move(objects).value());
  return shadow;
}

ShadowObject* Shadow::Open() noexcept {
  ShadowObject* object = objects_->Take();
  if (object != nullptr && (object->stream = matcher_->Open()) == nullptr) {
    objects_->Give(object);
    object = nullptr;
  }
  if (object == nullptr) not_compared_.Add();
  return object;
}

bool Shadow::Scan(ShadowObject& object, ByteView bytes, uint64_t position) noexcept {
  if (object.failed || object.stream == nullptr) return false;
  if (matcher_->Scan(*object.stream, bytes, hits_) == match::ScanStatus::kFailed) object.failed = true;
  return !object.failed && (!hits_.hits().empty() || (!object.tally.empty() && decider_->AwaitsOffset(object.tally, position)));
}

bool Shadow::ScanName(ShadowObject& object, std::string_view name) noexcept {
  if (object.failed || !decider_->AsksForNames()) return false;
  if (matcher_->ScanWhole(ByteView(name), hits_) == match::ScanStatus::kFailed) object.failed = true;
  return !object.failed && !hits_.hits().empty();
}

bool Shadow::End(ShadowObject& object) noexcept {
  if (object.stream == nullptr) return false;
  if (matcher_->Close(std::exchange(object.stream, nullptr), hits_) == match::ScanStatus::kFailed) object.failed = true;
  return !object.failed;
}

void Shadow::Skip(ShadowObject& object, uint64_t gap) noexcept {
  if (object.stream != nullptr) matcher_->Skip(*object.stream, gap);
}

// As Inspector::Judge, without what is there for those who act.
void Shadow::Judge(ShadowObject& object, uint64_t position, bool at_end, const verdict::ObjectFacts& facts, const ShadowObject* read_before) noexcept {
  confirmer_->Confirm(*matcher_, hits_, confirmed_);
  decider_->Decide(object.tally, facts, confirmed_.findings(), position, fired_);
  TakeFired(object, read_before);
  if (!at_end) return;
  decider_->DecideAtEnd(object.tally, facts, position, fired_);
  TakeFired(object, read_before);
}

void Shadow::TakeFired(ShadowObject& object, const ShadowObject* read_before) noexcept {
  for (const verdict::FiredRule& fired : fired_.rules()) {
    const uint32_t rule = plan_->of_tried[fired.rule];
    // What was found in the bytes is not found again in another reading of them.
    if (read_before == nullptr || read_before->tried.Find(rule) == nullptr) object.tried.Add(rule, fired);
  }
}

void Shadow::Compare(ShadowObject& object, const ShadowExample& example) noexcept {
  if (object.stream != nullptr) matcher_->Abandon(std::exchange(object.stream, nullptr));
  if (object.failed || object.in_force.overflown() || object.tried.overflown()) return not_compared_.Add();
  compared_.Add();
  CompareRules(object, example);
  CompareOutcome(object);
}

void Shadow::CompareRules(const ShadowObject& object, const ShadowExample& example) noexcept {
  for (const ShadowFiring& before : object.in_force.all()) {
    const ShadowFiring* after = object.tried.Find(before.rule);
    if (after == nullptr) Change(ShadowChange::kNoLongerFires, &before, nullptr, example);
    else if (after->verdict != before.verdict) Change(ShadowChange::kOtherVerdict, &before, after, example);
    else counts_[before.rule].same.Add();
  }
  for (const ShadowFiring& after : object.tried.all()) {
    if (object.in_force.Find(after.rule) == nullptr) Change(ShadowChange::kNewlyFires, nullptr, &after, example);
  }
}

// A rule that cannot be compared may stop an object in either policy: what it stopped says nothing about the others.
void Shadow::CompareOutcome(const ShadowObject& object) noexcept {
  const bool stopped = Stops(object.in_force.strongest());
  if (!stopped && Stops(StrongestCompared(object.tried))) would_block_.Add();
  if (stopped && Stops(StrongestCompared(object.in_force)) && !Stops(object.tried.strongest())) would_let_pass_.Add();
}

verdict::Verdict Shadow::StrongestCompared(const ShadowFirings& firings) const noexcept {
  verdict::Verdict strongest = verdict::Verdict::kAllow;
  for (const ShadowFiring& firing : firings.all()) {
    if (plan_->rules[firing.rule].compared) strongest = std::max(strongest, firing.verdict);
  }
  return strongest;
}

void Shadow::Change(ShadowChange change, const ShadowFiring* before, const ShadowFiring* after, const ShadowExample& example) noexcept {
  const uint32_t rule = before != nullptr ? before->rule : after->rule;
  if (!plan_->rules[rule].compared) return;
  RuleCounts& counts = counts_[rule];
  counts.changes.Add(change);
  const uint32_t at = example_count_.load(std::memory_order_relaxed);
  if (at == kMaxExamples || counts.examples == kExamplesOfARule) return;
  ++counts.examples;
  ShadowExample& kept = examples_[at];
  kept = example;
  kept.change = change;
  kept.rule = rule;
  kept.before = before != nullptr ? before->verdict : verdict::Verdict::kAllow;
  kept.after = after != nullptr ? after->verdict : verdict::Verdict::kAllow;
  kept.masked.Assign((after != nullptr ? after : before)->masked.view());
  example_count_.store(at + 1, std::memory_order_release);
}

void Shadow::AddTo(ShadowReport& report) const {
  if (report.rules.empty()) report.rules = plan_->rules;
  report.objects += compared_.value();
  report.objects_not_compared += not_compared_.value();
  report.would_block += would_block_.value();
  report.would_let_pass += would_let_pass_.value();
  for (size_t i = 0; i < counts_.size(); ++i) {
    ShadowRule& rule = report.rules[i];
    rule.same += counts_[i].same.value();
    rule.newly_fires += counts_[i].changes.value(ShadowChange::kNewlyFires);
    rule.no_longer_fires += counts_[i].changes.value(ShadowChange::kNoLongerFires);
    rule.other_verdict += counts_[i].changes.value(ShadowChange::kOtherVerdict);
  }
  const uint32_t count = example_count_.load(std::memory_order_acquire);
  report.examples.insert(report.examples.end(), examples_.begin(), examples_.begin() + count);
}

}  // namespace sluice::pipeline
