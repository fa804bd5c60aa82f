// sluiced: the appliance, its configuration check, and replay. Options only; the work is in one file for each subcommand.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "base/completion/completion.h"
#include "control/daemon/check_command.h"
#include "control/daemon/ledger_command.h"
#include "control/daemon/replay_command.h"
#ifdef SLUICE_HAS_DPDK
#include "control/daemon/run_command.h"
#endif

namespace {

constexpr int kBadUsage = 2;

int Main(int argc, char** argv) {
  CLI::App app("Sluice: stops what must not leave");
  app.name("sluiced");
  app.require_subcommand(1);
  int exit_code = 0;
#ifdef SLUICE_HAS_DPDK
  sluice::daemon::AddRunCommand(app, exit_code);
#endif
  sluice::daemon::AddCheckCommand(app, exit_code);
  sluice::daemon::AddReplayCommand(app, exit_code);
  sluice::daemon::AddLedgerCommand(app, exit_code);
  sluice::completion::AddCommand(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadUsage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sluiced: %s\n", error.what());
    return 1;
  }
}
