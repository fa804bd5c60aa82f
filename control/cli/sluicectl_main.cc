// sluicectl: the operator's command line, a client of the API. Options only; the work is in one file for each group of subcommands.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "base/completion/completion.h"
#include "control/cli/commands.h"

namespace {

constexpr int kBadUsage = 2;

int Main(int argc, char** argv) {
  CLI::App app("sluicectl: look at and run a Sluice appliance");
  app.name("sluicectl");
  app.require_subcommand(1);
  app.fallthrough();
  sluice::cli::Session session;
  sluice::cli::Endpoint& endpoint = session.endpoint;
  endpoint.socket = "/run/sluice/api.sock";
  CLI::Option* socket = app.add_option("--socket", endpoint.socket, "where sluiced listens: `socket` of its configuration")->envname("SLUICE_SOCKET")->capture_default_str();
  app.add_option("--server", endpoint.server, "an appliance over TLS instead, as https://HOST:PORT: `api: listen` of its configuration")->envname("SLUICE_SERVER")->excludes(socket);
  app.add_option("--ca", endpoint.authority, "with --server: a PEM file of the authority of its certificate; unless given, those that this system trusts")->envname("SLUICE_CA");
  app.add_option("--token-file", endpoint.token_file, "with --server: a file with the token to show; nobody else may read it")->envname("SLUICE_TOKEN_FILE");
  app.add_option("--cert", endpoint.certificate, "with --server: a PEM file with the client certificate to show")->envname("SLUICE_CERT");
  app.add_option("--key", endpoint.key, "with --cert: its key")->envname("SLUICE_KEY");
  app.add_flag("--json", session.json, "what the API said, as JSON");
  sluice::cli::AddStatusCommands(app, session);
  sluice::cli::AddTopCommand(app, session);
  sluice::cli::AddIncidentCommands(app, session);
  sluice::cli::AddQuarantineCommands(app, session);
  sluice::cli::AddPolicyCommands(app, session);
  sluice::cli::AddEvidenceCommands(app, session);
  sluice::cli::AddTokenCommands(app, session);
  sluice::cli::AddAuditCommands(app, session);
  sluice::completion::AddCommand(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadUsage;
  }
  return session.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sluicectl: %s\n", error.what());
    return 1;
  }
}
