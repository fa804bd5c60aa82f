// eve: lines like Suricata's eve.json, for those who already collect it: event_type alert or anomaly, and ours under `sluice`.
#include "control/exports/format/format.h"
#include "control/exports/format/record_fields.h"

namespace sluice::exports {
namespace {

using Json = nlohmann::ordered_json;

// Suricata's own numbers of rules end below 2^31; a rule of ours has a name, and this number of it.
uint64_t SignatureNumber(const std::string& name) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return (uint64_t{1} << 31) + (hash >> 1);
}

std::string Upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// 1 is the gravest of Suricata's four.
int Gravity(const nlohmann::json& record) {
  const int severity = SeverityOf(record);
  return severity >= 3 ? 1 : 4 - severity;
}

// "2026-01-31T23:59:59.000001+0000": Suricata writes microseconds.
std::string Timestamp(const std::string& time) {
  return time.size() < 30 ? time : time.substr(0, 26) + "+0000";
}

}  // namespace

std::string WriteEve(const Source& source) {
  const nlohmann::json& record = source.record;
  Json out = {{"timestamp", Timestamp(TextOf(record, "time"))}};
  const std::string flow = TextOf(record, "flow/id");
  // A number that JSON readers can take whole: 53 bits.
  out["flow_id"] = std::strtoull(flow.c_str(), nullptr, 16) & ((uint64_t{1} << 53) - 1);
  out["event_type"] = IsFinding(record) ? "alert" : "anomaly";
  out["src_ip"] = TextOf(record, "flow/src_ip");
  out["src_port"] = NumberOf(record, "flow/src_port");
  out["dest_ip"] = TextOf(record, "flow/dst_ip");
  out["dest_port"] = NumberOf(record, "flow/dst_port");
  out["proto"] = Upper(TextOf(record, "flow/transport"));
  out["app_proto"] = TextOf(record, "flow/app");
  if (const uint64_t vlan = NumberOf(record, "flow/vlan"); vlan != 0) out["vlan"] = Json::array({vlan});
  if (IsFinding(record)) {
    out["alert"] = {{"action", WasStopped(record) ? "blocked" : "allowed"},
                    {"gid", 1},
                    {"signature_id", SignatureNumber(TextOf(record, "rule"))},
                    {"rev", NumberOf(record, "policy/generation")},
                    {"signature", TextOf(record, "rule")},
                    {"category", "Data Loss"},
                    {"severity", Gravity(record)}};
    if (NumberOf(record, "object/id") != 0) {
      out["fileinfo"] = {{"filename", TextOf(record, "object/name")}, {"magic", TextOf(record, "object/media_type")}, {"size", NumberOf(record, "object/bytes")}};
      SetText(out["fileinfo"], "sha256", TextOf(record, "object/sha256"));
    }
  } else {
    out["anomaly"] = {{"type", "applayer"}, {"event", TextOf(record, "kind")}};
  }
  out["sluice"] = record;
  out["sluice"]["export_id"] = source.id;
  return OnOneLine(out);
}

}  // namespace sluice::exports
