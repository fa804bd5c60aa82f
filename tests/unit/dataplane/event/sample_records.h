// One full record of each kind, for the tests of this folder.
#pragma once

#include "dataplane/event/record.h"

namespace sluice::event {

inline FlowRef SampleFlowRef() {
  const uint8_t client[4] = {192, 0, 2, 10};
  const uint8_t server[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  FlowRef flow;
  flow.id = 0x00c0ffee00000001;
  flow.src = packet::IpAddress::FromV4(client);
  flow.dst = packet::IpAddress::FromV6(server);
  flow.src_port = 40000;
  flow.dst_port = 80;
  flow.transport = packet::Transport::kTcp;
  flow.ip_protocol = 6;
  flow.vlan = 12;
  flow.app = "http";
  return flow;
}

inline ObjectRef SampleObjectRef() {
  ObjectRef object;
  object.number = 3;
  object.bytes = 1234;
  object.media_type = "application/zip";
  object.name.Assign("report.zip");
  AppendPathElement(object, "http.request.body");
  AppendPathElement(object, "zip:word/document.xml");
  object.has_sha256 = true;
  for (uint8_t i = 0; i < 32; ++i) object.sha256[i] = i;
  return object;
}

inline Record SampleRecord(RecordKind kind) {
  Record record;
  Reset(record, kind);
  record.time = Timestamp::FromNanoseconds(1'700'000'000'000'000'042);
  record.generation = 7;
  record.flow = SampleFlowRef();
  switch (kind) {
    case RecordKind::kFinding: {
      Finding& finding = record.body.finding;
      finding.rule.Assign("cn.secret");
      finding.detector.Assign("cn.secret.ten-years");
      finding.severity = model::Severity::kHigh;
      finding.verdict = verdict::Verdict::kBlock;
      finding.action = verdict::ActionTaken::kBlockPage;
      finding.confidence = 95;
      finding.count = 2;
      finding.object = SampleObjectRef();
      finding.match.masked.Assign("机*★1**");
      finding.match.offset = 77;
      finding.match.length = 14;
      finding.match.encoding.Assign("utf-8");
      finding.explain.Assign("2 hits of cn.secret.ten-years");
      finding.incident = 0xabc;
      break;
    }
    case RecordKind::kAnomaly:
      record.body.anomaly.kind = "conflicting_overlap";
      record.body.anomaly.bytes_uninspected = 100;
      record.body.anomaly.action = verdict::ActionTaken::kDropped;
      record.body.anomaly.object = SampleObjectRef();
      break;
    case RecordKind::kObject:
      record.body.object.complete = true;
      record.body.object.object = SampleObjectRef();
      break;
    case RecordKind::kDeparture:
      record.body.departure.set.Assign("designs");
      record.body.departure.name.Assign("engine/plan.step");
      record.body.departure.number = 3;
      record.body.departure.count = 2;
      record.body.departure.places_in_all = 400;
      break;
    case RecordKind::kFlow:
    case RecordKind::kCount: {
      Flow& flow = record.body.flow;
      flow.start = record.time - std::chrono::seconds(2);
      flow.last = record.time - std::chrono::milliseconds(1);
      flow.final = true;
      flow.reason = FlowEnd::kClosed;
      flow.totals[0] = {10, 2000, 1500};
      flow.totals[1] = {8, 900, 300};
      flow.fates[static_cast<size_t>(content::Fate::kInspected)] = 2800;
      flow.fates[static_cast<size_t>(content::Fate::kEncrypted)] = 100;
      flow.host.Assign("files.example");
      flow.sni.Assign("tls.example");
      flow.user.Assign("alice");
      flow.version.Assign("nginx/1.22");
      flow.payload_class = PayloadClass::kText;
      flow.findings = 2;
      flow.verdict = verdict::Verdict::kBlock;
      break;
    }
  }
  return record;
}

}  // namespace sluice::event
