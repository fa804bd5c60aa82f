// sluicectl audit: who did what, and whether the log of it is whole.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "base/visible_text.h"
#include "control/cli/commands.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;

std::string ActorOf(const Json& entry) {
  const std::string actor = entry["actor"], by = entry.value("by", "");
  return by.empty() ? actor : actor + " (" + by + ")";
}

void ShowEntries(const std::string& body) {
  TextTable table({"SEQ", "TIME", "ACTOR", "ACTION", "TARGET", "DETAIL"});
  const Json answer = Json::parse(body);
  for (const Json& entry : answer["entries"]) {
    table.Add({std::to_string(entry["seq"].get<uint64_t>()), entry["time"].get<std::string>().substr(0, 19), ActorOf(entry), entry["action"], entry["target"],
               entry["detail"]});
  }
  std::fputs(table.Render().c_str(), stdout);
}

// Exit code 1 where the log is not whole, so that a script sees it.
void Verify(Session& session, const std::string& met) {
  const Result<std::string> answer = session.client().Get("/v1/audit/verification" + Query({{"met", met}}));
  session.Print(answer, [](const std::string& body) {
    const Json seen = Json::parse(body);
    std::printf("%lu entries hold together; the last one is %s\n", seen["entries"].get<uint64_t>(), seen["head"].get<std::string>().c_str());
    if (!seen["intact"].get<bool>()) std::printf("BROKEN: %s\n", VisibleText(seen["fault"].get<std::string>()).c_str());
    if (seen.contains("met")) std::printf("%s\n", seen["met"].get<bool>() ? "the entry that was asked for is among them" : "BROKEN: the entry that was asked for is not among them");
  });
  if (!answer) return;
  const Json seen = Json::parse(*answer);
  if (!seen["intact"].get<bool>() || !seen.value("met", true)) session.exit_code = 1;
}

}  // namespace

void AddAuditCommands(CLI::App& app, Session& session) {
  CLI::App* audit = app.add_subcommand("audit", "who did what");
  audit->require_subcommand(1);
  auto limit = std::make_shared<std::string>();
  CLI::App* list = audit->add_subcommand("list", "the last entries");
  list->add_option("--limit", *limit, "how many (100)");
  list->callback([&session, limit] { session.Print(session.client().Get("/v1/audit" + Query({{"limit", *limit}})), ShowEntries); });
  auto met = std::make_shared<std::string>();
  CLI::App* verify = audit->add_subcommand("verify", "whether the log holds together; exit code 1 where it does not");
  verify->add_option("--met", *met, "a digest noted earlier, which must be that of some entry");
  verify->callback([&session, met] { Verify(session, *met); });
}

}  // namespace sluice::cli
