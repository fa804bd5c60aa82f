#include "control/daemon/check_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "control/daemon/prepared_run.h"

namespace sluice::daemon {

void AddCheckCommand(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check", "every mistake of a configuration and its policy; touches no device");
  command->add_option("-c,--config", *path, "the configuration (sluice.yaml)")->required();
  command->callback([path, &exit_code] {
    const PreparedRun prepared = Prepare(*path);
    std::fputs(prepared.report.c_str(), stderr);
    // A run would start with it, and say so; but whoever checks wants to know before.
    for (const std::string& sentence : prepared.stale) std::fprintf(stderr, "%s: error: %s\n", path->c_str(), sentence.c_str());
    exit_code = prepared.ok() && prepared.stale.empty() ? 0 : 1;
    if (exit_code != 0) return;
    std::printf("%s: no errors\n%s\n%s\n", path->c_str(), DescribePolicy(*prepared.policy).c_str(),
                DescribeFailModes(*prepared.policy).c_str());
  });
}

}  // namespace sluice::daemon
