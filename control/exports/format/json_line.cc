// jsonl: the record as docs/records.md has it, and `export_id`.
#include "control/exports/format/record_fields.h"
#include "control/exports/format/format.h"

namespace sluice::exports {

std::string WriteJsonLine(const Source& source) {
  // The line itself, so that keys keep their order and escapes stay as they are.
  std::string line = source.line.substr(0, source.line.rfind('}'));
  return line + ",\"export_id\":\"" + source.id + "\"}";
}

}  // namespace sluice::exports
