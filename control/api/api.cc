#include "control/api/api.h"

#include <optional>

namespace sluice::api {
namespace {

std::vector<std::string_view> SegmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty() && path[0] == '/') path.remove_prefix(1);
  while (true) {
    const size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

// The values of the braces, where the path is of that pattern.
std::optional<std::vector<std::string>> MatchPattern(std::string_view pattern, const std::vector<std::string_view>& path) {
  const std::vector<std::string_view> wanted = SegmentsOf(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  std::vector<std::string> parts;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].front() == '{') {
      parts.emplace_back(path[i]);
    } else if (wanted[i] != path[i]) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace

const std::vector<Api::Route>& Api::AllRoutes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/healthz", Permission::kAnyone, &Api::GetHealth},
      {"GET", "/readyz", Permission::kAnyone, &Api::GetReadiness},
      {"GET", "/metrics", Permission::kLook, &Api::GetMetrics},
      {"GET", "/v1/status", Permission::kLook, &Api::GetStatus},
      {"GET", "/v1/statistics", Permission::kLook, &Api::GetStatistics},
      {"GET", "/v1/talkers", Permission::kLook, &Api::ListTalkers},
      {"GET", "/v1/stream", Permission::kLook, &Api::GetStream},
      {"GET", "/v1/incidents", Permission::kLook, &Api::ListIncidents},
      {"GET", "/v1/incidents/{id}", Permission::kLook, &Api::GetIncident},
      {"PATCH", "/v1/incidents/{id}", Permission::kTriage, &Api::PatchIncident},
      {"POST", "/v1/incidents/{id}/comments", Permission::kTriage, &Api::PostComment},
      {"POST", "/v1/incidents/{id}/exceptions", Permission::kPolicy, &Api::PostException},
      {"POST", "/v1/incidents/{id}/no_match", Permission::kPolicy, &Api::PostNoMatch},
      {"PUT", "/v1/incidents/{id}/tags/{tag}", Permission::kTriage, &Api::PutTag},
      {"DELETE", "/v1/incidents/{id}/tags/{tag}", Permission::kTriage, &Api::DeleteTag},
      {"GET", "/v1/quarantines", Permission::kLook, &Api::ListQuarantines},
      {"POST", "/v1/quarantines", Permission::kQuarantine, &Api::PostQuarantine},
      {"DELETE", "/v1/quarantines/{id}", Permission::kQuarantine, &Api::DeleteQuarantine},
      {"GET", "/v1/policies", Permission::kLook, &Api::ListPolicies},
      {"POST", "/v1/policies", Permission::kPolicy, &Api::PostPolicy},
      {"GET", "/v1/policies/{id}", Permission::kLook, &Api::GetPolicy},
      {"POST", "/v1/policies/{id}/publication", Permission::kPolicy, &Api::PublishPolicy},
      {"PUT", "/v1/policies/{id}/trial", Permission::kPolicy, &Api::PutTrial},
      {"GET", "/v1/trial", Permission::kLook, &Api::GetTrial},
      {"DELETE", "/v1/trial", Permission::kPolicy, &Api::DeleteTrial},
      {"GET", "/v1/publications", Permission::kLook, &Api::ListPublications},
      {"POST", "/v1/publications/rollback", Permission::kPolicy, &Api::RollBackPolicy},
      {"GET", "/v1/evidence", Permission::kEvidence, &Api::ListEvidence},
      {"GET", "/v1/evidence/{id}", Permission::kEvidence, &Api::GetEvidence},
      {"GET", "/v1/tokens", Permission::kTokens, &Api::ListTokens},
      {"POST", "/v1/tokens", Permission::kTokens, &Api::PostToken},
      {"DELETE", "/v1/tokens/{name}", Permission::kTokens, &Api::DeleteToken},
      {"GET", "/v1/audit", Permission::kAudit, &Api::ListAudit},
      {"GET", "/v1/audit/verification", Permission::kAudit, &Api::VerifyAudit},
  };
  return kRoutes;
}

std::vector<std::string> Api::Routes() {
  std::vector<std::string> routes;
  for (const Route& route : AllRoutes()) routes.push_back(std::string(route.method) + " " + route.pattern);
  return routes;
}

Response Api::Handle(const Request& request) {
  Response response = Answer(request);
  CountAnswer(response.status);
  return response;
}

void Api::CountAnswer(int status) {
  counters_.api_requests.fetch_add(1);
  if (status == 401 || status == 403) counters_.api_requests_refused.fetch_add(1);
  else if (status >= 500) counters_.api_requests_failed.fetch_add(1);
  else if (status >= 400) counters_.api_requests_wrong.fetch_add(1);
}

Response Api::Answer(const Request& request) {
  const std::vector<std::string_view> path = SegmentsOf(request.path);
  bool path_known = false;
  for (const Route& route : AllRoutes()) {
    std::optional<std::vector<std::string>> parts = MatchPattern(route.pattern, path);
    if (!parts) continue;
    path_known = true;
    if (request.method != route.method) continue;
    if (route.permission != Permission::kAnyone) {
      if (!request.refusal.empty()) return Problem(401, request.refusal);
      if (!request.caller.role) return Problem(403, "the user " + request.caller.name + " has no role here");
      if (!May(*request.caller.role, route.permission)) {
        return Problem(403, "the role " + std::string(Name(*request.caller.role)) + " does not allow this; docs/api.md says which does");
      }
    }
    return (this->*route.handler)({request, std::move(*parts)});
  }
  return path_known ? Problem(405, "this path does not know the method") : Problem(404, "there is no such path; docs/api.md lists them");
}

Status Api::Audited(const Call& call, audit::Entry entry, const std::function<Status()>& act) const {
  entry.by = call.request.caller.by;
  if (Status written = rooms_.audit->Append(entry); !written) {
    return Error(ErrorCode::kIo, "nothing was changed, since it could not be written to the audit log: " + written.error().message());
  }
  Status done = act();
  if (done) return done;
  audit::Entry failed = entry;
  failed.action += ".failed";
  failed.detail = done.error().message();
  if (Status written = rooms_.audit->Append(failed); !written) return done.error().WithContext(written.error().message());
  return done;
}

}  // namespace sluice::api
