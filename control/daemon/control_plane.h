// ControlPlane: what people work with while packets run: incidents, quarantines, the audit log and the API, in a directory that is this
// process's alone.
//
// Started before the data plane, whose findings it takes; the API is open while packets run; gone after the data plane.
// Thread: main. Allocates: yes. Failure: Start says which directory, file or socket cannot be used; a corrupt database or log is set
// aside and is an alarm.
#pragma once

#include <memory>

#include "control/api/api.h"
#include "control/api/local_server.h"
#include "control/audit/audit_log.h"
#include "control/config/configuration.h"
#include "control/deploy/deployment.h"
#include "control/exports/export_set.h"
#include "control/incident/incident_recorder.h"
#include "control/incident/incident_store.h"
#include "control/quarantine/quarantine_keeper.h"
#include "control/remote/remote_door.h"

namespace sluice::daemon {

class ControlPlane {
 public:
  static Result<std::unique_ptr<ControlPlane>> Start(const config::ControlOptions& options, const std::vector<config::ExportOptions>& exports,
                                                       std::shared_ptr<const packet::HostNames> hosts);
  ~ControlPlane();
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  // Which policy is to be in force at the start: the one that was, or the configuration's own `file`, loaded from `path`. Once.
  Result<std::shared_ptr<const bundle::Bundle>> ResumePolicy(const deploy::DeploymentOptions& options, std::shared_ptr<const bundle::Bundle> file,
                                                             const std::string& path);
  // The configuration's own policy was changed. REQUIRES: OpenApi was called.
  Result<uint32_t> PublishFile(std::shared_ptr<const bundle::Bundle> file, const std::string& path);
  // What must be held back from the first packet on, by a data plane of so many threads; null where there is nothing, as on a tap,
  // which can hold nothing back.
  Result<std::shared_ptr<const verdict::QuarantineSet>> BeginQuarantine(size_t threads, bool is_inline);
  // The vault, and where that many workers put what it is to keep. Before `observer` is used.
  Result<std::shared_ptr<event::EvidenceRoom>> OpenVault(const config::EvidenceOptions& options, size_t workers);
  // Of the data plane's findings. REQUIRES: BeginQuarantine was called.
  event::RecordObserver* observer() { return &observers_; }
  // REQUIRES: the appliance, the target of policies and what `hold_back` works with outlive the call of CloseApi.
  Status OpenApi(api::Appliance& appliance, deploy::Target& policies, quarantine::QuarantineBook::Publish hold_back);
  void CloseApi();
  // The API over TLS as well; call before OpenApi.
  Status PrepareDoor(const config::ApiOptions& options);
  // Its files anew, and its clients as `options` has them now. In the audit log; an error leaves all as it was. REQUIRES: PrepareDoor.
  Status RenewDoor(const config::ApiOptions& options);
  // Those in force.
  const std::vector<config::ApiClient>& clients() const { return clients_; }
  bool has_door() const { return door_ != nullptr; }

 private:
  // Each finding goes to all of them.
  struct Observers final : event::RecordObserver {
    void Observe(const event::Record& record, std::string_view json) noexcept override;
    void ObserveFlow(const event::Record& record) noexcept override { talkers.ObserveFlow(record); }
    event::RecordObserver* incidents = nullptr;
    metrics::RuleTally rules;
    metrics::Talkers talkers;
    event::RecordObserver* quarantines = nullptr;  // nullptr on a tap, where nothing can be held back
    event::RecordObserver* exports = nullptr;
    event::RecordObserver* evidence = nullptr;  // nullptr: there is no vault
  };

  explicit ControlPlane(const config::ControlOptions& options) : options_(options) {}

  const config::ControlOptions options_;
  bool is_inline_ = false;
  std::shared_ptr<const packet::HostNames> hosts_;

  int lock_ = -1;  // descriptor that holds the directory
  std::unique_ptr<incident::IncidentStore> incidents_;
  std::unique_ptr<incident::IncidentRecorder> recorder_;
  std::unique_ptr<quarantine::QuarantineBook> quarantines_;
  std::unique_ptr<quarantine::QuarantineKeeper> keeper_;
  std::unique_ptr<exports::ExportSet> exports_;
  std::unique_ptr<evidence::Vault> vault_;
  std::unique_ptr<evidence::VaultKeeper> vault_keeper_;
  Observers observers_;
  std::unique_ptr<audit::AuditLog> audit_;
  std::unique_ptr<deploy::Deployment> deployment_;
  std::shared_ptr<std::atomic<uint64_t>> connections_refused_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<api::LocalServer> server_;
  std::unique_ptr<access::TokenStore> tokens_;
  std::unique_ptr<remote::RemoteDoor> door_;
  std::vector<config::ApiClient> clients_;  // of the door
};

}  // namespace sluice::daemon
