#include "control/daemon/run_command.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "base/log.h"
#include "control/config/config_reader.h"
#include "control/daemon/control_plane.h"
#include "control/daemon/crash_shelter.h"
#include "control/daemon/prepared_run.h"
#include "control/daemon/run_summary.h"
#include "control/daemon/running_appliance.h"
#include "control/daemon/service_notice.h"
#include "control/daemon/signals.h"
#include "control/daemon/stats_file.h"
#include "control/daemon/system_call_filter.h"
#include "control/ledger/ledger.h"
#include "dataplane/runtime/dataplane.h"

namespace sluice::daemon {
namespace {

using runtime::DataPlane;

constexpr std::chrono::milliseconds kLook{200};

struct RunOptions {
  std::string configuration;
  std::string ready_file;
};

// Lines for people go to standard output, unless records do.
class Console {
 public:
  explicit Console(const runtime::OutputOptions& output)
      : stream_(output.findings == "-" || output.objects == "-" || output.flows == "-" || output.stats == "-" ? stderr : stdout) {}

  void Print(const std::string& text) const {
    std::fputs(text.c_str(), stream_);
    if (text.empty() || text.back() != '\n') std::fputc('\n', stream_);
    std::fflush(stream_);
  }

 private:
  std::FILE* stream_;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "sluiced: %s\n", message.c_str());
  return 1;
}

// What people work with, where the configuration has it, and what they had held back; both stay empty where it has not.
struct Control {
  std::unique_ptr<ControlPlane> plane;
  std::shared_ptr<const verdict::QuarantineSet> held;
  std::shared_ptr<event::EvidenceRoom> evidence;

  // `prepared` then has the policy that was in force, where that is another one.
  Status Start(PreparedRun& prepared) {
    const config::Configuration& configuration = *prepared.configuration;
    if (!configuration.control) return {};
    Result<std::unique_ptr<ControlPlane>> started = ControlPlane::Start(*configuration.control, configuration.exports, configuration.data_plane.hosts);
    if (!started) return started.error();
    plane = std::move(*started);
    const deploy::DeploymentOptions deployment{configuration.control->directory, prepared.trusted, configuration.signatures};
    Result<std::shared_ptr<const bundle::Bundle>> policy = plane->ResumePolicy(deployment, std::move(prepared.policy), configuration.policy);
    if (!policy) return policy.error();
    prepared.policy = std::move(*policy);
    const bool is_inline = !configuration.data_plane.pairs.empty();
    Result<std::shared_ptr<const verdict::QuarantineSet>> begun = plane->BeginQuarantine(DataPlane::ThreadsOf(configuration.data_plane), is_inline);
    if (!begun) return begun.error();
    held = std::move(*begun);
    if (configuration.api) {
      if (Status door = plane->PrepareDoor(*configuration.api); !door) return door;
    }
    if (!configuration.evidence) return {};
    Result<std::shared_ptr<event::EvidenceRoom>> room = plane->OpenVault(*configuration.evidence, configuration.data_plane.workers.count);
    if (!room) return room.error();
    evidence = std::move(*room);
    return {};
  }
  event::RecordObserver* observer() const { return plane ? plane->observer() : nullptr; }
  Status OpenApi(RunningAppliance& appliance, DataPlane& data_plane) const {
    if (!plane) return {};
    return plane->OpenApi(appliance, appliance, [&data_plane](std::shared_ptr<const verdict::QuarantineSet> set) { return data_plane.HoldBack(std::move(set)); });
  }
};

// The files of the API over TLS once more, and the list of its clients as the configuration has it now.
void ReloadApi(const std::string& path, const PreparedRun& prepared, const Control& control, const Console& console) {
  if (!control.plane || !control.plane->has_door()) return;
  const config::LoadedConfiguration loaded = config::LoadConfiguration(path);
  const bool readable = loaded.configuration && loaded.configuration->api;
  if (!readable) LogError("the clients of the API are not reloaded, since the configuration has mistakes (`sluiced check`), or no 'api' any more");
  config::ApiOptions options = *prepared.configuration->api;
  if (readable) {
    options.clients = loaded.configuration->api->clients;
  } else {
    options.clients = control.plane->clients();
  }
  if (Status renewed = control.plane->RenewDoor(options); !renewed) {
    LogError(renewed.error().message());
    return;
  }
  console.Print("api: certificate and clients reloaded");
}

// The configuration's own policy file, once more.
void Reload(const PreparedRun& prepared, RunningAppliance& appliance, const Control& control, const Console& console) {
  const config::Configuration& configuration = *prepared.configuration;
  Result<std::shared_ptr<const bundle::Bundle>> policy = bundle::Load(configuration.policy, prepared.trusted, configuration.signatures);
  if (!policy) {
    LogError("policy not reloaded, the one before stays in force: " + policy.error().message());
    return;
  }
  const std::string description = DescribePolicy(**policy);
  Result<uint32_t> generation = control.plane ? control.plane->PublishFile(std::move(*policy), configuration.policy) : appliance.Publish(std::move(*policy));
  if (!generation) {
    LogError("policy not reloaded: " + generation.error().message());
    return;
  }
  console.Print("generation " + std::to_string(*generation) + ": " + description);
}

void SayReady(const RunOptions& options, const Console& console) {
  console.Print("ready");
  if (options.ready_file.empty()) return;
  std::ofstream ready(options.ready_file);
  if (!ready) LogError("--ready-file " + options.ready_file + " cannot be written");
}

// What the main thread serves: whoever asks by signals, and whoever is told.
struct Outside {
  const std::string& configuration_path;
  const Signals& signals;
  const Console& console;
  ServiceNotice& notice;
};

void Serve(const PreparedRun& prepared, const Control& control, const Outside& outside, DataPlane& data_plane, RunningAppliance& appliance) {
  const runtime::OutputOptions& output = prepared.configuration->data_plane.output;
  StatsFile stats(output.stats, output.stats_interval);
  for (Wish wish = Wish::kNone; wish != Wish::kStop; wish = outside.signals.Wait(kLook)) {
    if (wish == Wish::kReload) {
      outside.notice.Reloading();
      ReloadApi(outside.configuration_path, prepared, control, outside.console);
      Reload(prepared, appliance, control, outside.console);
      outside.notice.Ready();
    }
    data_plane.WatchLinks();
    const auto now = std::chrono::steady_clock::now();
    // Whoever watches over the process starts it again where it does not forward, or where what people work with has crashed.
    if (appliance.WorkersGoRound(now) && CrashShelter::crashes() == 0) outside.notice.Alive(now);
    if (stats.IsDue(now)) stats.Write(appliance.Counters(), now);
  }
}

int Finish(const config::Configuration& configuration, const Console& console, DataPlane& data_plane) {
  const Status stopped = data_plane.Stop();
  const pipeline::Totals totals = data_plane.Snapshot();
  const runtime::OutputOptions& output = configuration.data_plane.output;
  StatsFile(output.stats, output.stats_interval).Write(totals, std::chrono::steady_clock::now());
  console.Print("stopped");
  console.Print(Summarise(totals));
  return stopped ? 0 : Fail(stopped.error().message());
}

int Run(const RunOptions& options) {
  ServiceNotice notice;
  PreparedRun prepared = Prepare(options.configuration);
  std::fputs(prepared.report.c_str(), stderr);
  if (!prepared.ok()) return 1;
  const config::Configuration& configuration = *prepared.configuration;
  const Console console(configuration.data_plane.output);
  // Before anything is started, so that a signal in the middle of the start is not lost but comes first.
  const Signals signals;
  Control control;  // outlives the data plane, whose last findings it takes
  if (Status status = control.Start(prepared); !status) return Fail(status.error().message());
  console.Print(configuration.data_plane.pairs.empty() ? "mode: tap" : "mode: inline");
  console.Print(DescribePolicy(*prepared.policy));
  console.Print(DescribeFailModes(*prepared.policy));

  runtime::DataPlaneOptions data_plane = configuration.data_plane;
  data_plane.evidence = control.evidence;
  std::shared_ptr<ledger::Ledger> account;
  if (!configuration.ledger.empty()) {
    Result<std::shared_ptr<ledger::Ledger>> opened = ledger::Ledger::Open(configuration.ledger);
    if (!opened) return Fail(opened.error().message());
    account = std::move(*opened);
    account->Follow(prepared.policy);
    data_plane.departures = account;
  }

  const std::string digest(prepared.policy->digest());
  Result<std::unique_ptr<DataPlane>> started =
      DataPlane::Start(data_plane, std::move(prepared.policy), control.observer(), control.held);
  if (!started) return Fail(started.error().message());
  for (const std::string& line : (*started)->Describe()) console.Print(line);
  RunningAppliance appliance(**started, configuration.data_plane, digest, account);
  if (Status open = control.OpenApi(appliance, **started); !open) return Fail(open.error().message());
  if (configuration.control) console.Print("api: " + configuration.control->socket);
  if (configuration.api) {
    for (const config::ListenAddress& at : configuration.api->listen) {
      const bool six = at.host.find(':') != std::string::npos;
      console.Print("api: https://" + (six ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port));
    }
  }
  const SystemCallRules rules{.may_start_programs = !configuration.data_plane.decode.extraction.program.empty()};
  if (Status refused = RefuseSystemCalls(rules); !refused) return Fail(refused.error().message());
  SayReady(options, console);
  notice.Ready();
  {
    const CrashShelter shelter(DataPlane::OwnsThisThread);
    Serve(prepared, control, {options.configuration, signals, console, notice}, **started, appliance);
  }
  notice.Stopping();
  if (CrashShelter::crashes() > 0) {
    // What the stopped threads hold cannot be waited for.
    LogError("sluiced ends without its usual order: " + CrashShelter::Alarm());
    std::_Exit(1);
  }
  if (control.plane) control.plane->CloseApi();
  const int code = Finish(configuration, console, **started);
  if (!options.ready_file.empty()) std::remove(options.ready_file.c_str());
  return code;
}

}  // namespace

void AddRunCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "the appliance: inspects and forwards until SIGINT or SIGTERM; SIGHUP reloads the policy, and the certificates and clients of the API");
  command->add_option("-c,--config", options->configuration, "the configuration (sluice.yaml)")->required();
  command->add_option("--ready-file", options->ready_file, "made when packets are forwarded, removed at the end");
  command->callback([options, &exit_code] { exit_code = Run(*options); });
}

}  // namespace sluice::daemon
