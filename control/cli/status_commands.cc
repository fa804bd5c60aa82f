// sluicectl status, coverage and rules.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "base/visible_text.h"
#include "control/cli/commands.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;

void ShowStatus(const std::string& body) {
  const Json status = Json::parse(body);
  const Json& policy = status["policy"];
  std::printf("forwards   %s, %s\n", status["forwards"].get<bool>() ? "yes" : "no", status["mode"].get<std::string>().c_str());
  std::printf("since      %s\n", status["started"].get<std::string>().substr(0, 19).c_str());
  std::printf("policy     %s, generation %lu\n", policy["digest"].get<std::string>().substr(0, 16).c_str(), policy["generation"].get<uint64_t>());
  for (const auto& [name, value] : status["counters"].items()) std::printf("%-28s %lu\n", name.c_str(), value.get<uint64_t>());
  for (const Json& one : status["exports"]) {
    std::printf("export     %s: %lu delivered, %lu wait\n", one["name"].get<std::string>().c_str(), one["delivered"].get<uint64_t>(), one["waiting"].get<uint64_t>());
  }
  if (status["alarms"].empty()) std::printf("alarms     none\n");
  for (const Json& alarm : status["alarms"]) std::printf("ALARM      %s\n", VisibleText(alarm.get<std::string>()).c_str());
}

std::string Share(uint64_t part, uint64_t whole) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f %%", whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

void ShowCoverage(const std::string& body) {
  const Json statistics = Json::parse(body);
  const Json& coverage = statistics["coverage"];
  const uint64_t bytes = statistics["bytes"].get<uint64_t>();
  TextTable table({"FATE", "BYTES", "SHARE"});
  const auto add = [&](const std::string& name, uint64_t value) { table.Add({name, std::to_string(value), Share(value, bytes)}); };
  add("inspected", coverage["inspected_bytes"].get<uint64_t>());
  add("decoded", coverage["decoded_bytes"].get<uint64_t>());
  for (const auto& [reason, value] : coverage["not_inspected"].items()) add("not: " + reason, value.get<uint64_t>());
  add("received", bytes);
  std::fputs(table.Render().c_str(), stdout);
}

// The most expensive first. Time is of all workers since the start, and so is what it is a share of.
void ShowRules(const std::string& body) {
  const Json statistics = Json::parse(body);
  double busy = 0;
  for (const Json& worker : statistics["worker_busy_seconds"]) busy += worker.get<double>();
  struct Row {
    std::string rule;
    uint64_t hits = 0, confirmed = 0;
    double seconds = 0;
  };
  std::vector<Row> rows;
  const Json rules = statistics.value("rules", Json::object());
  for (const auto& [rule, cost] : rules.items()) {
    rows.push_back({rule, cost["hits"].get<uint64_t>(), cost["confirmed"].get<uint64_t>(), cost["seconds"].get<double>()});
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds != b.seconds ? a.seconds > b.seconds : a.rule < b.rule; });
  TextTable table({"RULE", "HITS", "CONFIRMED", "SECONDS", "OF BUSY TIME"});
  for (const Row& row : rows) {
    char seconds[32], share[16];
    std::snprintf(seconds, sizeof seconds, "%.6f", row.seconds);
    std::snprintf(share, sizeof share, "%.3f %%", busy > 0 ? 100 * row.seconds / busy : 0.0);
    table.Add({VisibleText(row.rule), std::to_string(row.hits), std::to_string(row.confirmed), seconds, share});
  }
  std::fputs(rows.empty() ? "no rule had a hit yet\n" : table.Render().c_str(), stdout);
}

}  // namespace

void Session::Fail(const Error& error) {
  std::fprintf(stderr, "sluicectl: %s\n", VisibleText(error.message()).c_str());
  exit_code = 1;
}

void Session::Print(const Result<std::string>& answer, const std::function<void(const std::string&)>& show) {
  if (!answer) return Fail(answer.error());
  if (json) {
    std::printf("%s\n", answer->c_str());
  } else {
    show(*answer);
  }
}

void AddStatusCommands(CLI::App& app, Session& session) {
  app.add_subcommand("status", "whether packets are forwarded, by which policy, and what needs attention")->callback([&session] {
    session.Print(session.client().Get("/v1/status"), ShowStatus);
  });
  app.add_subcommand("coverage", "what became of every byte that was received")->callback([&session] {
    session.Print(session.client().Get("/v1/statistics"), ShowCoverage);
  });
  app.add_subcommand("rules", "what each rule takes of the workers' time, the most expensive first")->callback([&session] {
    session.Print(session.client().Get("/v1/statistics"), ShowRules);
  });
}

}  // namespace sluice::cli
