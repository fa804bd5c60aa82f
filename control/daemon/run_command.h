// `sluiced run`: the appliance, from its start to its orderly end. SIGINT and SIGTERM end it, SIGHUP reloads the policy.
#pragma once

#include <CLI/CLI.hpp>

namespace sluice::daemon {

// Adds the subcommand; when it was chosen, its exit code stands in `exit_code` after parsing: 0 after an orderly end, 1 where
// the run could not start or lost records at its end.
void AddRunCommand(CLI::App& app, int& exit_code);

}  // namespace sluice::daemon
