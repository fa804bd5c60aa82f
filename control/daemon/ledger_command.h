// `sluiced ledger`: what the account of departed documents says, and those of several appliances as one.
#pragma once

#include <CLI/CLI.hpp>

namespace sluice::daemon {

// Adds the subcommands; when one was chosen, its exit code stands in `exit_code` after parsing: 0, or 1 where a ledger could not be used.
void AddLedgerCommand(CLI::App& app, int& exit_code);

}  // namespace sluice::daemon
