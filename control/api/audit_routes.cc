// The audit log: its last entries, and whether it holds together.
#include "control/api/api.h"
#include "control/api/parameters.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {

Response Api::ListAudit(const Call& call) {
  QueryReader query(call.request);
  const size_t limit = query.Number("limit", 1, 10000).value_or(100);
  if (!query.Finish()) return query.problem();
  const Result<std::vector<std::string>> lines = rooms_.audit->Tail(limit);
  if (!lines) return ProblemOf(lines.error());
  Response response;
  response.body = "{\"entries\":[";
  for (const std::string& line : *lines) response.body += (&line == &lines->front() ? "" : ",") + line;
  response.body += "]}";
  return response;
}

Response Api::VerifyAudit(const Call& call) {
  QueryReader query(call.request);
  const std::string wanted = query.Text("met");
  if (!wanted.empty() && (wanted.size() != 64 || wanted.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    query.Refuse("met", "64 hexadecimal digits");
  }
  if (!query.Finish()) return query.problem();
  const Result<audit::Verification> seen = rooms_.audit->VerifyNow(wanted);
  if (!seen) return ProblemOf(seen.error());
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.Bool("intact", seen->intact());
  json.Number("entries", seen->entries);
  json.Text("head", seen->head);
  if (!seen->intact()) json.Text("fault", seen->fault);
  if (seen->met) json.Bool("met", *seen->met);
  json.EndObject();
  return response;
}

}  // namespace sluice::api
