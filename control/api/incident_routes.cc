// Incidents: list, show, and the work of people on them.
#include <algorithm>

#include "control/api/api.h"
#include "control/api/evidence_json.h"
#include "control/api/incident_json.h"
#include "control/api/parameters.h"

namespace sluice::api {
namespace {

using incident::Incident;
using incident::IncidentId;

constexpr uint64_t kMaxPage = 1000, kUsualPage = 50;
constexpr size_t kMaxCommentBytes = 10000, kMaxNameBytes = 64;

// Letters, digits and . _ -, so that a tag is one word in a URL, a table and a shell.
bool IsTag(const std::string& text) {
  return !text.empty() && text.size() <= kMaxNameBytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

incident::Filter FilterOf(QueryReader& query) {
  incident::Filter filter;
  if (const std::string state = query.Text("state"); !state.empty()) {
    filter.state = incident::StateFromName(state);
    if (!filter.state) query.Refuse("state", "new, in_review, confirmed, false_alarm or closed");
  }
  if (const std::string severity = query.Text("min_severity"); !severity.empty()) {
    filter.min_severity = model::SeverityFromName(severity);
    if (!filter.min_severity) query.Refuse("min_severity", "info, low, medium, high or critical");
  }
  filter.rule = query.Text("rule");
  filter.client = query.Text("client");
  filter.destination = query.Text("destination");
  filter.assignee = query.Text("assignee");
  filter.tag = query.Text("tag");
  filter.since = query.Time("since");
  filter.until = query.Time("until");
  return filter;
}

}  // namespace

Response Api::ListIncidents(const Call& call) {
  QueryReader query(call.request);
  const incident::Filter filter = FilterOf(query);
  const IncidentId from = static_cast<IncidentId>(query.Number("from", 1, INT64_MAX).value_or(0));
  const size_t limit = query.Number("limit", 1, kMaxPage).value_or(kUsualPage);
  const std::optional<uint64_t> reference = query.Hex64("reference");
  if (!query.Finish()) return query.problem();
  Result<incident::Page> page = incident::Page();
  if (reference) {
    Result<std::vector<IncidentId>> ids = rooms_.incidents->FindByReference(*reference);
    if (!ids) return ProblemOf(ids.error());
    for (const IncidentId id : *ids) {
      Result<Incident> found = rooms_.incidents->Get(id);
      if (found) page->incidents.push_back(std::move(*found));
    }
  } else {
    page = rooms_.incidents->List(filter, from, limit);
  }
  if (!page) return ProblemOf(page.error());
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.BeginList("incidents");
  for (const Incident& incident : page->incidents) {
    json.BeginElement();
    AppendIncident(json, incident, Detail::kListed, May(*call.request.caller.role, Permission::kSample));
    json.EndObject();
  }
  json.EndList();
  if (page->next != 0) json.Number("next", static_cast<uint64_t>(page->next));
  json.EndObject();
  return response;
}

Result<Incident> Api::IncidentOf(const Call& call) const {
  const std::string& text = call.parts[0];
  IncidentId id = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || id > INT64_MAX / 10 - 1) return Error(ErrorCode::kNotFound, "an incident has a number");
    id = id * 10 + (c - '0');
  }
  return rooms_.incidents->Get(id);
}

Response Api::Render(const Incident& incident, const Call& call) const {
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  AppendIncident(json, incident, Detail::kWhole, May(*call.request.caller.role, Permission::kSample));
  if (rooms_.vault != nullptr) {
    const Result<std::vector<evidence::Evidence>> found = EvidenceOf(incident);
    if (!found) return ProblemOf(found.error());
    AppendEvidence(json, *found);
  }
  json.EndObject();
  return response;
}

Response Api::GetIncident(const Call& call) {
  const Result<Incident> incident = IncidentOf(call);
  return incident ? Render(*incident, call) : ProblemOf(incident.error());
}

// Answers with the incident as it is afterwards.
Response Api::ChangeIncident(const Call& call, const audit::Entry& entry, const std::function<Status()>& act) {
  if (Status done = Audited(call, entry, act); !done) return ProblemOf(done.error());
  return GetIncident(call);
}

Response Api::PatchIncident(const Call& call) {
  BodyReader body(call.request);
  const std::optional<std::string> state_name = body.Text("state", kMaxNameBytes);
  const std::optional<std::string> assignee = body.Text("assignee", kMaxNameBytes);
  std::optional<incident::State> state;
  if (state_name) state = incident::StateFromName(*state_name);
  if (state_name && !state) body.Refuse("state", "new, in_review, confirmed, false_alarm or closed");
  if (!body.Finish()) return body.problem();
  const Result<Incident> incident = IncidentOf(call);
  if (!incident) return ProblemOf(incident.error());
  const std::string target = std::to_string(incident->id), &actor = call.request.caller.name;
  if (state) {
    const std::string detail = std::string(incident::Name(incident->state)) + " -> " + *state_name;
    Status done = Audited(call, {actor, "incident.state", target, detail}, [&] { return rooms_.incidents->SetState(incident->id, *state); });
    if (!done) return ProblemOf(done.error());
  }
  if (assignee) {
    Status done = Audited(call, {actor, "incident.assign", target, *assignee}, [&] { return rooms_.incidents->Assign(incident->id, *assignee); });
    if (!done) return ProblemOf(done.error());
  }
  return GetIncident(call);
}

Response Api::PostComment(const Call& call) {
  BodyReader body(call.request);
  const std::optional<std::string> text = body.Text("text", kMaxCommentBytes);
  if (!text || text->empty()) body.Refuse("text", "text of 1 to 10000 bytes");
  if (!body.Finish()) return body.problem();
  const Result<Incident> incident = IncidentOf(call);
  if (!incident) return ProblemOf(incident.error());
  incident::Comment comment;
  comment.time = Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  comment.author = call.request.caller.name;
  comment.text = *text;
  Response response = ChangeIncident(call, {comment.author, "incident.comment", std::to_string(incident->id), *text},
                                     [&] { return rooms_.incidents->AddComment(incident->id, comment); });
  if (response.status == 200) response.status = 201;
  return response;
}

Response Api::PutTag(const Call& call) {
  const std::string& tag = call.parts[1];
  if (!IsTag(tag)) return Problem(400, "a tag is of letters, digits and . _ -, at most 64");
  const Result<Incident> incident = IncidentOf(call);
  if (!incident) return ProblemOf(incident.error());
  return ChangeIncident(call, {call.request.caller.name, "incident.tag", std::to_string(incident->id), tag},
                        [&] { return rooms_.incidents->AddTag(incident->id, tag); });
}

Response Api::DeleteTag(const Call& call) {
  const std::string& tag = call.parts[1];
  const Result<Incident> incident = IncidentOf(call);
  if (!incident) return ProblemOf(incident.error());
  if (std::find(incident->tags.begin(), incident->tags.end(), tag) == incident->tags.end()) return Problem(404, "the incident has no such tag");
  return ChangeIncident(call, {call.request.caller.name, "incident.untag", std::to_string(incident->id), tag},
                        [&] { return rooms_.incidents->RemoveTag(incident->id, tag); });
}

}  // namespace sluice::api
