// sluicectl quarantine: what is held back, more of it, and letting go.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "control/cli/commands.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;

std::string TextOf(const Json& object, const char* key) { return object.value(key, std::string()); }

void AddRow(const Json& entry, TextTable& table) {
  const std::string source = TextOf(entry, "source") + TextOf(entry, "flow"), until = TextOf(entry, "until");
  table.Add({std::to_string(entry["id"].get<int64_t>()), TextOf(entry, "kind"), source.empty() ? "any" : source,
             TextOf(entry, "destination").empty() ? "any" : TextOf(entry, "destination"), until.empty() ? "released" : until.substr(0, 19),
             std::to_string(entry["dropped_packets"].get<uint64_t>()), TextOf(entry, "author"), TextOf(entry, "reason")});
}

void Show(const std::string& body) {
  const Json answer = Json::parse(body);
  TextTable table({"ID", "KIND", "SOURCE OR FLOW", "DESTINATION", "UNTIL (UTC)", "PACKETS", "BY", "WHY"});
  if (answer.contains("quarantines")) {
    for (const Json& entry : answer["quarantines"]) AddRow(entry, table);
  } else {
    AddRow(answer, table);
  }
  std::fputs(table.Render().c_str(), stdout);
}

struct Wanted {
  std::string id, source, destination, flow, reason;
  uint64_t minutes = 0;
};

// The kind follows from what was given.
std::string BodyOf(const Wanted& wanted) {
  const char* kind = !wanted.flow.empty() ? "flow" : wanted.source.empty() ? "destination" : wanted.destination.empty() ? "source" : "pair";
  Json body{{"kind", kind}};
  for (const auto& [name, value] : {std::pair("source", &wanted.source), {"destination", &wanted.destination}, {"flow", &wanted.flow}, {"reason", &wanted.reason}}) {
    if (!value->empty()) body[name] = *value;
  }
  if (wanted.minutes > 0) body["minutes"] = wanted.minutes;
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void AddQuarantineCommands(CLI::App& app, Session& session) {
  CLI::App* quarantine = app.add_subcommand("quarantine", "what is held back");
  quarantine->require_subcommand(1);
  quarantine->add_subcommand("list", "all of it, and what was dropped since")->callback([&session] {
    session.Print(session.client().Get("/v1/quarantines"), Show);
  });
  auto wanted = std::make_shared<Wanted>();
  CLI::App* add = quarantine->add_subcommand("add", "hold back a source, a destination, the way between two, or one conversation");
  add->add_option("--source", wanted->source, "address of whoever opens conversations");
  add->add_option("--destination", wanted->destination, "address that they are opened to");
  add->add_option("--flow", wanted->flow, "16 digits, as findings name it");
  add->add_option("--reason", wanted->reason, "why");
  add->add_option("--minutes", wanted->minutes, "for how long; until released unless given");
  add->callback([&session, wanted] { session.Print(session.client().Send("POST", "/v1/quarantines", BodyOf(*wanted)), Show); });
  CLI::App* release = quarantine->add_subcommand("release", "let go");
  release->add_option("id", wanted->id, "its number")->required();
  release->callback([&session, wanted] { session.Print(session.client().Send("DELETE", "/v1/quarantines/" + Segment(wanted->id), ""), Show); });
}

}  // namespace sluice::cli
