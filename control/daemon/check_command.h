// `sluiced check`: every mistake of a configuration and of the policy it names, touching no device.
#pragma once

#include <CLI/CLI.hpp>

namespace sluice::daemon {

// Adds the subcommand; when it was chosen, its exit code stands in `exit_code` after parsing: 0 clean, 1 errors.
void AddCheckCommand(CLI::App& app, int& exit_code);

}  // namespace sluice::daemon
