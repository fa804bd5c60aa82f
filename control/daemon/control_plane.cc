#include "control/daemon/control_plane.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "base/log.h"

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

Result<std::unique_ptr<ControlPlane>> ControlPlane::Start(const config::ControlOptions& options, const std::vector<config::ExportOptions>& exports,
                                                            std::shared_ptr<const packet::HostNames> hosts) {
  std::unique_ptr<ControlPlane> control(new ControlPlane(options));
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
  control->hosts_ = hosts;
  recorder.hosts = std::move(hosts);
  control->recorder_ = std::make_unique<incident::IncidentRecorder>(*control->incidents_, recorder);
  control->observers_.incidents = control->recorder_.get();
  Result<std::unique_ptr<quarantine::QuarantineBook>> quarantines = quarantine::QuarantineBook::Open(options.directory + "/quarantine.db");
  if (!quarantines) return quarantines.error();
  control->quarantines_ = std::move(*quarantines);
  Result<std::unique_ptr<audit::AuditLog>> audit = audit::AuditLog::Open(options.directory + "/audit.jsonl");
  if (!audit) return audit.error();
  control->audit_ = std::move(*audit);
  Result<std::unique_ptr<access::TokenStore>> tokens = access::TokenStore::Open(options.directory + "/tokens.db");
  if (!tokens) return tokens.error();
  control->tokens_ = std::move(*tokens);
  Result<std::unique_ptr<exports::ExportSet>> receivers = exports::ExportSet::Open(exports, options.directory + "/exports");
  if (!receivers) return receivers.error();
  control->exports_ = std::move(*receivers);
  control->observers_.exports = control->exports_.get();
  return control;
}

void ControlPlane::Observers::Observe(const event::Record& record, std::string_view json) noexcept {
  incidents->Observe(record, json);
  rules.Observe(record, json);
  talkers.Observe(record, json);
  if (quarantines != nullptr) quarantines->Observe(record, json);
  exports->Observe(record, json);
  if (evidence != nullptr) evidence->Observe(record, json);
}

Result<std::shared_ptr<event::EvidenceRoom>> ControlPlane::OpenVault(const config::EvidenceOptions& options, size_t workers) {
  const Result<evidence::SealingKey> key = evidence::ReadSealingKey(options.public_key);
  if (!key) return key.error();
  evidence::VaultOptions vault;
  vault.directory = options.directory;
  vault.key = *key;
  vault.keyed_digest = options.keyed_digest;
  vault.keep = options.keep;
  vault.max_bytes = options.max_bytes;
  vault.stop_when_full = options.stop_when_full;
  Result<std::unique_ptr<evidence::Vault>> opened = evidence::Vault::Open(vault);
  if (!opened) return opened.error();
  Result<std::shared_ptr<event::EvidenceRoom>> room = event::EvidenceRoom::Create(options.limits, workers);
  if (!room) return room;
  vault_ = std::move(*opened);
  vault_keeper_ = std::make_unique<evidence::VaultKeeper>(*vault_, *room);
  observers_.evidence = vault_keeper_.get();
  return room;
}

Result<std::shared_ptr<const verdict::QuarantineSet>> ControlPlane::BeginQuarantine(size_t threads, bool is_inline) {
  const Timestamp now = Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  Result<std::shared_ptr<const verdict::QuarantineSet>> held = quarantines_->Begin(threads, now);
  if (!held) return held;
  keeper_ = std::make_unique<quarantine::QuarantineKeeper>(*quarantines_, options_.quarantine_time);
  is_inline_ = is_inline;
  if (!is_inline_) return std::shared_ptr<const verdict::QuarantineSet>();
  observers_.quarantines = keeper_.get();
  // Without any, flows are not asked about.
  return (*held)->size() > 0 ? *held : nullptr;
}

Result<std::shared_ptr<const bundle::Bundle>> ControlPlane::ResumePolicy(const deploy::DeploymentOptions& options, std::shared_ptr<const bundle::Bundle> file,
                                                                         const std::string& path) {
  Result<std::unique_ptr<deploy::Deployment>> opened = deploy::Deployment::Open(options);
  if (!opened) return opened.error();
  deployment_ = std::move(*opened);
  return deployment_->Resume(std::move(file), path);
}

Result<uint32_t> ControlPlane::PublishFile(std::shared_ptr<const bundle::Bundle> file, const std::string& path) {
  const std::string digest(file->digest());
  if (Status written = audit_->Append({"sluiced", "policy.reload", digest, path}); !written) return written.error();
  const Result<deploy::Publication> published = deployment_->PublishFile(std::move(file), path);
  if (published) return published->generation;
  if (Status written = audit_->Append({"sluiced", "policy.reload.failed", digest, published.error().message()}); !written) LogError(written.error().message());
  return published.error();
}

Status ControlPlane::OpenApi(api::Appliance& appliance, deploy::Target& policies, quarantine::QuarantineBook::Publish hold_back) {
  if (is_inline_) quarantines_->Connect(std::move(hold_back));
  api::LocalServerOptions local;
  connections_refused_ = local.refused;
  api::Rooms rooms;
  rooms.appliance = &appliance;
  rooms.incidents = incidents_.get();
  rooms.recorder = recorder_.get();
  rooms.audit = audit_.get();
  rooms.quarantines = quarantines_.get();
  rooms.quarantine_counters = &keeper_->counters();
  rooms.exports = exports_.get();
  rooms.deployment = deployment_.get();
  rooms.vault = vault_.get();
  rooms.vault_keeper = vault_keeper_.get();
  rooms.rules = &observers_.rules;
  rooms.talkers = &observers_.talkers;
  rooms.hosts = hosts_;
  rooms.connections_refused = connections_refused_.get();
  rooms.tokens = tokens_.get();
  rooms.outer_door = door_.get();
  deployment_->Connect(&policies);
  api_ = std::make_unique<api::Api>(rooms);
  local.path = options_.socket;
  for (const config::ControlUser& user : options_.users) {
    // The configuration's words are the roles' names; a test holds them together.
    local.users.push_back({user.name, api::RoleFromName(user.role).value_or(api::Role::kViewer)});
  }
  Result<std::unique_ptr<api::LocalServer>> server =
      api::LocalServer::Start(local, [this](const api::Request& request) { return api_->Handle(request); });
  if (!server) {
    quarantines_->End();
    deployment_->Connect(nullptr);
    return server.error();
  }
  server_ = std::move(*server);
  if (!door_) return {};
  Status opened = door_->Open([this](const api::Request& request) { return api_->Handle(request); });
  if (!opened) CloseApi();
  return opened;
}

Status ControlPlane::PrepareDoor(const config::ApiOptions& options) {
  Result<std::unique_ptr<remote::RemoteDoor>> door = remote::RemoteDoor::Make(options, *tokens_);
  if (!door) return door.error();
  door_ = std::move(*door);
  clients_ = options.clients;
  for (const std::string& alarm : door_->Alarms()) LogWarning(alarm);
  return {};
}

Status ControlPlane::RenewDoor(const config::ApiOptions& options) {
  const std::string who = std::to_string(options.clients.size()) + " clients";
  if (Status written = audit_->Append({"sluiced", "api.reload", options.certificate, who}); !written) return written;
  Status renewed = door_->Renew(options);
  if (renewed) {
    clients_ = options.clients;
    return renewed;
  }
  if (Status written = audit_->Append({"sluiced", "api.reload.failed", options.certificate, renewed.error().message()}); !written) LogError(written.error().message());
  return renewed;
}

void ControlPlane::CloseApi() {
  if (incidents_) incidents_->feed().Close();
  if (door_) door_->Close();
  server_.reset();
  api_.reset();
  if (deployment_) deployment_->Connect(nullptr);
  if (quarantines_) quarantines_->End();
}

ControlPlane::~ControlPlane() {
  CloseApi();
  door_.reset();
  exports_.reset();
  keeper_.reset();
  recorder_.reset();
  incidents_.reset();
  if (lock_ >= 0) close(lock_);
}

}  // namespace sluice::daemon
