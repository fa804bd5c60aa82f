// What the inspector hands to a policy that is only tried (shadow.h). Without one each of these is a single comparison.
#include <utility>

#include "dataplane/pipeline/inspector.h"

namespace sluice::pipeline {

// What another shadow opened is that one's, and gone with it.
ShadowObject* Inspector::ShadowOf(const ObjectState& object) const noexcept {
  return shadow_ != nullptr && object.shadow_generation == shadow_->generation() ? object.shadow : nullptr;
}

void Inspector::OpenShadow(ObjectState& object) noexcept {
  if (shadow_ == nullptr || !shadow_->IsOf(task_.policy->generation)) return;
  object.shadow = shadow_->Open();
  object.shadow_generation = shadow_->generation();
}

// A body begins with what was found in its head.
void Inspector::BeginShadowBehindHead(ObjectState& object) noexcept {
  ShadowObject* shadow = ShadowOf(object);
  const ShadowHead& head = task_.flow->shadow_heads[content::Index(object.description.direction)];
  if (shadow != nullptr && head.object != nullptr && head.generation == shadow_->generation()) shadow->tally.BeginBehindHead(head.object->tally);
  ForgetShadowHead(*task_.flow, object.description.direction);
}

void Inspector::RememberShadowHead(ObjectState& object) noexcept {
  ShadowObject* shadow = ShadowOf(object);
  if (shadow == nullptr || shadow->tally.empty()) return;
  ForgetShadowHead(*task_.flow, object.description.direction);
  shadow_->Compare(*shadow, ExampleOf(object));
  task_.flow->shadow_heads[content::Index(object.description.direction)] = {std::exchange(object.shadow, nullptr), shadow_->generation()};
}

void Inspector::ForgetShadowHead(FlowContext& flow, content::Direction direction) noexcept {
  ShadowHead& head = flow.shadow_heads[content::Index(direction)];
  if (head.object != nullptr && shadow_ != nullptr && head.generation == shadow_->generation()) shadow_->Give(head.object);
  head = {};
}

const ShadowObject* Inspector::ShadowReadBefore(const ObjectState& object) const noexcept {
  return object.link != nullptr && object.link->is_reading ? ShadowOf(*object.link->parent) : nullptr;
}

void Inspector::MatchBeside(ObjectState& object, ByteView bytes, uint64_t unmatched_before) noexcept {
  ShadowObject* shadow = ShadowOf(object);
  if (shadow == nullptr) return;
  if (unmatched_before > 0) shadow_->Skip(*shadow, unmatched_before);
  if (shadow_->Scan(*shadow, bytes, object.bytes)) shadow_->Judge(*shadow, object.bytes, false, FactsOf(object), ShadowReadBefore(object));
}

void Inspector::MatchNameBeside(ObjectState& object, std::string_view name) noexcept {
  ShadowObject* shadow = ShadowOf(object);
  if (shadow != nullptr && shadow_->ScanName(*shadow, name)) shadow_->Judge(*shadow, object.bytes, false, FactsOf(object), ShadowReadBefore(object));
}

void Inspector::SkipBeside(ObjectState& object, uint64_t gap) noexcept {
  if (ShadowObject* shadow = ShadowOf(object); shadow != nullptr) shadow_->Skip(*shadow, gap);
}

void Inspector::EndBeside(ObjectState& object, bool at_end) noexcept {
  ShadowObject* shadow = ShadowOf(object);
  if (shadow == nullptr || !shadow_->End(*shadow)) return;
  shadow_->Judge(*shadow, object.bytes, at_end || !shadow->tally.empty(), FactsOf(object), ShadowReadBefore(object));
}

void Inspector::CompareBeside(ObjectState& object) noexcept {
  ShadowObject* shadow = ShadowOf(object);
  if (shadow == nullptr) return;
  shadow_->Compare(*shadow, ExampleOf(object));
  shadow_->Give(std::exchange(object.shadow, nullptr));
}

// What another policy goes on with compares with nothing.
void Inspector::ForgetShadow(ObjectState& object) noexcept {
  if (ShadowObject* shadow = ShadowOf(object); shadow != nullptr) shadow_->Give(shadow);
  object.shadow = nullptr;
}

void Inspector::CompareStopped(FlowContext& flow) noexcept {
  if (shadow_ == nullptr) return;
  for (ObjectState* object = flow.objects; object != nullptr; object = object->next) {
    for (ObjectState* view = object->views; view != nullptr; view = view->next) CompareBeside(*view);
    CompareBeside(*object);
  }
}

ShadowExample Inspector::ExampleOf(const ObjectState& object) const noexcept {
  const flow::FlowKey& key = *task_.key;
  const FlowContext& flow = *task_.flow;
  const bool low_is_client = flow.client == flow::KeySide::kLow;
  ShadowExample example;
  example.time = flow.last;
  example.flow = flow.id;
  example.client = low_is_client ? key.low : key.high;
  example.server = low_is_client ? key.high : key.low;
  example.server_port = low_is_client ? key.high_port : key.low_port;
  example.direction = object.description.direction;
  example.app = protocol::Name(flow.app);
  example.media_type = object.media_type.name;
  example.name.Assign(object.description.name.view());
  return example;
}

}  // namespace sluice::pipeline
