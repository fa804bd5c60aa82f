// Format: how a record is written for a receiver that knows another schema than ours. One file and one line of the table each.
//
// Stands between the spool, which keeps records as docs/records.md has them, and the transports, which carry finished text. A text
// is one line without a break. Thread: pure. Allocates: yes. Failure: none; a key that a record does not have is left out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::exports {

// A record as it waited.
struct Source {
  std::string id;                // of this record among all that this appliance exports: the same at each attempt
  const std::string& line;       // as docs/records.md has it
  const nlohmann::json& record;  // the same, read
};

struct Format {
  std::string_view name;        // as the configuration writes it
  std::string_view media_type;  // of several texts, one a line
  std::string (*write)(const Source& source);
};

std::span<const Format> Formats();
const Format* FindFormat(std::string_view name);

// A record in a format, and what envelopes want to know of it.
struct Written {
  std::string text;
  std::string time, event;  // as in the record
  int severity = 0;         // 0 (info, and anomalies) to 4 (critical)
};

// kCorrupt where the line is no record of ours.
Result<Written> Write(const Format& format, const std::string& id, const std::string& line);

std::string WriteJsonLine(const Source& source);
std::string WriteOcsf(const Source& source);
std::string WriteEcs(const Source& source);
std::string WriteEve(const Source& source);
std::string WriteCef(const Source& source);

}  // namespace sluice::exports
