// Api: from a request to its answer: finds the route, asks whether the caller may, and lets the route's room answer.
//
// docs/openapi.json describes every route; a test holds the two against each other. What changes anything is in the audit log before
// it happens, or does not happen. Thread: any. Allocates: yes. Failure: every error is a problem (message.h).
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "control/access/token_store.h"
#include "control/api/appliance.h"
#include "control/api/message.h"
#include "control/api/outer_door.h"
#include "control/audit/audit_log.h"
#include "control/deploy/deployment.h"
#include "control/evidence/vault_keeper.h"
#include "control/exports/export_set.h"
#include "control/incident/incident_recorder.h"
#include "control/incident/incident_store.h"
#include "control/metrics/exposition.h"
#include "control/metrics/talkers.h"
#include "control/quarantine/quarantine_book.h"
#include "control/quarantine/quarantine_keeper.h"
#include "dataplane/packet/host_names.h"

namespace sluice::api {

// What the routes work with. All outlive the Api.
struct Rooms {
  Appliance* appliance = nullptr;
  incident::IncidentStore* incidents = nullptr;
  incident::IncidentRecorder* recorder = nullptr;
  audit::AuditLog* audit = nullptr;
  quarantine::QuarantineBook* quarantines = nullptr;
  const quarantine::KeeperCounters* quarantine_counters = nullptr;
  const exports::ExportSet* exports = nullptr;  // may stay so
  deploy::Deployment* deployment = nullptr;
  evidence::Vault* vault = nullptr;             // may stay so, like its keeper
  const evidence::VaultKeeper* vault_keeper = nullptr;
  const metrics::RuleTally* rules = nullptr;
  const metrics::Talkers* talkers = nullptr;
  std::shared_ptr<const packet::HostNames> hosts;  // null: no host has a name
  const std::atomic<uint64_t>* connections_refused = nullptr;  // at the Unix socket
  access::TokenStore* tokens = nullptr;
  const OuterDoor* outer_door = nullptr;  // may stay so: the API is not served over TLS
};

// Each as named in docs/metrics.md.
struct ApiCounters {
  std::atomic<uint64_t> api_requests{0};
  std::atomic<uint64_t> api_requests_refused{0};  // the caller may not
  std::atomic<uint64_t> api_requests_wrong{0};    // not as the API describes them
  std::atomic<uint64_t> api_requests_failed{0};   // a fault, a full disk
};

class Api {
 public:
  explicit Api(const Rooms& rooms) : rooms_(rooms) {}

  Response Handle(const Request& request);

  // Streams under way at a time, by each door.
  static constexpr int kMaxStreams = 8;

  // "GET /v1/incidents/{id}", for the test that compares them with the document.
  static std::vector<std::string> Routes();

  // A call of a route: the request and the values of the braces in its path.
  struct Call {
    const Request& request;
    std::vector<std::string> parts;
  };

 private:
  struct Route {
    const char* method;
    const char* pattern;
    Permission permission;
    Response (Api::*handler)(const Call&);
  };
  static const std::vector<Route>& AllRoutes();

  Response Answer(const Request& request);
  void CountAnswer(int status);
  Response GetHealth(const Call& call);
  Response GetReadiness(const Call& call);
  Response GetStatus(const Call& call);
  Response GetStatistics(const Call& call);
  Response GetMetrics(const Call& call);
  Response GetStream(const Call& call);
  Response ListIncidents(const Call& call);
  Response GetIncident(const Call& call);
  Response PatchIncident(const Call& call);
  Response PostComment(const Call& call);
  Response PutTag(const Call& call);
  Response DeleteTag(const Call& call);
  Response ListQuarantines(const Call& call);
  Response PostQuarantine(const Call& call);
  Response DeleteQuarantine(const Call& call);
  Response ListPolicies(const Call& call);
  Response PostPolicy(const Call& call);
  Response GetPolicy(const Call& call);
  Response PublishPolicy(const Call& call);
  Response RollBackPolicy(const Call& call);
  Response ListPublications(const Call& call);
  Response PostException(const Call& call);
  Response PostNoMatch(const Call& call);
  Response PutTrial(const Call& call);
  Response GetTrial(const Call& call);
  Response DeleteTrial(const Call& call);
  Response ListTalkers(const Call& call);
  Response ListEvidence(const Call& call);
  Response GetEvidence(const Call& call);
  Response ListTokens(const Call& call);
  Response PostToken(const Call& call);
  Response DeleteToken(const Call& call);
  Response ListAudit(const Call& call);
  Response VerifyAudit(const Call& call);

  // The incident that the first part of the path names; an error is the answer.
  Result<incident::Incident> IncidentOf(const Call& call) const;
  Response Render(const incident::Incident& incident, const Call& call) const;
  Response ChangeIncident(const Call& call, const audit::Entry& entry, const std::function<Status()>& act);
  // What the vault has for the incident, or why it has nothing.
  Result<std::vector<evidence::Evidence>> EvidenceOf(const incident::Incident& incident) const;
  // The policy that the first part of the path names.
  static Result<deploy::VersionId> PolicyIdOf(const Call& call);
  Response RenderPolicy(int status, const deploy::Version& version) const;
  // Takes in the policy in force as `amend` makes it, for the sake of an incident.
  Response KeepAmended(const Call& call, const incident::Incident& incident, const audit::Entry& entry, const deploy::Deployment::Amend& amend);
  Response PutInForce(const Call& call, const std::string& action, const std::string& target,
                      const std::function<Result<deploy::Publication>(const std::string& author)>& act);
  // Writes the entry and then acts; a failed act gets a second entry.
  Status Audited(const Call& call, audit::Entry entry, const std::function<Status()>& act) const;
  std::vector<std::string> Alarms() const;
  // Of the control plane, by their documented names.
  std::vector<metrics::Count> Counts() const;

  const Rooms rooms_;
  std::array<std::atomic<int>, static_cast<size_t>(Door::kCount)> streams_{};
  ApiCounters counters_;
};

}  // namespace sluice::api
