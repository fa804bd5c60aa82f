#include "control/daemon/control_plane.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace sluice::daemon {
namespace {

// Made for the daemon alone. The descriptor returned holds it until it is closed, also by a crash.
Result<int> TakeDirectory(const std::string& path) {
  std::error_code failed;
  const bool made = std::filesystem::create_directories(path, failed);
  if (failed) return Error::FromErrno(failed.value(), "control: directory " + path);
  if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, failed);
  const std::string file = path + "/lock";
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return Error::FromErrno(errno, "control: " + file);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  if (error != EWOULDBLOCK) return Error::FromErrno(error, "control: " + file);
  return Error(ErrorCode::kResourceExhausted, "control: directory " + path + " is taken by another sluiced");
}

}  // namespace

Result<std::unique_ptr<ControlPlane>> ControlPlane::Start(const config::ControlOptions& options, std::shared_ptr<const packet::HostNames> hosts) {
  std::unique_ptr<ControlPlane> control(new ControlPlane());
  Result<int> lock = TakeDirectory(options.directory);
  if (!lock) return lock.error();
  control->lock_ = *lock;
  incident::StoreOptions store;
  store.path = options.directory + "/incidents.db";
  store.window = options.incident_window;
  store.keep = options.keep_incidents;
  store.max_bytes = options.incident_bytes;
  Result<std::unique_ptr<incident::IncidentStore>> incidents = incident::IncidentStore::Open(store);
  if (!incidents) return incidents.error();
  control->incidents_ = std::move(*incidents);
  incident::RecorderOptions recorder;
  recorder.hosts = std::move(hosts);
  control->recorder_ = std::make_unique<incident::IncidentRecorder>(*control->incidents_, recorder);
  return control;
}

ControlPlane::~ControlPlane() {
  recorder_.reset();
  incidents_.reset();
  if (lock_ >= 0) close(lock_);
}

}  // namespace sluice::daemon
