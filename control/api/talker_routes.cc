// Talkers: who had most to do lately.
#include "control/api/api.h"
#include "control/api/parameters.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {
namespace {

void Append(event::JsonText& json, std::string_view key, const std::vector<metrics::Talker>& talkers, const packet::HostNames* hosts) {
  json.BeginList(key);
  for (const metrics::Talker& talker : talkers) {
    json.BeginElement();
    json.Text("ip", packet::Format(talker.address));
    if (hosts != nullptr && !hosts->Find(talker.address).empty()) json.Text("name", hosts->Find(talker.address));
    json.Number("bytes", talker.bytes);
    json.Number("bytes_of_others", talker.bytes_of_others);
    json.Number("flows", talker.flows);
    json.Number("findings", talker.findings);
    json.EndObject();
  }
  json.EndList();
}

}  // namespace

Response Api::ListTalkers(const Call& call) {
  QueryReader query(call.request);
  const size_t limit = query.Number("limit", 1, metrics::Talkers::kPlaces).value_or(10);
  if (!query.Finish()) return query.problem();
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.Number("half_life_seconds", static_cast<uint64_t>(metrics::Talkers::kHalfLife.count()));
  Append(json, "clients", rooms_.talkers->Clients(limit), rooms_.hosts.get());
  Append(json, "destinations", rooms_.talkers->Destinations(limit), rooms_.hosts.get());
  json.EndObject();
  return response;
}

}  // namespace sluice::api
