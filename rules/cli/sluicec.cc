// sluicec: the rule compiler. Reads packs, says what is wrong with them, and makes bundles for sluiced.
#include <CLI/CLI.hpp>

#include "rules/cli/commands.h"

namespace {

constexpr int kBadUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The Sluice rule compiler", "sluicec"};
  app.require_subcommand(1);
  std::vector<std::string> paths;
  std::string output, what;

  CLI::App* check = app.add_subcommand("check", "Report every mistake in packs");
  check->add_option("PATH", paths, "A pack or a folder of packs")->required();
  CLI::App* compile = app.add_subcommand("compile", "Compile packs into a bundle, after trying their own examples");
  compile->add_option("PATH", paths, "A pack or a folder of packs")->required();
  compile->add_option("-o,--output", output, "Where the bundle goes")->required();
  CLI::App* test = app.add_subcommand("test", "Try the rules' own examples");
  test->add_option("PATH", paths, "A pack or a folder of packs")->required();
  CLI::App* scan = app.add_subcommand("scan", "Look through files at rest");
  std::string policy;
  scan->add_option("--policy", policy, "A bundle")->required();
  scan->add_option("PATH", paths, "A file, a folder, or - for standard input")->required();
  CLI::App* explain = app.add_subcommand("explain", "Explain a bundle, or a diagnostic code such as SL1003");
  explain->add_option("WHAT", what, "A bundle or a code")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadUsage;
  }
  if (check->parsed()) return sluice::cli::RunCheck(paths);
  if (compile->parsed()) return sluice::cli::RunCompile(paths, output);
  if (test->parsed()) return sluice::cli::RunTest(paths);
  if (scan->parsed()) return sluice::cli::RunScan(policy, paths);
  return sluice::cli::RunExplain(what);
}
