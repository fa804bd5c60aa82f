// From an incident that was a false alarm to a policy that knows better: an exception of its rule, or an example that must not fire.
// Neither is in force before somebody publishes it.
#include <algorithm>
#include <ctime>
#include <optional>

#include "control/api/api.h"
#include "control/api/parameters.h"

namespace sluice::api {
namespace {

using incident::Incident;

constexpr size_t kMaxReasonBytes = 500, kMaxExampleBytes = 10000, kDayBytes = 10;

// YYYY-MM-DD in form; whether there is such a day the compiler says.
bool IsDay(const std::string& text) {
  if (text.size() != kDayBytes || text[4] != '-' || text[7] != '-') return false;
  return std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) == 8;
}

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  return std::strftime(text, sizeof text, "%Y-%m-%d", &parts) > 0 ? text : "";
}

bool IsOneLine(const std::string& text) { return text.find_first_of("\n\r\t") == std::string::npos; }

}  // namespace

Response Api::KeepAmended(const Call& call, const Incident& incident, const audit::Entry& entry, const deploy::Deployment::Amend& amend) {
  std::optional<Result<deploy::Version>> kept;
  const std::string comment = std::string(entry.action == "policy.except" ? "exception of " : "example for ") + incident.subject.rule + " from incident " + entry.target;
  const Status done = Audited(call, entry, [&]() -> Status {
    kept = rooms_.deployment->UploadAmended(call.request.caller.name, comment, amend);
    // The compiler shows the line that it speaks of, and with it an example: to the caller, not to the log.
    return *kept ? Status() : Status(Error(kept->error().code(), "the policy was refused"));
  });
  if (!kept) return ProblemOf(done.error());
  return *kept ? RenderPolicy(201, **kept) : ProblemOf(kept->error());
}

Response Api::PostException(const Call& call) {
  BodyReader body(call.request);
  amend::Exception exception;
  exception.reason = body.Text("reason", kMaxReasonBytes).value_or("");
  exception.expires = body.Text("expires", kDayBytes).value_or("");
  const std::string whom = body.Text("for", kMaxReasonBytes).value_or("both");
  if (exception.reason.empty() || !IsOneLine(exception.reason)) body.Refuse("reason", "a line of 1 to 500 bytes: why, and who allowed it");
  if (!IsDay(exception.expires) || exception.expires < Today()) body.Refuse("expires", "the last day on which it holds, today or later, as 2027-01-31");
  if (whom != "client" && whom != "destination" && whom != "both") body.Refuse("for", "client, destination or both");
  if (!body.Finish()) return body.problem();
  const Result<Incident> incident = IncidentOf(call);
  if (!incident) return ProblemOf(incident.error());
  if (whom != "destination") exception.sources = {incident->subject.client};
  if (whom != "client") exception.destinations = {incident->subject.destination};
  const std::string detail = incident->subject.rule + ", for " + whom + ", until " + exception.expires + ": " + exception.reason;
  return KeepAmended(call, *incident, {call.request.caller.name, "policy.except", std::to_string(incident->id), detail},
                     [&](const syntax::SourceSet& sources) { return amend::AddException(sources, incident->subject.rule, exception); });
}

Response Api::PostNoMatch(const Call& call) {
  BodyReader body(call.request);
  const std::optional<std::string> text = body.Text("text", kMaxExampleBytes);
  if (!text || text->empty()) body.Refuse("text", "text of 1 to 10000 bytes");
  if (!body.Finish()) return body.problem();
  const Result<Incident> incident = IncidentOf(call);
  if (!incident) return ProblemOf(incident.error());
  // The text itself stays out of the audit log: it may be what must not be read there.
  const std::string detail = incident->subject.rule + ", " + std::to_string(text->size()) + " bytes";
  return KeepAmended(call, *incident, {call.request.caller.name, "policy.no_match", std::to_string(incident->id), detail},
                     [&](const syntax::SourceSet& sources) { return amend::AddNoMatch(sources, incident->subject.rule, *text); });
}

}  // namespace sluice::api
