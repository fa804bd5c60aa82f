#include "control/exports/format/format.h"

#include "control/exports/format/record_fields.h"

namespace sluice::exports {
namespace {

constexpr Format kFormats[] = {
    {"jsonl", "application/x-ndjson", WriteJsonLine},
    {"ocsf", "application/x-ndjson", WriteOcsf},
    {"ecs", "application/x-ndjson", WriteEcs},
    {"eve", "application/x-ndjson", WriteEve},
    {"cef", "text/plain", WriteCef},
};

}  // namespace

std::span<const Format> Formats() { return kFormats; }

const Format* FindFormat(std::string_view name) {
  for (const Format& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

Result<Written> Write(const Format& format, const std::string& id, const std::string& line) {
  const nlohmann::json record = nlohmann::json::parse(line, nullptr, false);
  if (!record.is_object() || record.empty()) return Error(ErrorCode::kCorrupt, "record " + id + " of the spool is no JSON object");
  return Written{format.write(Source{id, line, record}), TextOf(record, "time"), TextOf(record, "event"), SeverityOf(record)};
}

}  // namespace sluice::exports
