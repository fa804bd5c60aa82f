// ecs: Elastic Common Schema 8.11. Keys of ours that it has no place for stand under `sluice`.
#include "control/exports/format/format.h"
#include "control/exports/format/record_fields.h"

namespace sluice::exports {

std::string WriteEcs(const Source& source) {
  using Json = nlohmann::ordered_json;
  const nlohmann::json& record = source.record;
  Json out = {{"@timestamp", TextOf(record, "time")}, {"ecs", {{"version", "8.11.0"}}}};
  // ECS, categorisation fields: an alert is of kind "alert"; "denied" and "allowed" are types of the category network.
  out["event"] = {{"kind", "alert"},
                  {"category", Json::array({"network", "file"})},
                  {"type", Json::array({"info", WasStopped(record) ? "denied" : "allowed"})},
                  {"module", "sluice"},
                  {"dataset", "sluice." + TextOf(record, "event")},
                  {"action", TextOf(record, "action")},
                  {"severity", SeverityOf(record)},
                  {"id", source.id}};
  SetText(out["event"], "reason", TextOf(record, "explain"));
  out["message"] = TitleOf(record);
  if (IsFinding(record)) out["rule"] = {{"id", TextOf(record, "rule")}, {"ruleset", TextOf(record, "policy/digest")}};
  out["source"] = {{"ip", TextOf(record, "flow/src_ip")}, {"port", NumberOf(record, "flow/src_port")}};
  SetText(out["source"], "domain", TextOf(record, "flow/client"));
  out["destination"] = {{"ip", TextOf(record, "flow/dst_ip")}, {"port", NumberOf(record, "flow/dst_port")}};
  out["network"] = {{"transport", TextOf(record, "flow/transport")}, {"protocol", TextOf(record, "flow/app")}};
  if (record.contains("object")) {
    Json file = {{"size", NumberOf(record, "object/bytes")}};
    SetText(file, "name", TextOf(record, "object/name"));
    SetText(file, "mime_type", TextOf(record, "object/media_type"));
    if (const std::string digest = TextOf(record, "object/sha256"); !digest.empty()) file["hash"] = {{"sha256", digest}};
    out["file"] = file;
  }
  out["sluice"] = record;
  return OnOneLine(out);
}

}  // namespace sluice::exports
