// The inside of a pipeline, shared by its three sources: pipeline.cc (the story), pipeline_flows.cc (how flows begin and end)
// and pipeline_accounts.cc (what is counted, given back and recorded). Nobody else includes it.
//
// Thread: one worker. Allocates: in Create only.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "dataplane/pipeline/flow_store.h"
#include "dataplane/pipeline/held_packet.h"
#include "dataplane/pipeline/inspector.h"
#include "dataplane/pipeline/interceptor.h"
#include "dataplane/pipeline/lookahead.h"
#include "dataplane/pipeline/pipeline.h"
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

struct Pipeline::Impl {
  Impl(const PipelineOptions& given, event::RecordSink* sink)
      : options(given), recorder(sink, &statistics), interceptor(given.peer_ports, &statistics) {}

  // The packet whose bytes are judged, and where in its stream they begin.
  struct Offender {
    const Packet* packet = nullptr;
    uint64_t run_offset = 0;
  };
  // What is counted for every packet, added up until the burst is done.
  struct BurstSums {
    uint64_t packets = 0, bytes = 0, header_bytes = 0, forwarded = 0;
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
  void Malformed(Packet& packet) noexcept;
  void Tcp(const Here& here, Packet& packet) noexcept;
  void InOrder(const Here& here, Packet& packet, bool retained) noexcept;
  void Deliver(const Here& here, const Delivery& delivery) noexcept;
  void Datagram(const Here& here, Packet& packet) noexcept;
  void AfterDelivery(const Here& here) noexcept;
  void Act(const Here& here, const Inspection& seen, const Offender& offender) noexcept;
  uint32_t NextExpected(const Here& here, const Offender& offender) const noexcept;
  bool Stops(const FlowContext& flow, const Inspection& seen) const noexcept;
  void Block(const Here& here, const Interceptor::Offence& offence, ActionTaken& action) noexcept;
  void Blocked(const Here& here, Packet& packet) noexcept;
  bool HeldBack(const Here& here, Packet& packet) noexcept;
  void KeepEvidence(const Here& here, const Offender& offender) noexcept;
  void EndDirections(const Here& here, const Offender& offender) noexcept;

  // pipeline_documents.cc
  void AwaitDocuments(const Here& here, const Offender& offender) noexcept;
  void Hold(const Here& here, const Offender& offender) noexcept;
  bool IsHeld(const Here& here, const Packet& packet) const noexcept;
  void DropHeld(const Here& here, Packet& packet) noexcept;
  void LetGo(const Here& here) noexcept;
  void GiveUpHold(FlowContext& flow) noexcept;
  void AskFor(FlowIndex index) noexcept;
  void AskForAll() noexcept;
  void AwaitLastDocuments() noexcept;
  void EndFlow(FlowIndex index, event::FlowEnd reason, flow::FlowCounter why, Fate fate_of_held) noexcept;
  void FlushHeld(const Here& here, Fate fate) noexcept;

  void CountIn(const Here& here, const Packet& packet) noexcept;
  void PublishBurst() noexcept;
  void CountFate(FlowContext& flow, Fate fate, uint64_t bytes) noexcept;
  void Forward(Packet& packet, bool retained) noexcept;
  void Drop(Packet& packet, bool retained = false) noexcept;
  void SetAside(Packet& packet) noexcept;
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
  Lookahead lookahead;
  std::optional<stream::TcpReassembler> reassembler;
  std::unique_ptr<Inspector> inspector;
  std::optional<SlabPool<NoteTally>> notes;
  std::vector<FlowIndex> with_holes;  // tap: flows whose gaps can time out
  std::vector<FlowIndex> with_documents;  // flows with a document at an extractor
  std::optional<SlabPool<HeldPacket>> held;
  Timestamp asked;                    // when extractors were asked last
  const verdict::QuarantineSet* quarantine = nullptr;  // nullptr: there never was one
  uint32_t quarantine_generation = 0;
  size_t quarantine_worker = 0;
  Timestamp now;                      // never goes back
  BurstSums burst;
  Output* out = nullptr;
  std::vector<Packet*>* recycled = nullptr;
};

// How a flow that ended of itself did so; `otherwise` where it did not.
inline event::FlowEnd EndOf(const FlowContext& flow, event::FlowEnd otherwise) {
  if (flow.blocked) return event::FlowEnd::kBlocked;
  if (flow.tcp.state == ConnectionState::kClosed) return event::FlowEnd::kClosed;
  if (flow.tcp.state == ConnectionState::kReset) return event::FlowEnd::kReset;
  return otherwise;
}

}  // namespace sluice::pipeline
