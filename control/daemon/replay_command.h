// `sluiced replay`: the pipeline over capture files. Options to dataplane/replay, and its summary to stderr.
#pragma once

#include <CLI/CLI.hpp>

namespace sluice::daemon {

// Adds the subcommand; when it was chosen, its exit code stands in `exit_code` after parsing: 0, 1 where the run could not
// start or its output failed, 3 where a capture could not be read to its end (what could be read was processed).
void AddReplayCommand(CLI::App& app, int& exit_code);

}  // namespace sluice::daemon
