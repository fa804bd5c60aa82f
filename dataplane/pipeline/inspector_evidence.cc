// What is kept of objects for rules that ask for evidence: their bytes while they pass, until it is known whether one asks. Views are
// kept as the object that they stand in.
#include <utility>

#include "dataplane/pipeline/inspector.h"
#include "rules/evaluate/evaluate.h"

namespace sluice::pipeline {

// What is not known when an object begins does not keep a rule from asking later.
std::vector<model::Scope> Inspector::EvidenceScopes(const bundle::Bundle& policy) {
  std::vector<model::Scope> scopes;
  for (const model::Rule& rule : policy.rules()) {
    if (!rule.evidence) continue;
    scopes.push_back(rule.scope);
    scopes.back().media_types.clear();
    scopes.back().min_bytes = 0;
    scopes.back().max_bytes = UINT64_MAX;
  }
  return scopes;
}

void Inspector::BeginEvidence(ObjectState& object) noexcept {
  if (options_.evidence == nullptr || object.link != nullptr) return;
  const verdict::ObjectFacts facts = FactsOf(object);
  const evaluate::ObjectFacts known = {
      .direction = facts.direction == content::Direction::kUpload ? model::Direction::kUpload : model::Direction::kDownload,
      .source = facts.source.bytes,
      .destination = facts.destination.bytes,
      .application = facts.application,
      .media_type = {},
      .client = facts.client,
      .bytes = 0,
      .complete = false};
  for (const model::Scope& scope : task_.policy->evidence) {
    if (evaluate::InScope(scope, known) == evaluate::Truth::kFalse) continue;
    object.kept = options_.evidence->Begin();
    object.no_evidence_place = object.kept == nullptr;
    inspection_.evidence = true;
    return;
  }
}

void Inspector::Watch(ObjectState& object, ByteView bytes) noexcept {
  if (object.sha256 != nullptr) crypto_hash_sha256_update(object.sha256, bytes.data(), bytes.size());
  if (object.kept != nullptr) options_.evidence->AddObject(*object.kept, bytes);
}

void Inspector::AskForEvidence(const ObjectState& object, const model::Rule& rule, event::Finding& finding) noexcept {
  const ObjectState* whole = &object;
  while (whole->link != nullptr && whole->link->parent != nullptr) whole = whole->link->parent;
  event::EvidenceItem* item = whole->kept;
  if (item == nullptr) {
    finding.evidence = options_.evidence == nullptr   ? event::EvidenceState::kNoVault
                       : whole->no_evidence_place ? event::EvidenceState::kNoPlace
                                                  : event::EvidenceState::kNotHeld;
    return;
  }
  finding.evidence = event::EvidenceState::kKept;
  inspection_.evidence = true;
  item->Refer(finding.incident);
  if (std::exchange(item->asked, true)) return;
  item->time = recorder_->now();
  Refer(*task_.key, *task_.flow, item->flow);
  Describe(*whole, whole->bytes, item->about);
  item->direction = whole->description.direction;
  item->rule.Assign(rule.id);
}

void Inspector::LeaveEvidence(ObjectState& object) noexcept {
  event::EvidenceItem* item = std::exchange(object.kept, nullptr);
  if (--item->holders > 0) return;
  item->next = leaving_;
  leaving_ = item;
  inspection_.evidence = true;
}

bool Inspector::KeepPacket(FlowContext& flow, const packet::Packet& packet) noexcept {
  bool kept = false;
  for (ObjectState* object = flow.objects; object != nullptr; object = object->next) {
    if (object->kept == nullptr) continue;
    options_.evidence->AddPacket(*object->kept, packet);
    kept = true;
  }
  return kept;
}

void Inspector::KeepEvidence(FlowContext& flow, const packet::Packet* packet) noexcept {
  for (ObjectState* object = flow.objects; object != nullptr; object = object->next) {
    if (packet == nullptr || object->kept == nullptr || object->kept->packet_count > 0) continue;
    options_.evidence->AddPacket(*object->kept, *packet);
  }
  // Nothing more of a blocked flow will be seen; what it carried need not wait for its end.
  if (flow.blocked) {
    for (ObjectState* list : {flow.objects, flow.documents}) {
      for (ObjectState* object = list; object != nullptr; object = object->next) {
        if (object->kept != nullptr) LeaveEvidence(*object);
      }
    }
  }
  SettleEvidence(packet);
}

void Inspector::SettleEvidence(const packet::Packet* packet) noexcept {
  while (leaving_ != nullptr) {
    event::EvidenceItem* item = std::exchange(leaving_, leaving_->next);
    // It began and ended with this one.
    if (packet != nullptr && item->packet_count == 0) options_.evidence->AddPacket(*item, *packet);
    if (item->asked) options_.evidence->HandOver(item);
    else options_.evidence->LetGo(item);
  }
}

}  // namespace sluice::pipeline
