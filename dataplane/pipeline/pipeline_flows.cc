// How flows begin, wait, time out and end.
#include <array>

#include "dataplane/pipeline/frame_bytes.h"
#include "dataplane/pipeline/pipeline_impl.h"

namespace sluice::pipeline {

namespace {

bool HasHoles(const FlowContext& flow) { return flow.tcp.detail[0].held_count + flow.tcp.detail[1].held_count > 0; }

uint64_t FlowIdOf(const flow::FlowKey& key, Timestamp start) {
  // Not the table's hash: that one is keyed by a secret, and this one must be the same in every run.
  constexpr uint64_t kSeed = 0x51u;
  return flow::HashFlowKey(key, kSeed ^ static_cast<uint64_t>(start.nanoseconds()));
}

}  // namespace

void Pipeline::Impl::BeginFlow(const Packet& packet, const Here& here, flow::KeySide sender) noexcept {
  FlowContext& flow = *here.flow;
  flow = FlowContext{};
  flow.start = flow.last = flow.last_report = packet.time;
  flow.id = FlowIdOf(*here.key, packet.time);
  flow.client = ClientOf(packet.headers, sender);
  flow.transport = packet.headers.transport;
  flow.app = flow.transport == packet::Transport::kTcp   ? protocol::ProtocolId::kRawTcp
             : flow.transport == packet::Transport::kUdp ? protocol::ProtocolId::kRawUdp
                                                         : protocol::ProtocolId::kIcmp;
  inspector->Begin(flow);
  inspector->Meet(*here.key, flow, now);
  statistics.counters.Add(PipelineCounter::kFlowsCreated);
}

// Retires the flow that is missed least. False when none may go.
bool Pipeline::Impl::MakeRoom() noexcept {
  FlowIndex oldest;
  if (!flows->table().EvictionCandidate(oldest)) return false;
  EndFlow(oldest, event::FlowEnd::kEvicted, flow::FlowCounter::kEvicted, Fate::kReassemblyGap);
  return true;
}

void Pipeline::Impl::AfterDelivery(const Here& here) noexcept {
  FlowContext& flow = *here.flow;
  if (flow.blocked) return FlushHeld(here, Fate::kBlockedFlow);
  EndDirections(here, {});
  if (flow.ended[0] && flow.ended[1] && flow.session != nullptr) inspector->EndSession(flow);
  const ConnectionState state = flow.tcp.state;
  const bool over = state == ConnectionState::kClosed || state == ConnectionState::kReset;
  const bool young = state == ConnectionState::kNew || state == ConnectionState::kSynSeen;
  flows->table().Touch(here.index, over ? FlowClass::kClosing : young ? FlowClass::kNew : FlowClass::kEstablished, now);
  const bool holes = HasHoles(flow);
  if (!holes || flow.has_holes) return;
  if (with_holes.size() == with_holes.capacity()) return statistics.counters.Add(PipelineCounter::kGapTimersFull);
  flow.has_holes = true;
  with_holes.push_back(here.index);
}

// Offender: the packet that ended them, if there is one at hand.
void Pipeline::Impl::EndDirections(const Here& here, const Offender& offender) noexcept {
  FlowContext& flow = *here.flow;
  for (size_t d = 0; d < content::kDirections; ++d) {
    if (!flow.tcp.half[d].fin_delivered || flow.ended[d]) continue;
    flow.ended[d] = true;
    const Here there{here.index, here.key, here.flow, static_cast<Direction>(d)};
    const bool of_packet = offender.packet != nullptr && there.direction == here.direction;
    Act(there, inspector->EndDirection(*here.key, flow, there.direction), of_packet ? offender : Offender{});
    if (flow.blocked) return;
  }
}

// Everything held comes out: inspected behind its gap in tap mode, rejected inline.
void Pipeline::Impl::FlushHeld(const Here& here, Fate fate) noexcept {
  reassembler->Flush(here.flow->tcp);
  Delivery delivery;
  while (reassembler->Next(here.flow->tcp, delivery)) {
    if (delivery.action == PacketAction::kForward && !here.flow->blocked) {
      Deliver(here, delivery);
      continue;
    }
    CountFate(*here.flow, fate, delivery.packet->headers.payload_length);
    Drop(*delivery.packet, delivery.retained);
  }
  TakeReleased();
}

// Asked once for each flow and generation, and for each packet while the answer is yes. Nothing is sent to either side: a connection
// that is released in time goes on with the next retransmission. A flow that is held is not touched, so that it can time out.
// Flows with evidence are asked about at each packet, so that no other flow pays for it.
bool Pipeline::Impl::HeldBack(const Here& here, Packet& packet) noexcept {
  FlowContext& flow = *here.flow;
  const bool attended = flow.quarantine_seen == FlowContext::kAttended && inspector->KeepPacket(flow, packet);
  if (quarantine == nullptr) {
    if (!attended) flow.quarantine_seen = quarantine_generation;
    return false;
  }
  const bool low_is_client = flow.client == flow::KeySide::kLow;
  const uint32_t entry = quarantine->Find(low_is_client ? here.key->low : here.key->high, low_is_client ? here.key->high : here.key->low, flow.id);
  if (entry == verdict::QuarantineSet::kNone) {
    if (!attended) flow.quarantine_seen = quarantine_generation;
    return false;
  }
  quarantine->CountDrop(quarantine_worker, entry, FrameBytes(packet));
  statistics.counters.Add(PipelineCounter::kQuarantinedPackets);
  CountFate(flow, Fate::kQuarantined, packet.headers.payload_length);
  SetAside(packet);
  return true;
}

// From here on its packets come by HeldBack, while an object of it may be kept.
void Pipeline::Impl::KeepEvidence(const Here& here, const Offender& offender) noexcept {
  here.flow->quarantine_seen = FlowContext::kAttended;
  inspector->KeepEvidence(*here.flow, offender.packet);
}

void Pipeline::Impl::EndFlow(FlowIndex index, event::FlowEnd reason, flow::FlowCounter why, Fate fate_of_held) noexcept {
  FlowContext& flow = flows->context(index);
  const Here here{index, &flows->key(index), &flow, Direction::kUpload};
  if (flow.transport == packet::Transport::kTcp) FlushHeld(here, fate_of_held);
  for (size_t d = 0; d < content::kDirections; ++d) {
    if (flow.ended[d] || flow.blocked) continue;
    const Here there{index, here.key, &flow, static_cast<Direction>(d)};
    Act(there, inspector->EndDirection(*here.key, flow, there.direction), {});
  }
  inspector->SettleAll(*here.key, flow);
  GiveUpHold(flow);
  RecordLeftOverAnomalies(here);
  if (options.record_flows) recorder.FlowReport(*here.key, flow, inspector->GenerationOf(flow), reason);
  inspector->Release(*here.key, flow);
  statistics.counters.Add(PipelineCounter::kFlowsEnded);
  flow.has_holes = false;
  if (flow.has_documents) with_documents.erase(std::remove(with_documents.begin(), with_documents.end(), index), with_documents.end());
  flow.has_documents = false;
  flows->table().Remove(index, why);
}

void Pipeline::Tick(Timestamp time, Output& out, std::vector<Packet*>& recycled) noexcept {
  Impl& impl = *impl_;
  impl.out = &out;
  impl.recycled = &recycled;
  impl.now = std::max(impl.now, time);
  size_t kept = 0;
  for (const FlowIndex index : impl.with_holes) {
    FlowContext& flow = impl.flows->context(index);
    if (!impl.flows->table().is_live(index) || !flow.has_holes) continue;
    const Impl::Here here{index, &impl.flows->key(index), &flow, Direction::kUpload};
    impl.recorder.BeginTimer(impl.now, flow.id);
    if (impl.reassembler->ExpireGaps(flow.tcp, impl.now)) {
      stream::Delivery delivery;
      while (impl.reassembler->Next(flow.tcp, delivery)) impl.Deliver(here, delivery);
    }
    flow.has_holes = HasHoles(flow);
    if (flow.has_holes) impl.with_holes[kept++] = index;
  }
  impl.with_holes.resize(kept);
  std::array<FlowIndex, 64> expired;
  // A bounded share of a flood of timeouts at each tick; the rest comes at the next.
  for (int round = 0; round < 64; ++round) {
    const size_t n = impl.flows->table().CollectExpired(impl.now, expired);
    for (size_t i = 0; i < n; ++i) {
      const FlowContext& flow = impl.flows->context(expired[i]);
      // Its record waits for what extractors still have to say: not for long.
      if (flow.documents != nullptr) {
        impl.flows->table().Touch(expired[i], FlowClass::kClosing, impl.now);
        continue;
      }
      impl.recorder.BeginTimer(impl.now, flow.id);
      impl.EndFlow(expired[i], EndOf(flow, event::FlowEnd::kIdle), flow::FlowCounter::kExpired, Fate::kReassemblyGap);
    }
    if (n < expired.size()) break;
  }
  impl.PublishBurst();
  impl.TakeReleased();
}

void Pipeline::Drain(Timestamp time, Output& out, std::vector<Packet*>& recycled) noexcept {
  Impl& impl = *impl_;
  impl.out = &out;
  impl.recycled = &recycled;
  impl.now = std::max(impl.now, time);
  impl.AwaitLastDocuments();
  for (uint32_t slot = 0; slot < impl.flows->table().capacity() && impl.flows->table().size() > 0; ++slot) {
    const FlowIndex index{slot};
    if (!impl.flows->table().is_live(index)) continue;
    const FlowContext& flow = impl.flows->context(index);
    impl.recorder.BeginTimer(impl.now, flow.id);
    impl.EndFlow(index, EndOf(flow, event::FlowEnd::kShutdown), flow::FlowCounter::kClosed, Fate::kShutdown);
  }
  impl.with_holes.clear();
  impl.PublishBurst();
  impl.TakeReleased();
}

}  // namespace sluice::pipeline
