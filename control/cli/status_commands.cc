// sluicectl status and coverage.
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
}

}  // namespace sluice::cli
