#include "dataplane/pipeline/recorder.h"

#include "base/stage_clock.h"
#include "dataplane/protocol/protocol_table.h"

namespace sluice::pipeline {

void Refer(const flow::FlowKey& key, const FlowContext& flow, event::FlowRef& ref) noexcept {
  const bool low_is_client = flow.client == flow::KeySide::kLow;
  ref.id = flow.id;
  ref.src = low_is_client ? key.low : key.high;
  ref.dst = low_is_client ? key.high : key.low;
  ref.src_port = low_is_client ? key.low_port : key.high_port;
  ref.dst_port = low_is_client ? key.high_port : key.low_port;
  ref.transport = flow.transport;
  ref.ip_protocol = key.ip_protocol;
  ref.vlan = key.vlan;
  ref.app = protocol::Name(flow.app);
}

void Describe(const ObjectState& object, uint64_t end, event::ObjectRef& ref) noexcept {
  ref.number = object.description.number;
  ref.bytes = end;
  ref.media_type = object.MediaTypeAt(end).name;
  ref.name.Assign(object.description.name.view());
  ref.path.Assign(content::Name(object.description.part));
  std::array<std::string_view, decode::DecoderChain::kMaxDepth + 1> elements;  // innermost first
  size_t depth = 0;
  const ObjectState* at = &object;
  for (; at->link != nullptr && at->link->parent != nullptr && depth < elements.size(); at = at->link->parent) {
    elements[depth++] = at->link->element.view();
  }
  // A document that goes on by itself has its whole path in one piece.
  if (at->link != nullptr && !at->link->element.empty()) {
    ref.path.Append("\n");
    ref.path.Append(at->link->element.view());
  }
  while (depth > 0) event::AppendPathElement(ref, elements[--depth]);
}

void Recorder::BeginPacket(const packet::Packet& packet) noexcept {
  now_ = packet.time;
  rank_ = {packet.index, 1, 0};
}

void Recorder::BeginTimer(Timestamp now, event::FlowId flow) noexcept {
  now_ = now;
  rank_ = {rank_.packet_index, flow | (uint64_t{1} << 63), 0};
}

event::Record* Recorder::Claim(event::RecordKind kind, const flow::FlowKey& key, const FlowContext& flow, uint32_t generation) noexcept {
  const InStage stage(Stage::kEvent);
  event::Record* record = sink_->Claim(kind);
  if (record == nullptr) {
    statistics_->counters.Add(PipelineCounter::kRecordRingFull);
    return nullptr;
  }
  record->rank = rank_;
  ++rank_.sequence;
  record->time = now_;
  record->generation = generation;
  Refer(key, flow, record->flow);
  return record;
}

void Recorder::Finding(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation, const event::Finding& finding) noexcept {
  statistics_->counters.Add(PipelineCounter::kFindings);
  event::Record* record = Claim(event::RecordKind::kFinding, key, flow, generation);
  if (record == nullptr) return;
  record->body.finding = finding;
  sink_->Publish();
}

void Recorder::Anomaly(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation, std::string_view kind,
                       content::Direction direction, uint64_t bytes_uninspected, verdict::ActionTaken action,
                       const ObjectState* object) noexcept {
  statistics_->counters.Add(PipelineCounter::kAnomalies);
  event::Record* record = Claim(event::RecordKind::kAnomaly, key, flow, generation);
  if (record == nullptr) return;
  event::Anomaly& anomaly = record->body.anomaly;
  anomaly.kind = kind;
  anomaly.direction = direction;
  anomaly.action = action;
  anomaly.bytes_uninspected = bytes_uninspected;
  if (object != nullptr) Describe(*object, object->bytes, anomaly.object);
  sink_->Publish();
}

void Recorder::Object(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation, const ObjectState& object, bool complete) noexcept {
  event::Record* record = Claim(event::RecordKind::kObject, key, flow, generation);
  if (record == nullptr) return;
  event::Object& body = record->body.object;
  body.direction = object.description.direction;
  body.complete = complete;
  Describe(object, object.bytes, body.object);
  if (object.sha256 != nullptr) {
    crypto_hash_sha256_state state = *object.sha256;
    crypto_hash_sha256_final(&state, body.object.sha256.data());
    body.object.has_sha256 = true;
  }
  sink_->Publish();
}

event::Departure* Recorder::BeginDeparture(const flow::FlowKey& key, const FlowContext& flow, uint32_t generation) noexcept {
  event::Record* record = Claim(event::RecordKind::kDeparture, key, flow, generation);
  return record == nullptr ? nullptr : &record->body.departure;
}

void Recorder::FlowReport(const flow::FlowKey& key, FlowContext& flow, uint32_t generation, event::FlowEnd reason) noexcept {
  if (event::Record* record = Claim(event::RecordKind::kFlow, key, flow, generation); record != nullptr) {
    event::Flow& body = record->body.flow;
    body.start = flow.start;
    body.last = flow.last;
    body.final = reason != event::FlowEnd::kNone;
    body.reason = reason;
    body.totals = flow.totals;
    body.fates = flow.fates;
    if (flow.names != nullptr) {
      const bool is_sni = flow.names->server_is_sni;
      (is_sni ? body.sni : body.host).Assign(flow.names->server.view());
      body.user.Assign(flow.names->user.view());
      body.version.Assign(flow.names->version.view());
      if (const RareNames* rare = flow.names->rare; rare != nullptr) {
        (is_sni ? body.host : body.sni).Assign(rare->other_server.view());
        body.sender.Assign(rare->sender.view());
        body.recipients.Assign(rare->recipients.view());
        body.fingerprint.Assign(rare->fingerprint.view());
      }
    }
    body.payload_class = flow.payload_class;
    body.findings = flow.findings;
    body.verdict = flow.verdict;
    sink_->Publish();
  }
  flow.totals = {};
  flow.fates = {};
  flow.last_report = now_;
}

}  // namespace sluice::pipeline
