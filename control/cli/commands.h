// The subcommands of sluicectl. Each asks the API and prints: a table or lines for people, or with --json what the server said.
//
// Thread: one. Failure: the sentence on standard error and exit code 1.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "control/cli/api_client.h"

namespace sluice::cli {

// Of every subcommand.
struct Session {
  Endpoint endpoint;
  bool json = false;
  int exit_code = 0;

  ApiClient client() const { return ApiClient(endpoint); }
  // Prints the answer as it is with --json, and else by `show`; or the error.
  void Print(const Result<std::string>& answer, const std::function<void(const std::string&)>& show);
  void Fail(const Error& error);
};

void AddStatusCommands(CLI::App& app, Session& session);      // status, coverage
void AddTopCommand(CLI::App& app, Session& session);          // top
void AddIncidentCommands(CLI::App& app, Session& session);    // incidents list|show|state|assign|comment|tag|untag|except|no-match|watch
void AddQuarantineCommands(CLI::App& app, Session& session);  // quarantine add|list|release
void AddPolicyCommands(CLI::App& app, Session& session);      // policy list|show|upload|shadow|publish|rollback|history
void AddEvidenceCommands(CLI::App& app, Session& session);    // evidence list|fetch|new-key|open
void AddTokenCommands(CLI::App& app, Session& session);       // tokens add|list|revoke
void AddAuditCommands(CLI::App& app, Session& session);       // audit list|verify

}  // namespace sluice::cli
