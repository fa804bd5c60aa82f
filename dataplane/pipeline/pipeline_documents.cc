// How a flow waits for a document that an extractor reads (dataplane/extract): what ended it is held, or goes on while it is read.
//
// Nothing is sent meanwhile. The packet itself is kept as a copy, so that the flow goes on as soon as the document is read; what
// follows it is dropped unseen, and its sender repeats it. A flow with a document is not ended by a timer.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>

#include "dataplane/pipeline/frame_bytes.h"
#include "dataplane/pipeline/pipeline_impl.h"

namespace sluice::pipeline {

namespace {

// How often extractors are asked: each time costs a system call for each that is at work.
constexpr std::chrono::microseconds kAskInterval{200};
// What a stopping worker gives them at most.
constexpr std::chrono::seconds kLastWait{2};
constexpr timespec kPause = {0, 500'000};

}  // namespace

void Pipeline::TakeDocuments(Timestamp time, Output& out, std::vector<Packet*>& recycled) noexcept {
  Impl& impl = *impl_;
  if (impl.with_documents.empty() || time - impl.asked < kAskInterval) return;
  impl.out = &out;
  impl.recycled = &recycled;
  impl.now = std::max(impl.now, time);
  impl.asked = time;
  impl.AskForAll();
  impl.PublishBurst();
  impl.TakeReleased();
}

// `offender`: the packet that ended a document, if one is at hand.
void Pipeline::Impl::AwaitDocuments(const Here& here, const Offender& offender) noexcept {
  FlowContext& flow = *here.flow;
  if (!flow.has_documents) {
    flow.has_documents = true;
    with_documents.push_back(here.index);
  }
  if (IsInline() && options.hold_for_documents && offender.packet != nullptr && !flow.blocked && flow.held == nullptr) Hold(here, offender);
}

void Pipeline::Impl::Hold(const Here& here, const Offender& offender) noexcept {
  HeldPacket* place = held->Take();
  if (place == nullptr) return statistics.counters.Add(PipelineCounter::kHoldsFull);
  const Packet& packet = *offender.packet;
  place->direction = here.direction;
  place->until = now + options.longest_hold;
  place->run_offset = offender.run_offset;
  place->packet = packet;
  place->packet.next = place->packet.fragments = nullptr;
  place->packet.owner = nullptr;
  // A datagram of fragments, or a jumbo frame, is left to its sender to repeat.
  place->can_go_on = !packet.is_datagram && packet.length <= HeldPacket::kMaxFrame;
  const uint32_t kept = std::min(packet.length, HeldPacket::kMaxFrame);
  std::memcpy(place->frame.data(), packet.data, kept);
  place->packet.data = place->frame.data();
  place->packet.length = kept;
  here.flow->held = place;
  statistics.counters.Add(PipelineCounter::kFlowsHeld);
}

// What carries something, or ends the direction; acknowledgements and resets go on.
bool Pipeline::Impl::IsHeld(const Here& here, const Packet& packet) const noexcept {
  if (here.direction != here.flow->held->direction) return false;
  if (packet.headers.transport != packet::Transport::kTcp) return true;
  const uint8_t flags = packet.headers.tcp.flags;
  return (flags & packet::TcpFlag::kRst) == 0 && (packet.headers.payload_length > 0 || (flags & packet::TcpFlag::kFin) != 0);
}

void Pipeline::Impl::DropHeld(const Here& here, Packet& packet) noexcept {
  statistics.counters.Add(PipelineCounter::kHeldPackets);
  CountFate(*here.flow, Fate::kHeldForDocument, packet.headers.payload_length);
  Drop(packet);
}

// Behind this everything of the direction passes as usual.
void Pipeline::Impl::LetGo(const Here& here) noexcept {
  const HeldPacket& place = *here.flow->held;
  if (place.can_go_on) {
    const std::span<uint8_t> frame = out->ClaimFrame();
    if (frame.size() >= place.packet.length) {
      std::memcpy(frame.data(), place.frame.data(), place.packet.length);
      out->CommitFrame(options.peer_ports[place.packet.port], place.packet.length);
      statistics.counters.Add(PipelineCounter::kInjectedFrames);
    } else {
      statistics.counters.Add(PipelineCounter::kInjectionFull);
    }
  }
  GiveUpHold(*here.flow);
}

void Pipeline::Impl::GiveUpHold(FlowContext& flow) noexcept {
  if (flow.held != nullptr) held->Give(flow.held);
  flow.held = nullptr;
}

void Pipeline::Impl::AskFor(FlowIndex index) noexcept {
  FlowContext& flow = flows->context(index);
  const HeldPacket* place = flow.held;
  const Here here{index, &flows->key(index), &flow, place != nullptr ? place->direction : Direction::kUpload};
  recorder.BeginTimer(now, flow.id);
  Offender offender;
  if (place != nullptr) offender = {&place->packet, place->run_offset};
  Act(here, inspector->TakeDocuments(*here.key, flow), offender);
  if (flow.blocked) {
    GiveUpHold(flow);
    if (flow.transport == packet::Transport::kTcp) FlushHeld(here, Fate::kBlockedFlow);
  } else if (flow.held != nullptr && flow.documents == nullptr) {
    LetGo(here);
  } else if (flow.held != nullptr && now >= flow.held->until) {
    // Not read in time is not read: the policy says what that means. What it holds is still told when it is known.
    statistics.counters.Add(PipelineCounter::kHoldsExpired);
    Inspection unread;
    unread.uninspectable = true;
    recorder.Anomaly(*here.key, flow, inspector->GenerationOf(flow), "hold_expired", here.direction, 0, ActionTaken::kForwarded, nullptr);
    Act(here, unread, offender);
    if (flow.blocked) GiveUpHold(flow);
    else LetGo(here);
  }
}

void Pipeline::Impl::AskForAll() noexcept {
  inspector->BeginTurn();
  size_t kept = 0;
  for (size_t i = 0; i < with_documents.size(); ++i) {
    const FlowIndex index = with_documents[i];
    FlowContext& flow = flows->context(index);
    if (!flows->table().is_live(index) || !flow.has_documents) continue;
    AskFor(index);
    flow.has_documents = flow.documents != nullptr;
    if (flow.has_documents) with_documents[kept++] = index;
  }
  with_documents.resize(kept);
}

// The worker stops: nothing comes in any more.
void Pipeline::Impl::AwaitLastDocuments() noexcept {
  const auto end = std::chrono::steady_clock::now() + kLastWait;
  while (!with_documents.empty() && std::chrono::steady_clock::now() < end) {
    AskForAll();
    if (!with_documents.empty()) nanosleep(&kPause, nullptr);
  }
  with_documents.clear();
}

}  // namespace sluice::pipeline
