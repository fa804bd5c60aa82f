// Recorder: fills records from flows and objects and puts them into the sink. Last room of the story.
//
// It knows the rank of what is being processed (a packet, or a timer of a flow), so that records can be put in order across
// workers. Thread: one worker. Allocates: never. Failure: a full sink is counted (kRecordRingFull).
#pragma once

#include <string_view>

#include "dataplane/event/record_sink.h"
#include "dataplane/pipeline/flow_context.h"
#include "dataplane/pipeline/statistics.h"

namespace sluice::pipeline {

class Recorder {
 public:
  Recorder(event::RecordSink* sink, Statistics* statistics) : sink_(sink), statistics_(statistics) {}

  void BeginPacket(const packet::Packet& packet) noexcept;
  // Records that time alone makes, for one flow.
  void BeginTimer(Timestamp now, event::FlowId flow) noexcept;
  Timestamp now() const noexcept { return now_; }

  void Finding(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation, const event::Finding& finding) noexcept;
  // `object` may be null.
  void Anomaly(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation, std::string_view kind, content::Direction direction,
               uint64_t bytes_uninspected, verdict::ActionTaken action, const ObjectState* object) noexcept;
  void Object(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation, const ObjectState& object, bool complete) noexcept;
  // A record to fill in and publish; nullptr where there is no room for it, which is counted.
  event::Departure* BeginDeparture(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation) noexcept;
  void PublishDeparture() noexcept { sink_->Publish(); }
  // Also begins the next reporting period.
  void FlowReport(const flow::FlowKey& key, FlowContext& flow, uint32_t generation, event::FlowEnd reason) noexcept;

 private:
  event::Record* Claim(event::RecordKind kind, const flow::FlowKey& key, const FlowContext& flow, uint32_t generation) noexcept;

  event::RecordSink* sink_;
  Statistics* statistics_;
  Timestamp now_;
  event::Rank rank_;
};

// As records name it.
void Refer(const flow::FlowKey& key, const FlowContext& flow, event::FlowRef& ref) noexcept;
// As findings name it; `media_type` as known at `end` bytes.
void Describe(const ObjectState& object, uint64_t end, event::ObjectRef& ref) noexcept;

}  // namespace sluice::pipeline
