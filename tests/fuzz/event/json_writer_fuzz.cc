// Any bytes in the names of a record give one line of valid JSON. The first byte picks the kind; the rest is spread over
// the texts that come from the wire.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "dataplane/event/json_writer.h"

namespace sluice::event {
namespace {

void FillNames(Record& record, std::string_view text) {
  const std::string_view head = text.substr(0, text.size() / 2), tail = text.substr(text.size() / 2);
  const auto fill = [&](ObjectRef& object) {
    object.number = 1;
    object.name.Assign(text);
    AppendPathElement(object, head);
    AppendPathElement(object, tail);
  };
  switch (record.kind) {
    case RecordKind::kFinding:
      fill(record.body.finding.object);
      record.body.finding.match.masked.Assign(tail);
      record.body.finding.explain.Assign(head);
      return;
    case RecordKind::kAnomaly: fill(record.body.anomaly.object); return;
    case RecordKind::kObject: fill(record.body.object.object); return;
    case RecordKind::kDeparture:
      record.body.departure.set.Assign(head);
      record.body.departure.name.Assign(tail);
      record.body.departure.count = 1;
      return;
    case RecordKind::kFlow:
    case RecordKind::kCount:
      record.body.flow.host.Assign(text);
      record.body.flow.sni.Assign(head);
      record.body.flow.user.Assign(tail);
      record.body.flow.version.Assign(text);
      return;
  }
}

}  // namespace
}  // namespace sluice::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::event;
  if (size == 0) return 0;
  Record record;
  Reset(record, static_cast<RecordKind>(data[0] % static_cast<unsigned>(RecordKind::kCount)));
  if (record.kind == RecordKind::kAnomaly) record.body.anomaly.kind = "reassembly_gap";
  FillNames(record, {reinterpret_cast<const char*>(data) + 1, size - 1});
  std::string line;
  JsonWriter().Append(record, line);
  const bool one_line = std::count(line.begin(), line.end(), '\n') == 1 && line.back() == '\n';
  const bool has_control = std::any_of(line.begin(), line.end() - 1, [](char c) { return static_cast<uint8_t>(c) < 0x20; });
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!one_line || has_control || json.is_discarded()) std::abort();
  return 0;
}
