#include "control/api/incident_json.h"

#include <array>
#include <cstdio>

namespace sluice::api {
namespace {

std::string Hex64(uint64_t value) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016lx", value);
  return text.data();
}

void AppendDetails(event::JsonText& json, const incident::Incident& incident) {
  json.BeginList("comments");
  for (const incident::Comment& comment : incident.comments) {
    json.BeginElement();
    json.Time("time", comment.time);
    json.Text("author", comment.author);
    json.Text("text", comment.text);
    json.EndObject();
  }
  json.EndList();
  json.BeginList("references");
  for (const uint64_t reference : incident.references) json.Element(Hex64(reference));
  json.EndList();
  json.Number("references_left_out", incident.references_left_out);
}

}  // namespace

void AppendIncident(event::JsonText& json, const incident::Incident& incident, Detail detail, bool with_sample) {
  json.Number("id", static_cast<uint64_t>(incident.id));
  json.Text("state", incident::Name(incident.state));
  json.Text("severity", model::Name(incident.severity));
  json.Text("verdict", verdict::Name(incident.verdict));
  json.Text("action", verdict::Name(incident.action));
  json.Text("rule", incident.subject.rule);
  json.BeginObject("client");
  json.Text("ip", incident.subject.client);
  if (!incident.client_name.empty()) json.Text("name", incident.client_name);
  json.EndObject();
  json.BeginObject("destination");
  json.Text("ip", incident.subject.destination);
  json.Number("port", incident.subject.port);
  json.EndObject();
  json.Text("app", incident.app);
  json.Text("direction", incident.direction);
  json.BeginObject("document");
  json.Text("name", incident.subject.document);
  json.Text("media_type", incident.media_type);
  json.EndObject();
  json.Time("first", incident.first);
  json.Time("last", incident.last);
  json.Number("findings", incident.findings);
  json.Text("assignee", incident.assignee);
  json.BeginList("tags");
  for (const std::string& tag : incident.tags) json.Element(tag);
  json.EndList();
  if (detail == Detail::kWhole) AppendDetails(json, incident);
  if (with_sample) json.Raw("sample", incident.sample);
}

}  // namespace sluice::api
