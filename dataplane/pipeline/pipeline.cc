// THE STORY: the way of a packet, room by room.
//
//   flow → stream → [protocol → decode → match → verdict] → action → event
//
// What comes before (port, packet, fragments) is intake.cc; the rooms in brackets are inspector.cc.
#include "dataplane/pipeline/pipeline.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "dataplane/pipeline/flow_store.h"
#include "dataplane/pipeline/frame_bytes.h"
#include "dataplane/pipeline/inspector.h"
#include "dataplane/pipeline/interceptor.h"
#include "dataplane/pipeline/recorder.h"

namespace sluice::pipeline {

using content::Direction;
using content::Fate;
using flow::FlowClass;
using flow::FlowIndex;
using model::FailCause;
using packet::Packet;
using stream::ConnectionState;
using stream::Delivery;
using stream::PacketAction;
using verdict::ActionTaken;
using verdict::Verdict;

namespace {

Fate FateOf(stream::SegmentNote note) {
  switch (note) {
    case stream::SegmentNote::kConflictingOverlap: return Fate::kConflictingOverlap;
    case stream::SegmentNote::kHoldLimit: return Fate::kReassemblyLimit;
    case stream::SegmentNote::kFlushed: return Fate::kReassemblyGap;
    case stream::SegmentNote::kUnverifiedRepeat: return Fate::kUnverifiedRepeat;
    default: return Fate::kInvalidSegment;
  }
}

event::FlowEnd EndOf(const FlowContext& flow, event::FlowEnd otherwise) {
  if (flow.blocked) return event::FlowEnd::kBlocked;
  if (flow.tcp.state == ConnectionState::kClosed) return event::FlowEnd::kClosed;
  if (flow.tcp.state == ConnectionState::kReset) return event::FlowEnd::kReset;
  return otherwise;
}

bool HasHoles(const FlowContext& flow) { return flow.tcp.detail[0].held_count + flow.tcp.detail[1].held_count > 0; }

uint64_t FlowIdOf(const flow::FlowKey& key, Timestamp start) {
  // Not the table's hash: that one is keyed by a secret, and this one must be the same in every run.
  constexpr uint64_t kSeed = 0x51u;
  return flow::HashFlowKey(key, kSeed ^ static_cast<uint64_t>(start.nanoseconds()));
}

}  // namespace

struct Pipeline::Impl {
  Impl(const PipelineOptions& given, event::RecordSink* sink)
      : options(given), recorder(sink, &statistics), interceptor(given.peer_ports, &statistics) {}

  // The packet whose bytes are judged, and where in its stream they begin.
  struct Offender {
    const Packet* packet = nullptr;
    uint64_t run_offset = 0;
  };
  // A flow at hand.
  struct Here {
    FlowIndex index;
    const flow::FlowKey* key;
    FlowContext* flow;
    Direction direction;
  };

  void One(Packet& packet) noexcept;
  bool Place(Packet& packet, Here& here) noexcept;
  void BeginFlow(const Packet& packet, const Here& here, flow::KeySide sender) noexcept;
  bool MakeRoom() noexcept;
  void Unplaced(Packet& packet) noexcept;
  void Tcp(const Here& here, Packet& packet) noexcept;
  void Deliver(const Here& here, const Delivery& delivery) noexcept;
  void Datagram(const Here& here, Packet& packet) noexcept;
  void AfterDelivery(const Here& here) noexcept;
  void Act(const Here& here, const Inspection& seen, const Offender& offender) noexcept;
  uint32_t NextExpected(const Here& here, const Offender& offender) const noexcept;
  bool Stops(const FlowContext& flow, const Inspection& seen) const noexcept;
  void Block(const Here& here, const Interceptor::Offence& offence, ActionTaken& action) noexcept;
  void Blocked(const Here& here, Packet& packet) noexcept;
  void EndFlow(FlowIndex index, event::FlowEnd reason, flow::FlowCounter why, Fate fate_of_held) noexcept;
  void FlushHeld(const Here& here, Fate fate) noexcept;

  void CountIn(const Here& here, const Packet& packet) noexcept;
  void CountFate(FlowContext& flow, Fate fate, uint64_t bytes) noexcept;
  void Forward(Packet& packet, bool retained) noexcept;
  void Drop(Packet& packet, bool retained = false) noexcept;
  void TakeReleased() noexcept;
  void RecordFindings(const Here& here, const Inspection& seen, ActionTaken action) noexcept;
  void RecordAnomaly(const Here& here, const Delivery& delivery, uint64_t bytes) noexcept;
  void RecordLeftOverAnomalies(const Here& here) noexcept;
  bool Closed(const FlowContext& flow, FailCause cause) const noexcept {
    return inspector->PolicyOf(flow).fail_modes()[cause] == model::FailMode::kClosed;
  }
  bool IsInline() const noexcept { return options.mode == stream::Mode::kInline; }

  const PipelineOptions options;
  Statistics statistics;
  Recorder recorder;
  Interceptor interceptor;
  std::optional<FlowStore> flows;
  std::optional<stream::TcpReassembler> reassembler;
  std::unique_ptr<Inspector> inspector;
  std::optional<SlabPool<NoteTally>> notes;
  std::vector<FlowIndex> with_holes;  // tap: flows whose gaps can time out
  Timestamp now;                      // never goes back
  Output* out = nullptr;
  std::vector<Packet*>* recycled = nullptr;
};

// ---- The way of a packet -----------------------------------------------------------------------------------------------

void Pipeline::Process(std::span<Packet* const> burst, Output& out, std::vector<Packet*>& recycled) noexcept {
  impl_->out = &out;
  impl_->recycled = &recycled;
  impl_->flows->Prefetch(burst);
  for (Packet* packet : burst) impl_->One(*packet);
  impl_->TakeReleased();
}

void Pipeline::Impl::One(Packet& packet) noexcept {
  now = std::max(now, packet.time);
  recorder.BeginPacket(packet);
  Here here;
  if (!Place(packet, here)) return Unplaced(packet);
  CountIn(here, packet);
  if (here.flow->blocked) return Blocked(here, packet);
  if (packet.headers.transport == packet::Transport::kTcp) return Tcp(here, packet);
  Datagram(here, packet);
}

// Room "flow".
bool Pipeline::Impl::Place(Packet& packet, Here& here) noexcept {
  Placement placement = flows->Place(packet, now);
  if (placement.outcome == Placement::Outcome::kTableFull && MakeRoom()) placement = flows->Place(packet, now);
  if (placement.outcome == Placement::Outcome::kTableFull) return false;
  // A new connection between the same ports, or one that had timed out before this packet came, is a new flow.
  if (placement.outcome == Placement::Outcome::kFound) {
    const FlowContext& old = flows->context(placement.index);
    const Direction direction = placement.sender == old.client ? Direction::kUpload : Direction::kDownload;
    const bool reused = packet.headers.transport == packet::Transport::kTcp && (packet.headers.tcp.flags & packet::TcpFlag::kSyn) != 0 &&
                        stream::StartsNewConnection(old.tcp, direction, packet.headers);
    const bool expired = flows->table().IsExpired(placement.index, now);
    if (expired || (reused && !old.blocked)) {
      EndFlow(placement.index, EndOf(old, event::FlowEnd::kIdle), flow::FlowCounter::kClosed, Fate::kReassemblyGap);
      placement = flows->Place(packet, now);
      if (placement.outcome == Placement::Outcome::kTableFull) return false;
    }
  }
  here.index = placement.index;
  here.key = &flows->key(placement.index);
  here.flow = &flows->context(placement.index);
  if (placement.outcome == Placement::Outcome::kCreated) BeginFlow(packet, here, placement.sender);
  here.direction = placement.sender == here.flow->client ? Direction::kUpload : Direction::kDownload;
  return true;
}

// Room "stream".
void Pipeline::Impl::Tcp(const Here& here, Packet& packet) noexcept {
  reassembler->Push(here.flow->tcp, here.direction, packet);
  Delivery delivery;
  while (reassembler->Next(here.flow->tcp, delivery)) Deliver(here, delivery);
  AfterDelivery(here);
}

// What the reassembler hands out, in order: inspect, decide, act, record.
void Pipeline::Impl::Deliver(const Here& here, const Delivery& delivery) noexcept {
  FlowContext& flow = *here.flow;
  Packet& packet = *delivery.packet;
  const Here there{here.index, here.key, here.flow, delivery.direction};
  if (flow.blocked) {  // an earlier delivery of this packet's train was the offence
    CountFate(flow, Fate::kBlockedFlow, packet.headers.payload_length);
    return Drop(packet, delivery.retained);
  }
  CountFate(flow, Fate::kInspected, delivery.repeated_bytes);
  CountFate(flow, Fate::kUnverifiedRepeat, delivery.unverified_bytes);

  const Offender offender{&packet, delivery.run_offset};
  if (!delivery.run.empty() || delivery.gap_before > 0) {
    Act(there, inspector->Inspect(*there.key, flow, there.direction, delivery.run, delivery.gap_before), offender);
  }

  uint64_t rejected = delivery.rejected_bytes;
  if (!delivery.alternative.empty() && !flow.blocked) {
    const Inspection& seen = inspector->InspectAlternative(*there.key, flow, there.direction, delivery.alternative);
    if (!seen.scanner_failed) {
      CountFate(flow, Fate::kInspected, delivery.alternative.size());
      rejected -= std::min<uint64_t>(rejected, delivery.alternative.size());
    }
    Act(there, seen, offender);
  }
  CountFate(flow, FateOf(delivery.note), rejected);
  if (delivery.is_anomaly) RecordAnomaly(there, delivery, rejected + delivery.unverified_bytes + delivery.gap_before);

  if (flow.blocked || delivery.action == PacketAction::kReject) return Drop(packet, delivery.retained);
  Forward(packet, delivery.retained);
}

// UDP, ICMP, SCTP: each packet's payload is inspected as it comes.
void Pipeline::Impl::Datagram(const Here& here, Packet& packet) noexcept {
  flows->table().Touch(here.index, FlowClass::kDatagram, now);
  Act(here, inspector->Inspect(*here.key, *here.flow, here.direction, packet.Payload(), 0), {&packet, 0});
  if (here.flow->blocked) return Drop(packet);
  Forward(packet, false);
}

// Rooms "verdict" and "action": what was found, and what the policy says of what could not be looked into.
void Pipeline::Impl::Act(const Here& here, const Inspection& seen, const Offender& offender) noexcept {
  if (seen.IsUneventful()) return;
  FlowContext& flow = *here.flow;
  const bool first_stop = flow.verdict < Verdict::kBlock;
  flow.verdict = std::max(flow.verdict, seen.verdict);
  ActionTaken action = ActionTaken::kForwarded;
  if (Stops(flow, seen) && first_stop) {
    Interceptor::Offence known;
    known.packet = offender.packet;
    known.direction = here.direction;
    if (offender.packet != nullptr) known.run_seq = NextExpected(here, offender);
    for (size_t i = 0; i < seen.findings.size(); ++i) {
      if (seen.findings[i].verdict < Verdict::kBlock) continue;
      known.incident = seen.findings[i].incident;
      known.rule = seen.fired_rules[i];
      known.rule_title = inspector->PolicyOf(flow).rules()[known.rule].title;
      // On a tap the server already has the segment: a page beside its own answer would only confuse both.
      known.page_possible = IsInline() && here.direction == Direction::kUpload && flow.app == protocol::ProtocolId::kHttp1 && !inspector->IsAnswering(flow);
      break;
    }
    Block(here, known, action);
    if (seen.verdict < Verdict::kBlock) {
      const std::string_view kind = seen.scanner_failed ? "scanner_failed" : seen.ambiguous_framing ? "ambiguous_framing" : "uninspectable";
      recorder.Anomaly(*here.key, flow, inspector->GenerationOf(flow), kind, here.direction, 0, action, nullptr);
    }
  }
  RecordFindings(here, seen, action);
}

// What the receiver waits for: inline the first byte that is not let through, on a tap what follows the segment.
uint32_t Pipeline::Impl::NextExpected(const Here& here, const Offender& offender) const noexcept {
  if (IsInline()) return stream::SequenceAt(here.flow->tcp, here.direction, offender.run_offset);
  return offender.packet->headers.tcp.seq + action::SegmentLength(*offender.packet);
}

bool Pipeline::Impl::Stops(const FlowContext& flow, const Inspection& seen) const noexcept {
  return seen.verdict >= Verdict::kBlock || (seen.scanner_failed && Closed(flow, FailCause::kScannerError)) ||
         (seen.ambiguous_framing && Closed(flow, FailCause::kAmbiguousFraming)) ||
         (seen.uninspectable && Closed(flow, FailCause::kUninspectable));
}

void Pipeline::Impl::Block(const Here& here, const Interceptor::Offence& offence, ActionTaken& action) noexcept {
  FlowContext& flow = *here.flow;
  flow.verdict = std::max(flow.verdict, Verdict::kBlock);
  statistics.counters.Add(PipelineCounter::kFlowsBlocked);
  if (IsInline()) {
    flow.blocked = true;
    action = ActionTaken::kDropped;
    flows->table().Touch(here.index, FlowClass::kBlocked, now);
  }
  if (options.can_inject && flow.transport == packet::Transport::kTcp && offence.packet != nullptr) {
    const ActionTaken sent = interceptor.Intercept(flow, offence, *out);
    if (IsInline() || sent != ActionTaken::kDropped) action = sent;
  }
}

// A blocked flow stays blocked.
void Pipeline::Impl::Blocked(const Here& here, Packet& packet) noexcept {
  FlowContext& flow = *here.flow;
  flows->table().Touch(here.index, FlowClass::kBlocked, now);
  CountFate(flow, Fate::kBlockedFlow, packet.headers.payload_length);
  if (options.can_inject && flow.transport == packet::Transport::kTcp) {
    const std::span<const model::Rule> rules = inspector->PolicyOf(flow).rules();
    const std::string_view title = flow.block.rule < rules.size() ? std::string_view(rules[flow.block.rule].title) : std::string_view();
    interceptor.Answer(flow, here.direction, packet, title, *out);
  }
  Drop(packet);
}

// No slot for its flow: the policy says whether it goes on unseen.
void Pipeline::Impl::Unplaced(Packet& packet) noexcept {
  statistics.counters.Add(PipelineCounter::kFlowTableFull);
  statistics.counters.Add(PipelineCounter::kPackets);
  const uint64_t bytes = FrameBytes(packet);
  statistics.counters.Add(PipelineCounter::kBytes, bytes);
  statistics.fates.Add(Fate::kFlowTableFull, bytes);
  const bool closed = inspector->NewestPolicy().fail_modes()[FailCause::kFlowTableFull] == model::FailMode::kClosed;
  if (IsInline() && closed) return Drop(packet);
  Forward(packet, false);
}

// ---- The life of a flow ------------------------------------------------------------------------------------------------

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
  for (size_t d = 0; d < content::kDirections; ++d) {
    if (!flow.tcp.half[d].fin_delivered || flow.ended[d]) continue;
    flow.ended[d] = true;
    const Here there{here.index, here.key, here.flow, static_cast<Direction>(d)};
    Act(there, inspector->EndDirection(*here.key, flow, there.direction), {});
  }
  const ConnectionState state = flow.tcp.state;
  const bool over = state == ConnectionState::kClosed || state == ConnectionState::kReset;
  const bool young = state == ConnectionState::kNew || state == ConnectionState::kSynSeen;
  flows->table().Touch(here.index, over ? FlowClass::kClosing : young ? FlowClass::kNew : FlowClass::kEstablished, now);
  const bool holes = HasHoles(flow);
  if (holes && !flow.has_holes && with_holes.size() < with_holes.capacity()) {
    flow.has_holes = true;
    with_holes.push_back(here.index);
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

void Pipeline::Impl::EndFlow(FlowIndex index, event::FlowEnd reason, flow::FlowCounter why, Fate fate_of_held) noexcept {
  FlowContext& flow = flows->context(index);
  const Here here{index, &flows->key(index), &flow, Direction::kUpload};
  if (flow.transport == packet::Transport::kTcp) FlushHeld(here, fate_of_held);
  for (size_t d = 0; d < content::kDirections; ++d) {
    if (flow.ended[d] || flow.blocked) continue;
    const Here there{index, here.key, &flow, static_cast<Direction>(d)};
    Act(there, inspector->EndDirection(*here.key, flow, there.direction), {});
  }
  RecordLeftOverAnomalies(here);
  if (options.record_flows) recorder.FlowReport(*here.key, flow, inspector->GenerationOf(flow), reason);
  inspector->Release(*here.key, flow);
  statistics.counters.Add(PipelineCounter::kFlowsEnded);
  flow.has_holes = false;
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
      impl.recorder.BeginTimer(impl.now, flow.id);
      impl.EndFlow(expired[i], EndOf(flow, event::FlowEnd::kIdle), flow::FlowCounter::kExpired, Fate::kReassemblyGap);
    }
    if (n < expired.size()) break;
  }
  impl.TakeReleased();
}

void Pipeline::Drain(Timestamp time, Output& out, std::vector<Packet*>& recycled) noexcept {
  Impl& impl = *impl_;
  impl.out = &out;
  impl.recycled = &recycled;
  impl.now = std::max(impl.now, time);
  for (uint32_t slot = 0; slot < impl.flows->table().capacity() && impl.flows->table().size() > 0; ++slot) {
    const FlowIndex index{slot};
    if (!impl.flows->table().is_live(index)) continue;
    const FlowContext& flow = impl.flows->context(index);
    impl.recorder.BeginTimer(impl.now, flow.id);
    impl.EndFlow(index, EndOf(flow, event::FlowEnd::kShutdown), flow::FlowCounter::kClosed, Fate::kShutdown);
  }
  impl.with_holes.clear();
  impl.TakeReleased();
}

// ---- Accounts ----------------------------------------------------------------------------------------------------------

void Pipeline::Impl::CountIn(const Here& here, const Packet& packet) noexcept {
  FlowContext& flow = *here.flow;
  const uint64_t frame = FrameBytes(packet);
  const uint64_t padding = TrailerBytes(packet);
  if (options.record_flows && packet.time - flow.last_report >= options.flow_report_interval) {
    recorder.FlowReport(*here.key, flow, inspector->GenerationOf(flow), event::FlowEnd::kNone);
  }
  flow.last = std::max(flow.last, packet.time);
  event::DirectionTotals& totals = flow.totals[content::Index(here.direction)];
  ++totals.packets;
  totals.bytes += frame;
  totals.payload_bytes += packet.headers.payload_length;
  statistics.counters.Add(PipelineCounter::kPackets);
  statistics.counters.Add(PipelineCounter::kBytes, frame);
  // Headers were parsed and checked; what they carry is accounted for where it is inspected.
  CountFate(flow, Fate::kInspected, frame - padding - packet.headers.payload_length);
  CountFate(flow, Fate::kLinkPadding, padding);
}

void Pipeline::Impl::CountFate(FlowContext& flow, Fate fate, uint64_t bytes) noexcept {
  if (bytes == 0) return;
  statistics.fates.Add(fate, bytes);
  flow.fates[static_cast<size_t>(fate)] += bytes;
}

// A datagram goes as the fragments it came in; its own memory goes home when nothing refers to it any more.
void Pipeline::Impl::Forward(Packet& packet, bool retained) noexcept {
  statistics.counters.Add(PipelineCounter::kForwardedPackets);
  if (!packet.is_datagram) {
    out->forward.push_back({&packet, retained});
    return;
  }
  for (Packet* fragment = std::exchange(packet.fragments, nullptr); fragment != nullptr;) {
    Packet* next = fragment->next;
    out->forward.push_back({fragment, false});
    fragment = next;
  }
  if (!retained) recycled->push_back(&packet);
}

// `retained`: the reassembler still refers to it, and gives it back when the connection is flushed.
void Pipeline::Impl::Drop(Packet& packet, bool retained) noexcept {
  statistics.counters.Add(PipelineCounter::kDroppedPackets);
  if (!packet.is_datagram) {
    if (!retained) out->drop.push_back(&packet);
    return;
  }
  for (Packet* fragment = std::exchange(packet.fragments, nullptr); fragment != nullptr;) {
    Packet* next = fragment->next;
    out->drop.push_back(fragment);
    fragment = next;
  }
  if (!retained) recycled->push_back(&packet);
}

// Packets that were forwarded and kept for comparison; now they may go.
void Pipeline::Impl::TakeReleased() noexcept {
  while (Packet* packet = reassembler->TakeReleased()) {
    if (packet->is_datagram) {
      recycled->push_back(packet);
    } else {
      out->released.push_back(packet);
    }
  }
}

void Pipeline::Impl::RecordFindings(const Here& here, const Inspection& seen, ActionTaken action) noexcept {
  for (event::Finding& finding : seen.findings) {
    finding.action = finding.verdict >= Verdict::kBlock ? action : here.flow->blocked ? ActionTaken::kDropped : ActionTaken::kForwarded;
    recorder.Finding(*here.key, *here.flow, inspector->GenerationOf(*here.flow), finding);
  }
}

void Pipeline::Impl::RecordAnomaly(const Here& here, const Delivery& delivery, uint64_t bytes) noexcept {
  FlowContext& flow = *here.flow;
  if (flow.notes == nullptr) flow.notes = notes->Take();
  // Without a tally (the pool is empty) each one is recorded.
  if (flow.notes != nullptr && !flow.notes->Add(delivery.note, bytes)) {
    statistics.counters.Add(PipelineCounter::kAnomaliesFolded);
    return;
  }
  const ActionTaken action = IsInline() && delivery.action == PacketAction::kReject ? ActionTaken::kDropped : ActionTaken::kForwarded;
  recorder.Anomaly(*here.key, flow, inspector->GenerationOf(flow), stream::Name(delivery.note), here.direction, bytes, action, nullptr);
}

// What a flow's anomalies came to since each kind was last recorded.
void Pipeline::Impl::RecordLeftOverAnomalies(const Here& here) noexcept {
  FlowContext& flow = *here.flow;
  if (flow.notes == nullptr) return;
  for (size_t i = 0; i < NoteTally::kNotes; ++i) {
    const auto note = static_cast<stream::SegmentNote>(i);
    uint64_t bytes = 0;
    if (!flow.notes->Take(note, bytes)) continue;
    const ActionTaken action = IsInline() ? ActionTaken::kDropped : ActionTaken::kForwarded;
    recorder.Anomaly(*here.key, flow, inspector->GenerationOf(flow), stream::Name(note), here.direction, bytes, action, nullptr);
  }
  notes->Give(flow.notes);
  flow.notes = nullptr;
}

// ---- Making and policy -------------------------------------------------------------------------------------------------

Result<std::unique_ptr<Pipeline>> Pipeline::Create(const PipelineOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                   event::RecordSink* records) {
  auto impl = std::make_unique<Impl>(options, records);
  auto flows = FlowStore::Create(options.flow, {.include_vlan = options.key_includes_vlan});
  if (!flows.ok()) return flows.error();
  impl->flows.emplace(std::move(flows).value());
  const model::FailModes& fail = policy->fail_modes();
  stream::TcpOptions tcp = options.tcp;
  tcp.mode = options.mode;
  tcp.forward_over_hold_limit = fail[FailCause::kReassemblyLimit] == model::FailMode::kOpen;
  tcp.forward_unverified_repeat = fail[FailCause::kUnverifiedRetransmission] == model::FailMode::kOpen;
  auto reassembler = stream::TcpReassembler::Create(tcp);
  if (!reassembler.ok()) return reassembler.error();
  impl->reassembler.emplace(std::move(reassembler).value());
  const InspectorOptions inspection{options.sessions, options.max_objects, options.hash_objects, options.record_objects};
  auto inspector = Inspector::Create(inspection, std::move(policy), options.generation, &impl->recorder, &impl->statistics);
  if (!inspector.ok()) return inspector.error();
  impl->inspector = std::move(inspector).value();
  auto notes = SlabPool<NoteTally>::Create(options.max_objects);
  if (!notes.ok()) return notes.error();
  impl->notes.emplace(std::move(notes).value());
  impl->with_holes.reserve(options.tcp.max_held_packets);
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(impl)));
}

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

Status Pipeline::Adopt(const std::shared_ptr<const bundle::Bundle>& policy, uint32_t generation) {
  return impl_->inspector->Adopt(policy, generation);
}

const Statistics& Pipeline::statistics() const noexcept { return impl_->statistics; }

}  // namespace sluice::pipeline
