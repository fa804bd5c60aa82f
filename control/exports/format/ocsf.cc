// ocsf: Open Cybersecurity Schema Framework 1.3, class 2006 Data Security Finding, profile security_control.
//
// schema.ocsf.io/1.3.0/classes/data_security_finding. An anomaly is a finding of the same class whose data was not looked into.
#include "control/exports/format/format.h"
#include "control/exports/format/record_fields.h"

namespace sluice::exports {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCategory = 2, kClass = 2006, kCreate = 1;
constexpr int kInTransit = 2;                       // data_lifecycle_state_id
constexpr int kDlpGateway = 2;                      // detection_system_id
constexpr int kAllowed = 1, kDenied = 2;            // action_id
constexpr int kBlocked = 2, kQuarantined = 3, kDetected = 15;  // disposition_id

Json Endpoint(const nlohmann::json& record, const char* ip, const char* port) {
  Json endpoint = Json::object();
  SetText(endpoint, "ip", TextOf(record, ip));
  endpoint["port"] = NumberOf(record, port);
  return endpoint;
}

Json FileOf(const nlohmann::json& record) {
  constexpr int kRegularFile = 1, kSha256 = 3;
  const std::string name = TextOf(record, "object/name");
  Json file = {{"name", name.empty() ? "unnamed" : name}, {"type_id", kRegularFile}, {"size", NumberOf(record, "object/bytes")}};
  SetText(file, "mime_type", TextOf(record, "object/media_type"));
  const std::string digest = TextOf(record, "object/sha256");
  if (!digest.empty()) file["hashes"] = Json::array({Json::object({{"algorithm_id", kSha256}, {"algorithm", "SHA-256"}, {"value", digest}})});
  return file;
}

int Disposition(const nlohmann::json& record) {
  if (TextOf(record, "verdict") == "quarantine" && WasStopped(record)) return kQuarantined;
  return WasStopped(record) ? kBlocked : kDetected;
}

Json DataSecurity(const nlohmann::json& record) {
  Json data = {{"data_lifecycle_state_id", kInTransit}, {"detection_system_id", kDlpGateway}};
  SetText(data, "detection_pattern", TextOf(record, "detector"));
  SetText(data, "pattern_match", TextOf(record, "match/masked"));
  SetText(data, "confidentiality", TextOf(record, "marking/level"));
  data["policy"] = {{"uid", TextOf(record, "policy/digest")}, {"version", std::to_string(NumberOf(record, "policy/generation"))}};
  return data;
}

}  // namespace

std::string WriteOcsf(const Source& source) {
  const nlohmann::json& record = source.record;
  const int64_t time = MillisecondsOf(record);
  Json out = {{"activity_id", kCreate}, {"category_uid", kCategory}, {"class_uid", kClass}, {"type_uid", kClass * 100 + kCreate}, {"time", time}};
  out["severity_id"] = SeverityOf(record) + 1;  // 1 Informational … 5 Critical
  out["metadata"] = {{"version", "1.3.0"},
                     {"product", {{"name", "Sluice"}, {"vendor_name", "Sluice"}}},
                     {"profiles", Json::array({"security_control"})},
                     {"uid", source.id},
                     {"log_name", TextOf(record, "event")}};
  out["finding_info"] = {{"uid", IsFinding(record) ? TextOf(record, "incident") : source.id}, {"title", TitleOf(record)}, {"created_time", time}};
  SetText(out["finding_info"], "desc", TextOf(record, "explain"));
  out["action_id"] = WasStopped(record) ? kDenied : kAllowed;
  out["disposition_id"] = Disposition(record);
  out["is_alert"] = TextOf(record, "verdict") != "allow";
  if (IsFinding(record)) out["confidence_score"] = NumberOf(record, "confidence");
  out["data_security"] = DataSecurity(record);
  out["src_endpoint"] = Endpoint(record, "flow/src_ip", "flow/src_port");
  SetText(out["src_endpoint"], "name", TextOf(record, "flow/client"));
  out["dst_endpoint"] = Endpoint(record, "flow/dst_ip", "flow/dst_port");
  if (record.contains("object")) out["file"] = FileOf(record);
  out["unmapped"] = {{"sluice", record}};
  return OnOneLine(out);
}

}  // namespace sluice::exports
