// ControlPlane: what people work with while packets run: incidents on disk, in a directory that is this process's alone.
//
// Started before the data plane, whose findings it takes, and gone after it. Thread: main. Allocates: yes.
// Failure: Start says which directory or database cannot be used; a corrupt database is set aside and is an alarm.
#pragma once

#include <memory>

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

 private:
  ControlPlane() = default;

  int lock_ = -1;  // descriptor that holds the directory
  std::unique_ptr<incident::IncidentStore> incidents_;
  std::unique_ptr<incident::IncidentRecorder> recorder_;
};

}  // namespace sluice::daemon
