#include "dataplane/pipeline/intake.h"

#include <utility>

#include "base/stage_clock.h"
#include "dataplane/flow/flow_key.h"

namespace sluice::pipeline {

using content::Fate;
using packet::Packet;
using packet::ParseOutcome;
using packet::ReassemblyOutcome;

struct Intake::Impl {
  Impl(const IntakeOptions& given, packet::IpReassembler made, event::RecordSink* sink)
      : options(given), hasher(given.hash_seed), reassembler(std::move(made)), records(sink) {
    key_options.include_vlan = given.key_includes_vlan;
    options.parse.defer_tcp_checksum = true;
  }

  Packet* Ready(Packet& packet) noexcept;
  Packet* Reassemble(Packet& fragment, Output& out) noexcept;
  void Refuse(Packet& packet, Fate fate, bool forward, Output& out) noexcept;
  void RefuseList(Packet* list, ReassemblyOutcome why, Fate fate, Output& out) noexcept;
  void RecordOverlap(const Packet& fragment) noexcept;
  bool IsInline() const noexcept { return options.mode == stream::Mode::kInline; }

  IntakeOptions options;
  flow::FlowKeyOptions key_options;
  flow::FlowHasher hasher;
  packet::IpReassembler reassembler;
  event::RecordSink* records;
  IntakeStatistics statistics;
  Timestamp now;
};

Result<std::unique_ptr<Intake>> Intake::Create(const IntakeOptions& options, event::RecordSink* records) {
  auto reassembler = packet::IpReassembler::Create(options.fragments);
  if (!reassembler.ok()) return reassembler.error();
  return std::unique_ptr<Intake>(new Intake(std::make_unique<Impl>(options, std::move(reassembler).value(), records)));
}

Intake::Intake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Intake::~Intake() = default;
const IntakeStatistics& Intake::statistics() const noexcept { return impl_->statistics; }
void Intake::Recycle(Packet& datagram) noexcept { impl_->reassembler.Release(&datagram); }

Packet* Intake::Accept(Packet& packet, Output& out) noexcept {
  const InStage stage(Stage::kPacket);
  Impl& impl = *impl_;
  impl.now = packet.time;
  impl.statistics.packets.Add();
  impl.statistics.bytes.Add(packet.length);
  const ParseOutcome outcome = packet::Parse(packet, impl.options.parse);
  impl.statistics.outcomes.Add(outcome);
  switch (outcome) {
    case ParseOutcome::kTransport: return impl.Ready(packet);
    case ParseOutcome::kFragment: return impl.Reassemble(packet, out);
    case ParseOutcome::kNotIp: impl.Refuse(packet, Fate::kNotIp, true, out); return nullptr;
    case ParseOutcome::kOtherTransport:
      impl.Refuse(packet, Fate::kOtherTransport, !impl.options.drop_other_transport, out);
      return nullptr;
    default: impl.Refuse(packet, Fate::kMalformedPacket, false, out); return nullptr;
  }
}

Packet* Intake::Impl::Ready(Packet& packet) noexcept {
  packet.conversation = flow::MakeFlowKey(packet.headers, packet.sender, key_options);
  packet.flow_hash = hasher(packet.conversation);
  return &packet;
}

// The datagram is parsed like any packet; within a tunnel it may itself be a fragment of another.
Packet* Intake::Impl::Reassemble(Packet& fragment, Output& out) noexcept {
  Packet* next = &fragment;
  for (;;) {
    const packet::ReassemblyResult result = reassembler.Push(next, now);
    if (result.outcome != ReassemblyOutcome::kHeld) statistics.fragments.Add(result.outcome);
    if (result.outcome == ReassemblyOutcome::kConflictingOverlap && result.refused != nullptr) RecordOverlap(*result.refused);
    RefuseList(result.evicted, ReassemblyOutcome::kEvicted, Fate::kFragmentLimit, out);
    RefuseList(result.refused, result.outcome, Fate::kFragmentLimit, out);
    if (result.datagram == nullptr) return nullptr;
    Packet& datagram = *result.datagram;
    datagram.is_datagram = true;
    const ParseOutcome outcome = packet::Parse(datagram, options.parse);
    statistics.outcomes.Add(outcome);
    if (outcome == ParseOutcome::kTransport) return Ready(datagram);
    if (outcome == ParseOutcome::kFragment) {
      next = &datagram;
      continue;
    }
    const bool forward = outcome == ParseOutcome::kOtherTransport && !options.drop_other_transport;
    const Fate fate = outcome == ParseOutcome::kOtherTransport ? Fate::kOtherTransport : Fate::kMalformedPacket;
    for (Packet* frame = std::exchange(datagram.fragments, nullptr); frame != nullptr;) {
      Packet* following = frame->next;
      Refuse(*frame, fate, forward, out);
      frame = following;
    }
    reassembler.Release(&datagram);
    return nullptr;
  }
}

// Its way ends here.
void Intake::Impl::Refuse(Packet& packet, Fate fate, bool forward, Output& out) noexcept {
  statistics.fates.Add(fate, packet.length);
  if (forward || !IsInline()) {
    out.forward.push_back({&packet, false});
  } else {
    out.drop.push_back(&packet);
  }
}

void Intake::Impl::RefuseList(Packet* list, ReassemblyOutcome why, Fate fate, Output& out) noexcept {
  while (list != nullptr) {
    Packet* next = list->next;
    if (why == ReassemblyOutcome::kEvicted || why == ReassemblyOutcome::kExpired) statistics.fragments.Add(why);
    Refuse(*list, fate, false, out);
    list = next;
  }
}

void Intake::Impl::RecordOverlap(const Packet& fragment) noexcept {
  event::Record* record = records->Claim(event::RecordKind::kAnomaly);
  if (record == nullptr) return;
  record->rank = {fragment.index, 0, 0};
  record->time = now;
  record->flow.src = fragment.headers.src;
  record->flow.dst = fragment.headers.dst;
  record->flow.ip_protocol = fragment.headers.ip_protocol;
  record->flow.vlan = fragment.headers.vlan;
  record->flow.app = "ip";
  event::Anomaly& anomaly = record->body.anomaly;
  anomaly.kind = "conflicting_fragments";
  anomaly.action = IsInline() ? verdict::ActionTaken::kDropped : verdict::ActionTaken::kForwarded;
  anomaly.bytes_uninspected = fragment.headers.payload_length;
  records->Publish();
}

void Intake::Tick(Timestamp time, Output& out) noexcept {
  impl_->RefuseList(impl_->reassembler.Expire(time), ReassemblyOutcome::kExpired, Fate::kFragmentLimit, out);
}

void Intake::Drain(Output& out) noexcept {
  impl_->RefuseList(impl_->reassembler.Drain(), ReassemblyOutcome::kExpired, Fate::kShutdown, out);
}

}  // namespace sluice::pipeline
