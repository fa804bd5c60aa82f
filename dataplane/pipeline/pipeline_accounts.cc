// What is counted of packets and bytes, how packets are given back, and what is recorded of what was seen.
#include <utility>

#include "dataplane/pipeline/frame_bytes.h"
#include "dataplane/pipeline/pipeline_impl.h"

namespace sluice::pipeline {

void Pipeline::Impl::CountIn(const Here& here, const Packet& packet) noexcept {
  FlowContext& flow = *here.flow;
  const uint64_t frame = FrameBytes(packet);
  const uint64_t padding = TrailerBytes(packet);
  // Headers were parsed and checked; what they carry is accounted for where it is inspected.
  const uint64_t headers = frame - padding - packet.headers.payload_length;
  if (options.record_flows && packet.time - flow.last_report >= options.flow_report_interval) {
    recorder.FlowReport(*here.key, flow, inspector->GenerationOf(flow), event::FlowEnd::kNone);
  }
  flow.last = std::max(flow.last, packet.time);
  event::DirectionTotals& totals = flow.totals[content::Index(here.direction)];
  ++totals.packets;
  totals.bytes += frame;
  totals.payload_bytes += packet.headers.payload_length;
  ++burst.packets;
  burst.bytes += frame;
  burst.header_bytes += headers;
  flow.fates[static_cast<size_t>(Fate::kInspected)] += headers;
  CountFate(flow, Fate::kLinkPadding, padding);
}

void Pipeline::Impl::PublishBurst() noexcept {
  statistics.counters.Add(PipelineCounter::kPackets, burst.packets);
  statistics.counters.Add(PipelineCounter::kBytes, burst.bytes);
  statistics.counters.Add(PipelineCounter::kForwardedPackets, burst.forwarded);
  statistics.fates.Add(Fate::kInspected, burst.header_bytes);
  burst = {};
}

void Pipeline::Impl::CountFate(FlowContext& flow, Fate fate, uint64_t bytes) noexcept {
  if (bytes == 0) return;
  statistics.fates.Add(fate, bytes);
  flow.fates[static_cast<size_t>(fate)] += bytes;
}

// A datagram goes as the fragments it came in; its own memory goes home when nothing refers to it any more.
void Pipeline::Impl::Forward(Packet& packet, bool retained) noexcept {
  ++burst.forwarded;
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
    if (retained) ++out->dropped_retained;
    else out->drop.push_back(&packet);
    return;
  }
  for (Packet* fragment = std::exchange(packet.fragments, nullptr); fragment != nullptr;) {
    Packet* next = fragment->next;
    out->drop.push_back(fragment);
    fragment = next;
  }
  if (!retained) recycled->push_back(&packet);
}

// Never given to the reassembler.
void Pipeline::Impl::SetAside(Packet& packet) noexcept {
  statistics.counters.Add(PipelineCounter::kDroppedPackets);
  if (!packet.is_datagram) {
    out->aside.push_back(&packet);
    return;
  }
  for (Packet* fragment = std::exchange(packet.fragments, nullptr); fragment != nullptr;) {
    Packet* next = fragment->next;
    out->aside.push_back(fragment);
    fragment = next;
  }
  recycled->push_back(&packet);
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

}  // namespace sluice::pipeline
