// Which policy judges a flow: the one that it began with, for as long as that one has a slot.
//
// Where every slot is taken the oldest policy gives its own up, and its flows move to the newest one, each when it is touched next:
// a comparison of generations tells, so that adopting takes no longer for a million flows than for one. By then the old policy's
// matcher is gone, and with it the memory that streams of open objects pointed to; nothing of it is read any more. What had passed
// was judged as it passed; from there on it is the newest policy's. What stands across the two is found by neither, and what rules
// count begins anew.
#include <utility>

#include "dataplane/pipeline/inspector.h"

namespace sluice::pipeline {

Result<PolicyState> Inspector::Prepare(std::shared_ptr<const bundle::Bundle> policy, uint32_t generation) const {
  PolicyState made;
  auto matcher = match::Matcher::Create(policy, {.max_streams = options_.max_objects});
  if (!matcher.ok()) return matcher.error();
  made.matcher = std::move(matcher).value();
  auto confirmer = match::Confirmer::Create(policy);
  if (!confirmer.ok()) return confirmer.error();
  made.confirmer = std::move(confirmer).value();
  auto decider = verdict::Decider::Create(policy);
  if (!decider.ok()) return decider.error();
  made.decider = std::move(decider).value();
  auto signatures = signature::Engine::Create(*policy, options_.max_objects, &statistics_->signatures);
  if (!signatures.ok()) return signatures.error();
  made.signatures = std::move(signatures).value();
  made.evidence = EvidenceScopes(*policy);
  made.generation = generation;
  if (options_.rule_costs != nullptr) options_.rule_costs->Follow(std::move(policy), made.confirmer->costs());
  return made;
}

bool Inspector::Adopt(PolicyState& prepared) noexcept {
  const uint8_t slot = SlotForAnother();
  std::swap(slots_[slot], prepared);
  newest_slot_ = slot;
  return true;
}

// One that no flow needs, or else that of the oldest policy; never that of the newest.
uint8_t Inspector::SlotForAnother() const noexcept {
  if (slots_[newest_slot_].matcher == nullptr) return newest_slot_;
  uint8_t chosen = kPolicySlots;
  for (uint8_t slot = 0; slot < kPolicySlots; ++slot) {
    if (slot == newest_slot_) continue;
    if (slots_[slot].flows == 0) return slot;
    if (chosen == kPolicySlots || slots_[slot].generation < slots_[chosen].generation) chosen = slot;
  }
  return chosen;
}

void Inspector::Begin(FlowContext& flow) noexcept {
  flow.policy_slot = newest_slot_;
  flow.policy_generation = slots_[newest_slot_].generation;
  ++slots_[newest_slot_].flows;
}

const bundle::Bundle& Inspector::NewestPolicy() const noexcept { return slots_[newest_slot_].matcher->policy(); }
const bundle::Bundle& Inspector::PolicyOf(const FlowContext& flow) const noexcept { return StateOf(flow).matcher->policy(); }
uint32_t Inspector::GenerationOf(const FlowContext& flow) const noexcept { return StateOf(flow).generation; }

std::string_view Inspector::TitleOf(const FlowContext& flow, uint32_t rule) const noexcept {
  if (!HasItsPolicy(flow) || flow.block.generation != flow.policy_generation) return {};
  const std::span<const model::Rule> rules = PolicyOf(flow).rules();
  return rule < rules.size() ? std::string_view(rules[rule].title) : std::string_view();
}

void Inspector::Move(FlowContext& flow) noexcept {
  Begin(flow);
  task_.policy = &slots_[flow.policy_slot];
  statistics_->counters.Add(PipelineCounter::kPolicyMovedFlows);
  for (size_t d = 0; d < content::kDirections; ++d) {
    ForgetHead(flow, static_cast<content::Direction>(d));
    ForgetShadowHead(flow, static_cast<content::Direction>(d));
  }
  MoveAll(flow.objects);
  MoveAll(flow.documents);
}

void Inspector::MoveAll(ObjectState* objects) noexcept {
  for (ObjectState* object = objects; object != nullptr; object = object->next) {
    MoveObject(*object);
    for (ObjectState* view = object->views; view != nullptr; view = view->next) MoveObject(*view);
  }
}

// Nothing of the policy it had can be given back, or read.
void Inspector::MoveObject(ObjectState& object) noexcept {
  ForgetShadow(object);
  if (object.tally != nullptr) tallies_->Give(std::exchange(object.tally, nullptr));
  if (object.stream != nullptr) {
    // A matcher has a stream for each object that there can be.
    object.stream = task_.policy->matcher->Open();
    if (object.bytes > object.unmatched) task_.policy->matcher->Skip(*object.stream, object.bytes - object.unmatched);
  }
  object.trace = nullptr;
  if (task_.policy->signatures == nullptr || object.stream == nullptr || !content::IsReportedAsObject(object.description.part)) return;
  if ((object.trace = task_.policy->signatures->Open()) != nullptr) task_.policy->signatures->Skip(*object.trace, object.bytes);
  else inspection_.scanner_failed = true;
}

}  // namespace sluice::pipeline
