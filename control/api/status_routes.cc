// How it is: health, status, statistics, metrics, and the stream of what changes.
#include <atomic>
#include <memory>

#include "control/api/api.h"
#include "control/api/incident_json.h"
#include "control/api/parameters.h"

namespace sluice::api {
namespace {

constexpr std::chrono::milliseconds kStreamLook{1000};
// Statistics in a stream, and with them a sign of life.
constexpr std::chrono::seconds kStatisticsInterval{5};

// server-sent events: html.spec.whatwg.org, 9.2.
void AppendEvent(std::string_view name, std::string_view data, std::string& out) {
  out += "event: " + std::string(name) + "\ndata: ";
  out += data;
  out += "\n\n";
}

void AppendExports(const std::vector<exports::ExporterStatus>& all, event::JsonText& json) {
  for (const exports::ExporterStatus& one : all) {
    json.BeginElement();
    json.Text("name", one.name);
    json.Number("waiting", one.waiting);
    json.Number("waiting_bytes", one.waiting_bytes);
    json.Number("in_memory", one.in_memory);
    json.Number("delivered", one.delivered);
    json.Number("failed_attempts", one.failed_attempts);
    json.Number("dropped", one.dropped);
    json.Number("lost", one.lost);
    json.Number("unreadable", one.unreadable);
    json.Text("fault", one.fault);
    json.EndObject();
  }
}

void CountExports(const std::vector<exports::ExporterStatus>& all, std::vector<metrics::Count>& counts) {
  for (const exports::ExporterStatus& one : all) {
    const auto add = [&](const char* name, uint64_t value) { counts.push_back({name, value, "receiver", one.name}); };
    add("export_waiting", one.waiting);
    add("export_waiting_bytes", one.waiting_bytes);
    add("export_in_memory", one.in_memory);
    add("export_delivered", one.delivered);
    add("export_failed_attempts", one.failed_attempts);
    add("export_dropped", one.dropped);
    add("export_lost", one.lost);
    add("export_unreadable", one.unreadable);
  }
}

// Where a stream is; counts it for as long as it lives.
struct Stream {
  Stream(std::atomic<int>& counter, uint64_t from) : streams(counter), next(from) {}
  ~Stream() { streams.fetch_sub(1); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::atomic<int>& streams;
  uint64_t next;
  std::chrono::steady_clock::time_point statistics_due{};
};

}  // namespace

std::vector<std::string> Api::Alarms() const {
  std::vector<std::string> alarms = rooms_.incidents->Alarms();
  for (const std::string& alarm : rooms_.audit->alarms()) alarms.push_back(alarm);
  for (const std::string& alarm : rooms_.deployment->Alarms()) alarms.push_back(alarm);
  if (const std::string fault = rooms_.recorder->Fault(); !fault.empty()) alarms.push_back("incidents cannot be written, and wait: " + fault);
  for (std::string& alarm : rooms_.appliance->Alarms()) alarms.push_back(std::move(alarm));
  if (rooms_.exports != nullptr) {
    for (std::string& alarm : rooms_.exports->Alarms()) alarms.push_back(std::move(alarm));
  }
  if (rooms_.vault != nullptr) {
    for (std::string& alarm : rooms_.vault->Alarms()) alarms.push_back(std::move(alarm));
  }
  for (std::string& alarm : rooms_.tokens->Alarms()) alarms.push_back(std::move(alarm));
  if (rooms_.outer_door != nullptr) {
    for (std::string& alarm : rooms_.outer_door->Alarms()) alarms.push_back(std::move(alarm));
  }
  const uint64_t lost = rooms_.recorder->counters().incident_findings_lost.load();
  if (lost > 0) alarms.push_back(std::to_string(lost) + " findings belong to no incident: too many subjects were waiting for the disk");
  return alarms;
}

std::vector<metrics::Count> Api::Counts() const {
  const incident::StoreCounters& store = rooms_.incidents->counters();
  const incident::RecorderCounters& recorder = rooms_.recorder->counters();
  const quarantine::KeeperCounters& keeper = *rooms_.quarantine_counters;
  uint64_t streams = 0;
  for (const std::atomic<int>& door : streams_) streams += static_cast<uint64_t>(door.load());
  std::vector<metrics::Count> counts = {{"incidents_created", store.incidents_created.load()},
          {"incidents_expired", store.incidents_expired.load()},
          {"incidents_removed_for_size", store.incidents_removed_for_size.load()},
          {"incidents_removed_open", store.incidents_removed_open.load()},
          {"databases_set_aside", store.databases_set_aside.load()},
          {"incident_findings", recorder.incident_findings.load()},
          {"incident_findings_lost", recorder.incident_findings_lost.load()},
          {"incident_findings_waiting", rooms_.recorder->waiting()},
          {"incident_commits", recorder.incident_commits.load()},
          {"incident_commits_failed", recorder.incident_commits_failed.load()},
          {"quarantines", rooms_.quarantines->List().size()},
          {"quarantines_by_rules", keeper.quarantines_by_rules.load()},
          {"quarantines_refused", keeper.quarantines_refused.load()},
          {"policies_removed", rooms_.deployment->removed()},
          {"api_requests", counters_.api_requests.load()},
          {"api_requests_refused", counters_.api_requests_refused.load()},
          {"api_requests_wrong", counters_.api_requests_wrong.load()},
          {"api_requests_failed", counters_.api_requests_failed.load()},
          {"api_connections_refused", rooms_.connections_refused->load()},
          {"api_streams", streams},
          {"api_tokens", rooms_.tokens->List().size()}};
  if (rooms_.outer_door != nullptr) {
    for (metrics::Count& count : rooms_.outer_door->Counts()) counts.push_back(std::move(count));
  }
  if (rooms_.vault == nullptr) return counts;
  const evidence::VaultCounters& vault = rooms_.vault->counters();
  counts.insert(counts.end(), {{"evidence_stored", vault.evidence_stored.load()},
                               {"evidence_refused_full", vault.evidence_refused_full.load()},
                               {"evidence_failed", vault.evidence_failed.load()},
                               {"evidence_expired", vault.evidence_expired.load()},
                               {"evidence_removed_for_size", vault.evidence_removed_for_size.load()},
                               {"evidence_unfinished", vault.evidence_unfinished.load()},
                               {"evidence_notes_lost", rooms_.vault_keeper->notes_lost()},
                               {"evidence_items", rooms_.vault->stored_items()},
                               {"evidence_bytes", rooms_.vault->stored_bytes()}});
  return counts;
}

Response Api::GetHealth(const Call&) {
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.Text("status", "ok");
  // Of what will stop to work by itself, before it does.
  const std::vector<std::string> warnings = rooms_.outer_door != nullptr ? rooms_.outer_door->Alarms() : std::vector<std::string>();
  if (!warnings.empty()) {
    json.BeginList("warnings");
    for (const std::string& warning : warnings) json.Element(warning);
    json.EndList();
  }
  json.EndObject();
  return response;
}

Response Api::GetReadiness(const Call&) {
  if (!rooms_.appliance->State().forwards) return Problem(503, "packets are not forwarded");
  if (!rooms_.recorder->Fault().empty()) return Problem(503, "incidents cannot be written");
  Response response;
  response.body = R"({"status":"ready"})";
  return response;
}

Response Api::GetStatus(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const ApplianceState state = rooms_.appliance->State();
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.Bool("forwards", state.forwards);
  json.Text("mode", state.is_inline ? "inline" : "tap");
  json.Time("started", state.started);
  json.BeginObject("policy");
  json.Text("digest", state.policy_digest);
  json.Number("generation", state.generation);
  json.EndObject();
  json.BeginObject("counters");
  for (const metrics::Count& count : Counts()) json.Number(count.name, count.value);
  json.EndObject();
  json.BeginList("exports");
  if (rooms_.exports != nullptr) AppendExports(rooms_.exports->Describe(), json);
  json.EndList();
  json.BeginList("alarms");
  for (const std::string& alarm : Alarms()) json.Element(alarm);
  json.EndList();
  json.EndObject();
  return response;
}

Response Api::GetStatistics(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  Response response;
  response.body = rooms_.appliance->Statistics();
  return response;
}

Response Api::GetMetrics(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const ApplianceState state = rooms_.appliance->State();
  std::vector<metrics::Count> counts = Counts();
  counts.push_back({"policy_generation", state.generation});
  counts.push_back({"forwards", state.forwards ? 1u : 0u});
  counts.push_back({"alarms", Alarms().size()});
  if (rooms_.exports != nullptr) CountExports(rooms_.exports->Describe(), counts);
  Response response;
  response.type = metrics::kTextType;
  response.body = metrics::Write(rooms_.appliance->Counters(), counts, rooms_.rules->Entries());
  return response;
}

// Events: `incident` (as in the list) for each that changed, `missed` where the reader fell behind, `statistics` now and then.
Response Api::GetStream(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  std::atomic<int>& streams = streams_[static_cast<size_t>(call.request.door)];
  if (streams.fetch_add(1) >= kMaxStreams) {
    streams.fetch_sub(1);
    return Problem(503, "too many streams are open");
  }
  auto stream = std::make_shared<Stream>(streams, rooms_.incidents->feed().End());
  const bool with_sample = May(*call.request.caller.role, Permission::kSample);
  Response response;
  response.type = "text/event-stream";
  response.stream = [this, stream, with_sample](std::string& out) {
    if (rooms_.incidents->feed().closed()) return false;
    const auto now = std::chrono::steady_clock::now();
    if (now >= stream->statistics_due) {
      AppendEvent("statistics", rooms_.appliance->Statistics(), out);
      stream->statistics_due = now + kStatisticsInterval;
      return true;
    }
    const incident::ChangeFeed::Changes changes = rooms_.incidents->feed().Wait(stream->next, kStreamLook);
    stream->next = changes.next;
    if (changes.missed) AppendEvent("missed", "{}", out);
    for (const incident::IncidentId id : changes.incidents) {
      const Result<incident::Incident> incident = rooms_.incidents->Get(id);
      if (!incident) continue;  // removed since
      std::string data;
      event::JsonText json(data);
      json.BeginObject();
      AppendIncident(json, *incident, Detail::kListed, with_sample);
      json.EndObject();
      AppendEvent("incident", data, out);
    }
    return true;
  };
  return response;
}

}  // namespace sluice::api
