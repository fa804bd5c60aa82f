// ControlPlane: what people work with while packets run: incidents, the audit log and the API, in a directory that is this
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
#include "control/incident/incident_recorder.h"
#include "control/incident/incident_store.h"

namespace sluice::daemon {

class ControlPlane {
 public:
  static Result<std::unique_ptr<ControlPlane>> Start(const config::ControlOptions& options, std::shared_ptr<const packet::HostNames> hosts);
  ~ControlPlane();
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  event::RecordObserver* observer() { return recorder_.get(); }
  // REQUIRES: the appliance outlives the call of CloseApi.
  Status OpenApi(api::Appliance& appliance);
  void CloseApi();

 private:
  explicit ControlPlane(const config::ControlOptions& options) : options_(options) {}

  const config::ControlOptions options_;

  int lock_ = -1;  // descriptor that holds the directory
  std::unique_ptr<incident::IncidentStore> incidents_;
  std::unique_ptr<incident::IncidentRecorder> recorder_;
  std::unique_ptr<audit::AuditLog> audit_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<api::LocalServer> server_;
};

}  // namespace sluice::daemon
