// sluicectl incidents: what happened, and the work of people on it.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "base/visible_text.h"
#include "control/cli/commands.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kUsualPage = 50;  // as the server gives it where nobody says how many

std::string TextOf(const Json& object, const char* key) { return object.value(key, std::string()); }

std::string ClientOf(const Json& incident) {
  const Json& client = incident["client"];
  const std::string name = TextOf(client, "name");
  return TextOf(client, "ip") + (name.empty() ? "" : " (" + name + ")");
}

std::string DestinationOf(const Json& incident) {
  const Json& destination = incident["destination"];
  return TextOf(destination, "ip") + " " + std::to_string(destination["port"].get<int>());
}

void ShowList(const std::string& body) {
  const Json page = Json::parse(body);
  TextTable table({"ID", "LAST (UTC)", "SEVERITY", "STATE", "ACTION", "RULE", "CLIENT", "DESTINATION", "FOUND", "DOCUMENT"});
  for (const Json& incident : page["incidents"]) {
    table.Add({std::to_string(incident["id"].get<int64_t>()), TextOf(incident, "last").substr(0, 19), TextOf(incident, "severity"), TextOf(incident, "state"),
               TextOf(incident, "action"), TextOf(incident, "rule"), ClientOf(incident), DestinationOf(incident),
               std::to_string(incident["findings"].get<uint64_t>()), TextOf(incident["document"], "name")});
  }
  std::fputs(table.Render().c_str(), stdout);
  if (page.contains("next")) std::printf("more: --from %ld\n", page["next"].get<int64_t>());
}

void Line(const char* name, const std::string& value) { std::printf("%-12s %s\n", name, VisibleText(value).c_str()); }

void ShowSample(const Json& sample) {
  const Json& match = sample["match"];
  std::string path;
  for (const Json& element : sample["object"]["path"]) path += (path.empty() ? "" : " > ") + element.get<std::string>();
  Line("found", TextOf(match, "masked") + "  (masked; at byte " + std::to_string(match["offset"].get<uint64_t>()) + ", " + TextOf(match, "encoding") + ")");
  Line("in", path);
  Line("because", TextOf(sample, "explain"));
}

void ShowOne(const std::string& body) {
  const Json incident = Json::parse(body);
  Line("incident", std::to_string(incident["id"].get<int64_t>()));
  Line("state", TextOf(incident, "state") + (TextOf(incident, "assignee").empty() ? "" : ", assigned to " + TextOf(incident, "assignee")));
  Line("rule", TextOf(incident, "rule") + " (" + TextOf(incident, "severity") + ")");
  Line("done", TextOf(incident, "verdict") + ": " + TextOf(incident, "action"));
  Line("client", ClientOf(incident));
  Line("destination", DestinationOf(incident) + ", " + TextOf(incident, "app") + ", " + TextOf(incident, "direction"));
  Line("document", TextOf(incident["document"], "name") + "  " + TextOf(incident["document"], "media_type"));
  Line("findings", std::to_string(incident["findings"].get<uint64_t>()) + ", " + TextOf(incident, "first").substr(0, 19) + " to " + TextOf(incident, "last").substr(0, 19));
  for (const Json& kept : incident.value("evidence", Json::array())) {
    Line("evidence", std::to_string(kept["id"].get<uint64_t>()) + ", " + TextOf(kept, "outcome") + ", " + std::to_string(kept["bytes_kept"].get<uint64_t>()) + " of " +
                         std::to_string(kept["bytes"].get<uint64_t>()) + " bytes, " + std::to_string(kept["packets"].get<uint64_t>()) + " packets" +
                         (TextOf(kept, "digest").empty() ? "" : ", " + TextOf(kept, "digest_kind") + " " + TextOf(kept, "digest")));
  }
  if (incident.contains("sample")) ShowSample(incident["sample"]);
  std::string words;
  for (const Json& reference : incident["references"]) words += reference.get<std::string>() + " ";
  if (const uint64_t more = incident["references_left_out"].get<uint64_t>(); more > 0) words += "and " + std::to_string(more) + " more";
  Line("references", words);
  words.clear();
  for (const Json& tag : incident["tags"]) words += tag.get<std::string>() + " ";
  if (!words.empty()) Line("tags", words);
  for (const Json& comment : incident["comments"]) {
    Line("comment", TextOf(comment, "time").substr(0, 19) + " " + TextOf(comment, "author") + ": " + TextOf(comment, "text"));
  }
}

struct Wanted {
  std::string id, value, reference;
  std::vector<std::pair<std::string, std::string>> filter;
};

// A page of the server's may be short, when its search took long, and have a next one: asks on until it is full or all is said.
Result<std::string> FullPage(const ApiClient& client, std::vector<std::pair<std::string, std::string>> filter) {
  const auto field = [&](const char* name) -> std::string& {
    return std::find_if(filter.begin(), filter.end(), [&](const auto& one) { return one.first == name; })->second;
  };
  Result<std::string> answer = client.Get("/v1/incidents" + Query(filter));
  if (!answer) return answer;
  Json page = Json::parse(*answer);
  // What the server took as a number is one.
  const uint64_t limit = field("limit").empty() ? kUsualPage : std::stoull(field("limit"));
  if (!page.contains("next") || page["incidents"].size() >= limit) return answer;
  while (page.contains("next") && page["incidents"].size() < limit) {
    field("from") = std::to_string(page["next"].get<int64_t>());
    field("limit") = std::to_string(limit - page["incidents"].size());
    answer = client.Get("/v1/incidents" + Query(filter));
    if (!answer) return answer;
    Json more = Json::parse(*answer);
    page["incidents"].insert(page["incidents"].end(), more["incidents"].begin(), more["incidents"].end());
    page.erase("next");
    if (more.contains("next")) page["next"] = more["next"];
  }
  return page.dump() + "\n";
}

void AddList(CLI::App& incidents, Session& session) {
  auto wanted = std::make_shared<Wanted>();
  CLI::App* list = incidents.add_subcommand("list", "newest first");
  const std::pair<const char*, const char*> kFilters[] = {{"state", "new, in_review, confirmed, false_alarm, closed"},
                                                          {"min-severity", "info, low, medium, high, critical"},
                                                          {"rule", "its id"},
                                                          {"client", "its address"},
                                                          {"destination", "its address"},
                                                          {"assignee", "a name"},
                                                          {"tag", "a word"},
                                                          {"since", "of the last finding, as 2026-01-31T00:00:00Z"},
                                                          {"until", "likewise"},
                                                          {"reference", "as a block page names it"},
                                                          {"from", "the number that the page before ends with"},
                                                          {"limit", "how many (50)"}};
  // The options write into the list: it must not move any more.
  wanted->filter.reserve(std::size(kFilters));
  for (const auto& [name, text] : kFilters) {
    std::string parameter = name;
    for (char& c : parameter) c = c == '-' ? '_' : c;
    wanted->filter.emplace_back(parameter, "");
    list->add_option(std::string("--") + name, wanted->filter.back().second, text);
  }
  list->callback([&session, wanted] { session.Print(FullPage(session.client(), wanted->filter), ShowList); });
}

// What a subcommand with an incident, and mostly a value, sends.
struct Edit {
  const char* name;
  const char* text;
  const char* value;   // nullptr: none
  const char* method;
  const char* path;    // behind the incident; "{}" is the value
  const char* member;  // of the body that takes the value; nullptr: no body
};

void AddEdit(CLI::App& incidents, Session& session, const Edit& edit) {
  auto wanted = std::make_shared<Wanted>();
  CLI::App* command = incidents.add_subcommand(edit.name, edit.text);
  command->add_option("id", wanted->id, "the number of the incident")->required();
  if (edit.value != nullptr) command->add_option(edit.value, wanted->value, edit.value)->required();
  command->callback([&session, wanted, edit] {
    std::string path = "/v1/incidents/" + Segment(wanted->id) + edit.path, body;
    if (const size_t at = path.find("{}"); at != std::string::npos) path.replace(at, 2, Segment(wanted->value));
    if (edit.member != nullptr) body = Json{{edit.member, wanted->value}}.dump(-1, ' ', false, Json::error_handler_t::replace);
    session.Print(session.client().Send(edit.method, path, body), ShowOne);
  });
}

void ShowKept(const std::string& body) {
  const Json policy = Json::parse(body);
  const std::string id = std::to_string(policy["id"].get<int64_t>());
  std::printf("policy %s has it, and is not in force: sluicectl policy shadow %s shows what it would change, sluicectl policy publish %s puts it in force\n", id.c_str(),
              id.c_str(), id.c_str());
}

void AddAmendments(CLI::App& incidents, Session& session) {
  struct Asked {
    std::string id, reason, expires, whom = "both", text;
  };
  auto asked = std::make_shared<Asked>();
  const auto send = [&session](const std::string& id, const char* what, const Json& body) {
    session.Print(session.client().Send("POST", "/v1/incidents/" + Segment(id) + what, body.dump(-1, ' ', false, Json::error_handler_t::replace)), ShowKept);
  };
  CLI::App* except = incidents.add_subcommand("except", "make a policy whose rule leaves this traffic alone, until a day");
  except->add_option("id", asked->id, "its number")->required();
  except->add_option("--reason", asked->reason, "why, and who allowed it")->required();
  except->add_option("--expires", asked->expires, "the last day on which it holds, as 2027-01-31")->required();
  except->add_option("--for", asked->whom, "client: it, wherever it sends; destination: it, whoever sends; both: the one to the other")
      ->check(CLI::IsMember({"client", "destination", "both"}));
  except->callback([asked, send] { send(asked->id, "/exceptions", {{"reason", asked->reason}, {"expires", asked->expires}, {"for", asked->whom}}); });
  CLI::App* no_match = incidents.add_subcommand("no-match", "make a policy that tests its rule on this text, which it must not find; refused while it does");
  no_match->add_option("id", asked->id, "its number")->required();
  no_match->add_option("text", asked->text, "what was found by mistake, with what stood round it")->required();
  no_match->callback([asked, send] { send(asked->id, "/no_match", {{"text", asked->text}}); });
}

// A number, or sixteen hexadecimal digits as block pages and findings show them.
void Show(Session& session, const std::string& id) {
  if (id.size() != 16) return session.Print(session.client().Get("/v1/incidents/" + Segment(id)), ShowOne);
  const Result<std::string> found = session.client().Get("/v1/incidents" + Query({{"reference", id}}));
  if (!found) return session.Fail(found.error());
  const Json page = Json::parse(*found);
  if (page["incidents"].empty()) return session.Fail(Error(ErrorCode::kNotFound, "no incident has the reference " + id));
  for (const Json& incident : page["incidents"]) {
    session.Print(session.client().Get("/v1/incidents/" + std::to_string(incident["id"].get<int64_t>())), ShowOne);
  }
}

// One line for each change: the events of the stream, as they are.
void Watch(Session& session) {
  std::string waiting;
  const Status status = session.client().Stream("/v1/stream", [&](std::string_view part) {
    waiting += part;
    for (size_t end = waiting.find("\n\n"); end != std::string::npos; end = waiting.find("\n\n")) {
      const std::string event = waiting.substr(0, end);
      waiting.erase(0, end + 2);
      const size_t data = event.find("\ndata: ");
      if (data == std::string::npos || event.rfind("event: incident", 0) != 0) continue;
      const std::string json = event.substr(data + 7);
      if (session.json) {
        std::printf("%s\n", json.c_str());
      } else {
        const Json incident = Json::parse(json);
        std::printf("%s\n", VisibleText(TextOf(incident, "last").substr(0, 19) + "  incident " + std::to_string(incident["id"].get<int64_t>()) + "  " +
                                    TextOf(incident, "severity") + "  " + TextOf(incident, "state") + "  " + TextOf(incident, "rule") + "  " + ClientOf(incident) +
                                    " -> " + DestinationOf(incident) + "  " + TextOf(incident["document"], "name"))
                                .c_str());
      }
      if (std::fflush(stdout) != 0) return false;
    }
    return true;
  });
  if (!status) session.Fail(status.error());
}

}  // namespace

void AddIncidentCommands(CLI::App& app, Session& session) {
  CLI::App* incidents = app.add_subcommand("incidents", "what happened, and the work on it");
  incidents->require_subcommand(1);
  AddList(*incidents, session);
  auto id = std::make_shared<std::string>();
  CLI::App* show = incidents->add_subcommand("show", "one incident");
  show->add_option("id", *id, "its number, or the 16 digits of a block page")->required();
  show->callback([&session, id] { Show(session, *id); });
  incidents->add_subcommand("watch", "a line for each change, until interrupted")->callback([&session] { Watch(session); });
  for (const Edit& edit : {Edit{"state", "new, in_review, confirmed, false_alarm or closed", "state", "PATCH", "", "state"},
                           Edit{"assign", "to whom it belongs", "assignee", "PATCH", "", "assignee"},
                           Edit{"comment", "add a comment", "text", "POST", "/comments", "text"},
                           Edit{"tag", "add a tag", "tag", "PUT", "/tags/{}", nullptr},
                           Edit{"untag", "remove a tag", "tag", "DELETE", "/tags/{}", nullptr}}) {
    AddEdit(*incidents, session, edit);
  }
  AddAmendments(*incidents, session);
}

}  // namespace sluice::cli
