// Quarantine: what is held back, more of it, and letting go.
#include <algorithm>

#include "control/api/api.h"
#include "control/api/parameters.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {
namespace {

using quarantine::Quarantine;
using quarantine::QuarantineKind;

constexpr uint64_t kMaxMinutes = 60 * 24 * 366;
constexpr size_t kMaxReasonBytes = 1000, kMaxWordBytes = 64;

void Append(event::JsonText& json, const Quarantine& entry) {
  json.Number("id", static_cast<uint64_t>(entry.id));
  json.Text("kind", quarantine::Name(entry.subject.kind));
  const QuarantineKind kind = entry.subject.kind;
  if (kind == QuarantineKind::kFlow) json.Hex64("flow", entry.subject.flow);
  if (kind == QuarantineKind::kSource || kind == QuarantineKind::kPair) json.Text("source", packet::Format(entry.subject.source));
  if (kind == QuarantineKind::kDestination || kind == QuarantineKind::kPair) json.Text("destination", packet::Format(entry.subject.destination));
  json.Text("author", entry.author);
  json.Text("reason", entry.reason);
  json.Time("begun", entry.begun);
  if (entry.until) json.Time("until", *entry.until);
  json.Number("dropped_packets", entry.dropped.packets);
  json.Number("dropped_bytes", entry.dropped.bytes);
}

Response RenderQuarantine(const Quarantine& entry) {
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  Append(json, entry);
  json.EndObject();
  return response;
}

std::string Describe(const Quarantine& entry) {
  std::string text(quarantine::Name(entry.subject.kind));
  if (entry.subject.kind == QuarantineKind::kFlow) return text + " of a conversation";
  if (entry.subject.kind != QuarantineKind::kDestination) text += " from " + packet::Format(entry.subject.source);
  if (entry.subject.kind != QuarantineKind::kSource) text += " to " + packet::Format(entry.subject.destination);
  return text + (entry.reason.empty() ? "" : ": " + entry.reason);
}

// What the body asks for; the reader keeps what is wrong with it.
Result<Quarantine> QuarantineFrom(BodyReader& body, const std::string& author) {
  const std::string kind_name = body.Text("kind", kMaxWordBytes).value_or("");
  const std::optional<QuarantineKind> kind = quarantine::KindFromName(kind_name);
  if (!kind) body.Refuse("kind", "flow, source, destination or pair");
  const std::string source = body.Text("source", kMaxWordBytes).value_or(""), destination = body.Text("destination", kMaxWordBytes).value_or("");
  std::optional<uint64_t> flow;
  if (const auto text = body.Text("flow", kMaxWordBytes)) {
    flow = Hex64FromText(*text);
    if (!flow) body.Refuse("flow", "16 hexadecimal digits");
  }
  Quarantine entry;
  entry.author = author;
  entry.reason = body.Text("reason", kMaxReasonBytes).value_or("");
  entry.begun = Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  if (const auto minutes = body.Number("minutes", kMaxMinutes)) entry.until = entry.begun + std::chrono::minutes(*minutes);
  if (!kind) return entry;
  Result<verdict::QuarantineSubject> subject = quarantine::SubjectFrom(*kind, source, destination, flow);
  if (!subject) return subject.error();
  entry.subject = *subject;
  return entry;
}

}  // namespace

Response Api::ListQuarantines(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.BeginList("quarantines");
  for (const Quarantine& entry : rooms_.quarantines->List()) {
    json.BeginElement();
    Append(json, entry);
    json.EndObject();
  }
  json.EndList();
  json.EndObject();
  return response;
}

Response Api::PostQuarantine(const Call& call) {
  BodyReader body(call.request);
  const Result<Quarantine> wanted = QuarantineFrom(body, call.request.caller.name);
  if (!body.Finish()) return body.problem();
  if (!wanted) return ProblemOf(wanted.error());
  if (!rooms_.appliance->State().is_inline) return Problem(409, "an appliance that only listens can hold nothing back");
  Result<Quarantine> made = *wanted;
  Status done = Audited(call, {call.request.caller.name, "quarantine.add", "", Describe(*wanted)}, [&]() -> Status {
    made = rooms_.quarantines->Add(*wanted);
    return made ? Status() : Status(made.error());
  });
  if (!done) return ProblemOf(done.error());
  Response response = RenderQuarantine(*made);
  response.status = 201;
  return response;
}

Response Api::DeleteQuarantine(const Call& call) {
  const std::vector<Quarantine> all = rooms_.quarantines->List();
  const auto entry = std::find_if(all.begin(), all.end(), [&](const Quarantine& one) { return std::to_string(one.id) == call.parts[0]; });
  if (entry == all.end()) return Problem(404, "there is no such quarantine");
  Status done = Audited(call, {call.request.caller.name, "quarantine.release", call.parts[0], Describe(*entry)},
                        [&] { return rooms_.quarantines->Release(entry->id); });
  return done ? RenderQuarantine(*entry) : ProblemOf(done.error());
}

}  // namespace sluice::api
