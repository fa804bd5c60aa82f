// What the control plane carries: see perf/README.md.
//
//   control_perf storm   findings at a rate: what the worker pays for them, what becomes of them, what is lost
//   control_perf pages   pages of a store of many incidents, by filter
#include <CLI/CLI.hpp>

#include "perf/control/measured.h"

int main(int argc, char** argv) {
  CLI::App app{"What the control plane carries", "control_perf"};
  app.require_subcommand(1);
  std::string folder = std::filesystem::temp_directory_path();
  app.add_option("--work", folder, "A folder with room for the databases; what is made there is removed again")->check(CLI::ExistingDirectory);
  sluice::perf::StormOptions storm{{}, 100'000, 60, 1000};
  CLI::App* with_findings = app.add_subcommand("storm", "Findings at a rate");
  with_findings->add_option("--rate", storm.rate, "Findings a second")->check(CLI::Range(1000, 10'000'000));
  with_findings->add_option("--seconds", storm.seconds, "For how long")->check(CLI::Range(1, 3600));
  with_findings->add_option("--subjects", storm.subjects, "Clients that they are about")->check(CLI::Range(1, 1 << 24));
  sluice::perf::PagesOptions pages{{}, 10'000'000, 9, ""};
  CLI::App* of_incidents = app.add_subcommand("pages", "Pages of a store of many incidents");
  of_incidents->add_option("--incidents", pages.incidents, "How many; a kilobyte each")->check(CLI::Range(1000, 100'000'000));
  of_incidents->add_option("--rounds", pages.rounds, "Turns of each question")->check(CLI::Range(1, 1000));
  of_incidents->add_option("--store", pages.store, "Incidents that this program wrote before, in place of new ones")->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  storm.folder = pages.folder = folder;
  if (with_findings->parsed()) sluice::perf::MeasureStorm(storm);
  if (of_incidents->parsed()) sluice::perf::MeasurePages(pages);
}
