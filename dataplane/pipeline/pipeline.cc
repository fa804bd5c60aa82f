// THE STORY: the way of a packet, room by room.
//
//   flow → stream → [protocol → decode → match → verdict] → action → event
//
// What comes before (port, packet, fragments) is intake.cc; the rooms in brackets are inspector.cc. How flows begin and end is
// pipeline_flows.cc, how they wait for documents that are being read pipeline_documents.cc, what is counted and given back
// pipeline_accounts.cc.
#include "base/stage_clock.h"
#include "dataplane/pipeline/frame_bytes.h"
#include "dataplane/pipeline/pipeline_impl.h"

namespace sluice::pipeline {

namespace {

Fate FateOf(stream::SegmentNote note) {
  switch (note) {
    case stream::SegmentNote::kConflictingOverlap: return Fate::kConflictingOverlap;
    case stream::SegmentNote::kHoldLimit: return Fate::kReassemblyLimit;
    case stream::SegmentNote::kFlushed:
    case stream::SegmentNote::kReceiverAsked: return Fate::kReassemblyGap;
    case stream::SegmentNote::kUnverifiedRepeat: return Fate::kUnverifiedRepeat;
    default: return Fate::kInvalidSegment;
  }
}

}  // namespace

// ---- The way of a packet -----------------------------------------------------------------------------------------------

void Pipeline::Process(std::span<Packet* const> burst, Output& out, std::vector<Packet*>& recycled) noexcept {
  const InStage stage(Stage::kAction);
  impl_->out = &out;
  impl_->recycled = &recycled;
  for (; !burst.empty(); burst = burst.subspan(std::min(burst.size(), Lookahead::kMostPackets))) {
    const auto next = burst.first(std::min(burst.size(), Lookahead::kMostPackets));
    impl_->lookahead.Begin(*impl_->flows, next);
    for (size_t i = 0; i < next.size(); ++i) {
      impl_->lookahead.Reach(i);
      impl_->One(*next[i]);
    }
  }
  impl_->PublishBurst();
  impl_->TakeReleased();
}

void Pipeline::Impl::One(Packet& packet) noexcept {
  if (packet.checksum_pending && !packet::TcpChecksumHolds(packet)) return Malformed(packet);
  now = std::max(now, packet.time);
  recorder.BeginPacket(packet);
  Here here;
  if (!Place(packet, here)) return Unplaced(packet);
  CountIn(here, packet);
  if (here.flow->quarantine_seen != quarantine_generation && HeldBack(here, packet)) return;
  if (here.flow->blocked) return Blocked(here, packet);
  if (here.flow->held != nullptr && IsHeld(here, packet)) return DropHeld(here, packet);
  if (here.flow->reset) interceptor.ResetAgain(*here.flow, packet, *out);
  if (packet.headers.transport == packet::Transport::kTcp) return Tcp(here, packet);
  Datagram(here, packet);
}

// Room "flow".
bool Pipeline::Impl::Place(Packet& packet, Here& here) noexcept {
  const InStage stage(Stage::kFlow);
  using Outcome = flow::FlowLookup::Outcome;
  flow::FlowLookup placement = flows->Place(packet, now);
  if (placement.outcome == Outcome::kTableFull && MakeRoom()) placement = flows->Place(packet, now);
  if (placement.outcome == Outcome::kTableFull) return false;
  // A new connection between the same ports, or one that had timed out before this packet came, is a new flow.
  if (placement.outcome == Outcome::kFound) {
    const FlowContext& old = flows->context(placement.index);
    const Direction direction = packet.sender == old.client ? Direction::kUpload : Direction::kDownload;
    const bool reused = packet.headers.transport == packet::Transport::kTcp && (packet.headers.tcp.flags & packet::TcpFlag::kSyn) != 0 &&
                        stream::StartsNewConnection(old.tcp, direction, packet.headers);
    const bool expired = flows->table().IsExpired(placement.index, now);
    if (expired || (reused && !old.blocked)) {
      EndFlow(placement.index, EndOf(old, event::FlowEnd::kIdle), flow::FlowCounter::kClosed, Fate::kReassemblyGap);
      placement = flows->Place(packet, now);
      if (placement.outcome == Outcome::kTableFull) return false;
    }
  }
  here.index = placement.index;
  here.key = &flows->key(placement.index);
  here.flow = &flows->context(placement.index);
  if (placement.outcome == Outcome::kCreated) BeginFlow(packet, here, packet.sender);
  here.direction = packet.sender == here.flow->client ? Direction::kUpload : Direction::kDownload;
  return true;
}

// Room "stream".
void Pipeline::Impl::Tcp(const Here& here, Packet& packet) noexcept {
  const InStage stage(Stage::kStream);
  bool retained = false;
  if (reassembler->TakeInOrder(here.flow->tcp, here.direction, packet, retained)) return InOrder(here, packet, retained);
  reassembler->Push(here.flow->tcp, here.direction, packet);
  Delivery delivery;
  while (reassembler->Next(here.flow->tcp, delivery)) Deliver(here, delivery);
  AfterDelivery(here);
}

// Most packets of all: the next bytes of an established connection, or a bare acknowledgement. Nothing else waits for them.
void Pipeline::Impl::InOrder(const Here& here, Packet& packet, bool retained) noexcept {
  flows->table().Touch(here.index, FlowClass::kEstablished, now);
  const ByteView run = packet.Payload();
  if (!run.empty()) {
    const uint64_t offset = here.flow->tcp.half[content::Index(here.direction)].edge_offset - run.size();
    Act(here, inspector->Inspect(*here.key, *here.flow, here.direction, run, 0), {&packet, offset});
    if (here.flow->blocked) {
      Drop(packet, retained);
      return FlushHeld(here, Fate::kBlockedFlow);
    }
    if (here.flow->held != nullptr && IsHeld(here, packet)) return Drop(packet, retained);
  }
  Forward(packet, retained);
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

  // The end of a stream is the end of its last object, which may be what must not leave.
  if (!flow.blocked) EndDirections(there, offender);
  const bool waits = flow.held != nullptr && IsHeld(there, packet);
  if (flow.blocked || waits || delivery.action == PacketAction::kReject) return Drop(packet, delivery.retained);
  Forward(packet, delivery.retained);
}

// UDP, ICMP, SCTP: each packet's payload is inspected as it comes.
void Pipeline::Impl::Datagram(const Here& here, Packet& packet) noexcept {
  flows->table().Touch(here.index, FlowClass::kDatagram, now);
  Act(here, inspector->Inspect(*here.key, *here.flow, here.direction, packet.Payload(), 0), {&packet, 0});
  const bool waits = here.flow->held != nullptr && IsHeld(here, packet);
  if (here.flow->blocked || waits) return Drop(packet);
  Forward(packet, false);
}

// Rooms "verdict" and "action": what was found, and what the policy says of what could not be looked into.
void Pipeline::Impl::Act(const Here& here, const Inspection& seen, const Offender& offender) noexcept {
  if (seen.IsUneventful()) return;
  const InStage stage(Stage::kAction);
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
    inspector->CompareStopped(flow);
    if (seen.verdict < Verdict::kBlock) {
      const std::string_view kind = seen.scanner_failed ? "scanner_failed" : seen.ambiguous_framing ? "ambiguous_framing" : "uninspectable";
      recorder.Anomaly(*here.key, flow, inspector->GenerationOf(flow), kind, here.direction, 0, action, nullptr);
    }
  }
  RecordFindings(here, seen, action);
  if (seen.evidence) KeepEvidence(here, offender);
  if (seen.documents_wait) AwaitDocuments(here, offender);
  // Pieces count when they went on.
  if (!seen.departures) return;
  if (flow.blocked) inspector->ForgetDepartures(flow);
  else inspector->RecordDepartures(*here.key, flow, here.direction);
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
    flow.reset = !IsInline();
  }
}

// A blocked flow stays blocked.
void Pipeline::Impl::Blocked(const Here& here, Packet& packet) noexcept {
  FlowContext& flow = *here.flow;
  flows->table().Touch(here.index, FlowClass::kBlocked, now);
  CountFate(flow, Fate::kBlockedFlow, packet.headers.payload_length);
  if (options.can_inject && flow.transport == packet::Transport::kTcp) {
    interceptor.Answer(flow, here.direction, packet, inspector->TitleOf(flow, flow.block.rule), *out);
  }
  Drop(packet);
}

// What intake left open: a segment with a bad checksum is none of the connection's, for its receiver discards it.
void Pipeline::Impl::Malformed(Packet& packet) noexcept {
  statistics.counters.Add(PipelineCounter::kBadTcpChecksum);
  statistics.fates.Add(Fate::kMalformedPacket, FrameBytes(packet));
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

// ---- Making and policy -------------------------------------------------------------------------------------------------

Result<std::unique_ptr<Pipeline>> Pipeline::Create(const PipelineOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                   event::RecordSink* records) {
  auto impl = std::make_unique<Impl>(options, records);
  auto flows = FlowStore::Create(options.flow);
  if (!flows.ok()) return flows.error();
  impl->flows.emplace(std::move(flows).value());
  const model::FailModes& fail = policy->fail_modes();
  stream::TcpOptions tcp = options.tcp;
  tcp.mode = options.mode;
  tcp.forward_over_hold_limit = fail[FailCause::kReassemblyLimit] == model::FailMode::kOpen;
  tcp.forward_unverified_repeat = fail[FailCause::kUnverifiedRetransmission] == model::FailMode::kOpen;
  tcp.frames_pass_beside = fail[FailCause::kOverload] == model::FailMode::kOpen;
  auto reassembler = stream::TcpReassembler::Create(tcp);
  if (!reassembler.ok()) return reassembler.error();
  impl->reassembler.emplace(std::move(reassembler).value());
  const InspectorOptions inspection{options.sessions, options.max_objects, options.hash_objects, options.record_objects, options.decode, options.hosts,
                                   options.evidence != nullptr ? options.evidence->Take() : nullptr, options.rule_costs};
  auto inspector = Inspector::Create(inspection, std::move(policy), options.generation, &impl->recorder, &impl->statistics);
  if (!inspector.ok()) return inspector.error();
  impl->inspector = std::move(inspector).value();
  auto notes = SlabPool<NoteTally>::Create(options.max_objects);
  if (!notes.ok()) return notes.error();
  impl->notes.emplace(std::move(notes).value());
  impl->with_holes.reserve(options.tcp.max_held_packets);
  impl->with_documents.reserve(Inspector::kMaxDocuments);
  auto held = SlabPool<HeldPacket>::Create(options.mode == stream::Mode::kInline ? Inspector::kMaxDocuments : 0);
  if (!held.ok()) return held.error();
  impl->held.emplace(std::move(held).value());
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(impl)));
}

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

Result<PolicyState> Pipeline::Prepare(std::shared_ptr<const bundle::Bundle> policy, uint32_t generation) const {
  return impl_->inspector->Prepare(std::move(policy), generation);
}

bool Pipeline::Adopt(PolicyState& prepared) noexcept {
  if (!impl_->inspector->Adopt(prepared)) return false;
  const model::FailModes& fail = impl_->inspector->NewestPolicy().fail_modes();
  const auto is_open = [&fail](FailCause cause) { return fail[cause] == model::FailMode::kOpen; };
  impl_->reassembler->Follow({is_open(FailCause::kReassemblyLimit), is_open(FailCause::kUnverifiedRetransmission), is_open(FailCause::kOverload)});
  return true;
}

Result<std::unique_ptr<Shadow>> Pipeline::PrepareShadow(std::shared_ptr<const ShadowPlan> plan, uint32_t generation) const {
  return Shadow::Create(std::move(plan), impl_->options.max_objects, generation);
}

void Pipeline::JudgeBeside(Shadow* shadow) noexcept { impl_->inspector->JudgeBeside(shadow); }

void Pipeline::HoldBack(const verdict::QuarantineSet* quarantine, size_t worker) noexcept {
  impl_->quarantine = quarantine;
  impl_->quarantine_generation = quarantine->generation();
  impl_->quarantine_worker = worker;
}

const Statistics& Pipeline::statistics() const noexcept { return impl_->statistics; }

}  // namespace sluice::pipeline
