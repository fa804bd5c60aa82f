// Evidence: what the vault has, and an item of it, sealed as it is. Each fetch is in the audit log, with who and why, before it happens.
#include "control/api/api.h"
#include "control/api/evidence_json.h"
#include "control/api/parameters.h"

namespace sluice::api {
namespace {

using evidence::Evidence;
using evidence::EvidenceId;

constexpr size_t kMaxReasonBytes = 1000;
constexpr const char* kNoVault = "this appliance keeps no evidence: its configuration has no 'evidence'";

void Append(event::JsonText& json, const Evidence& one) {
  json.Number("id", static_cast<uint64_t>(one.id));
  json.Time("time", one.time);
  json.Text("outcome", one.outcome);
  json.Text("rule", one.rule);
  json.Text("client", one.client);
  json.Text("destination", one.destination);
  json.Number("port", one.port);
  json.Text("name", one.name);
  json.Text("media_type", one.media_type);
  json.Number("bytes", one.bytes);
  json.Number("bytes_kept", one.bytes_kept);
  json.Number("bytes_lost", one.bytes_lost);
  json.Bool("complete", one.complete);
  json.Bool("over_limit", one.over_limit);
  json.Bool("no_buffer", one.no_buffer);
  json.Number("packets", one.packets);
  json.Number("packets_left_out", one.packets_left_out);
  if (!one.digest.empty()) {
    json.Text("digest_kind", one.digest_kind);
    json.Text("digest", one.digest);
  }
  json.Number("file_bytes", one.file_bytes);
}

}  // namespace

void AppendEvidence(event::JsonText& json, std::span<const Evidence> all) {
  json.BeginList("evidence");
  for (const Evidence& one : all) {
    json.BeginElement();
    Append(json, one);
    json.EndObject();
  }
  json.EndList();
}

Result<std::vector<Evidence>> Api::EvidenceOf(const incident::Incident& incident) const { return rooms_.vault->OfReferences(incident.references); }

Response Api::ListEvidence(const Call& call) {
  QueryReader query(call.request);
  const size_t limit = query.Number("limit", 1, 1000).value_or(100);
  const uint64_t before = query.Number("before", 1, INT64_MAX).value_or(0);
  if (!query.Finish()) return query.problem();
  if (rooms_.vault == nullptr) return Problem(404, kNoVault);
  const Result<std::vector<Evidence>> found = rooms_.vault->List(static_cast<EvidenceId>(before), limit);
  if (!found) return ProblemOf(found.error());
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  AppendEvidence(json, *found);
  json.EndObject();
  return response;
}

Response Api::GetEvidence(const Call& call) {
  QueryReader query(call.request);
  const std::string reason = query.Text("reason");
  if (reason.empty() || !BodyReader::IsPlainText(reason, kMaxReasonBytes)) query.Refuse("reason", "why it is fetched, in 1 to 1000 bytes");
  if (!query.Finish()) return query.problem();
  if (rooms_.vault == nullptr) return Problem(404, kNoVault);
  EvidenceId id = 0;
  for (const char c : call.parts[0]) {
    if (c < '0' || c > '9' || id > INT64_MAX / 10 - 1) return Problem(404, "evidence has a number");
    id = id * 10 + (c - '0');
  }
  if (const Result<Evidence> row = rooms_.vault->Get(id); !row) return ProblemOf(row.error());
  Response response;
  response.type = "application/octet-stream";
  const Status done = Audited(call, {call.request.caller.name, "evidence.fetch", call.parts[0], reason}, [&]() -> Status {
    Result<std::string> item = rooms_.vault->Read(id);
    if (!item) return item.error();
    response.body = std::move(*item);
    return {};
  });
  return done ? response : ProblemOf(done.error());
}

}  // namespace sluice::api
