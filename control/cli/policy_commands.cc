// sluicectl policy: what is kept, more of it, into force and back.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "control/cli/commands.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr char kBundleType[] = "application/octet-stream", kJsonType[] = "application/json";

std::string TextOf(const Json& object, const char* key) { return object.value(key, std::string()); }

void ShowPolicies(const std::string& body) {
  const Json answer = Json::parse(body);
  TextTable table({"ID", "", "TIME (UTC)", "BY", "RULES", "DIGEST", "COMMENT"});
  const auto add = [&](const Json& policy) {
    table.Add({std::to_string(policy["id"].get<int64_t>()), policy["in_force"].get<bool>() ? "in force" : policy["tried"].get<bool>() ? "tried" : "", TextOf(policy, "time").substr(0, 19), TextOf(policy, "author"),
               std::to_string(policy["rules"].get<uint64_t>()), TextOf(policy, "digest").substr(0, 16), TextOf(policy, "comment")});
  };
  if (answer.contains("policies")) {
    for (const Json& policy : answer["policies"]) add(policy);
  } else {
    add(answer);
  }
  std::fputs(table.Render().c_str(), stdout);
}

void ShowPublications(const std::string& body) {
  const Json answer = Json::parse(body);
  TextTable table({"TIME (UTC)", "POLICY", "GENERATION", "HOW", "BY"});
  const auto add = [&](const Json& one) {
    table.Add({TextOf(one, "time").substr(0, 19), std::to_string(one["policy"].get<int64_t>()), std::to_string(one["generation"].get<uint64_t>()), TextOf(one, "how"),
               TextOf(one, "author")});
  };
  if (answer.contains("publications")) {
    for (const Json& one : answer["publications"]) add(one);
  } else {
    add(answer);
  }
  std::fputs(table.Render().c_str(), stdout);
}

void ShowTrial(const std::string& body) {
  const Json trial = Json::parse(body);
  std::printf("policy %ld beside the one in force since %s: %lu objects compared, %lu not\n", trial["policy"].get<int64_t>(), TextOf(trial, "begun").substr(0, 19).c_str(),
              trial["objects"].get<uint64_t>(), trial["objects_not_compared"].get<uint64_t>());
  std::printf("would block %lu objects that passed, would let pass %lu that were stopped\n\n", trial["would_block"].get<uint64_t>(), trial["would_let_pass"].get<uint64_t>());
  TextTable rules({"RULE", "SAME", "NEWLY FIRES", "NO LONGER FIRES", "OTHER VERDICT", ""});
  for (const Json& rule : trial["rules"]) {
    const auto number = [&](const char* key) { return std::to_string(rule[key].get<uint64_t>()); };
    rules.Add({TextOf(rule, "rule"), number("same"), number("newly_fires"), number("no_longer_fires"), number("other_verdict"),
               rule["compared"].get<bool>() ? "" : "not compared: asks for registered documents"});
  }
  std::fputs(rules.Render().c_str(), stdout);
  if (trial["examples"].empty()) return;
  TextTable examples({"TIME (UTC)", "CHANGE", "RULE", "BEFORE", "AFTER", "CLIENT", "SERVER", "FOUND", "OBJECT"});
  for (const Json& example : trial["examples"]) {
    examples.Add({TextOf(example, "time").substr(0, 19), TextOf(example, "change"), TextOf(example, "rule"), TextOf(example, "before"), TextOf(example, "after"),
                  TextOf(example, "client"), TextOf(example, "server") + " " + std::to_string(example["server_port"].get<int>()), TextOf(example, "masked"),
                  TextOf(example, "name")});
  }
  std::printf("\n%s", examples.Render().c_str());
}

void AddTrial(CLI::App& policy, Session& session) {
  auto id = std::make_shared<std::string>();
  auto end = std::make_shared<bool>(false);
  CLI::App* shadow = policy.add_subcommand("shadow", "judge live traffic by it beside the one in force, without effect; without a number: what came of it so far");
  shadow->add_option("id", *id, "its number");
  shadow->add_flag("--end", *end, "end it, and show the last report");
  shadow->callback([&session, id, end] {
    if (*end) return session.Print(session.client().Send("DELETE", "/v1/trial", ""), ShowTrial);
    if (id->empty()) return session.Print(session.client().Get("/v1/trial"), ShowTrial);
    session.Print(session.client().Send("PUT", "/v1/policies/" + Segment(*id) + "/trial", ""), ShowTrial);
  });
}

bool IsPack(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

Result<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) return Error(ErrorCode::kNotFound, "cannot read " + path.string());
  return text;
}

// Packs as the body of a request; in folders every *.yaml and *.yml is one.
Result<std::string> SourcesOf(const std::vector<std::string>& paths) {
  Json sources = Json::object();
  const auto add = [&](const fs::path& path) -> Status {
    Result<std::string> text = ReadFile(path);
    if (!text) return text.error();
    sources[path.string()] = std::move(*text);
    return {};
  };
  for (const std::string& path : paths) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) {
      if (Status status = add(path); !status) return status.error();
      continue;
    }
    for (fs::recursive_directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed)) {
      if (!it->is_regular_file(failed) || !IsPack(it->path())) continue;
      if (Status status = add(it->path()); !status) return status.error();
    }
    if (failed) return Error::FromErrno(failed.value(), path);
  }
  return Json{{"sources", sources}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Upload(Session& session, const std::vector<std::string>& paths, const std::string& comment) {
  std::error_code failed;
  const bool is_bundle = paths.size() == 1 && !fs::is_directory(paths[0], failed) && !IsPack(paths[0]);
  const Result<std::string> body = is_bundle ? ReadFile(paths[0]) : SourcesOf(paths);
  if (!body) return session.Fail(body.error());
  session.Print(session.client().Send("POST", "/v1/policies" + Query({{"comment", comment}}), *body, is_bundle ? kBundleType : kJsonType), ShowPolicies);
}

}  // namespace

void AddPolicyCommands(CLI::App& app, Session& session) {
  CLI::App* policy = app.add_subcommand("policy", "policies: take in, put in force, roll back");
  policy->require_subcommand(1);
  policy->add_subcommand("list", "all that are kept, newest first")->callback([&session] { session.Print(session.client().Get("/v1/policies"), ShowPolicies); });
  auto limit = std::make_shared<std::string>();
  CLI::App* history = policy->add_subcommand("history", "what was put in force when");
  history->add_option("--limit", *limit, "how many (50)");
  history->callback([&session, limit] { session.Print(session.client().Get("/v1/publications" + Query({{"limit", *limit}})), ShowPublications); });
  auto paths = std::make_shared<std::vector<std::string>>();
  auto comment = std::make_shared<std::string>();
  CLI::App* upload = policy->add_subcommand("upload", "a bundle, or packs and folders of packs: verified, compiled, tested and kept, not yet in force");
  upload->add_option("PATH", *paths, "POLICY.slb, or *.yaml, or folders")->required();
  upload->add_option("--comment", *comment, "why, for those who read the list");
  upload->callback([&session, paths, comment] { Upload(session, *paths, *comment); });
  auto id = std::make_shared<std::string>();
  CLI::App* show = policy->add_subcommand("show", "one of them");
  show->add_option("id", *id, "its number")->required();
  show->callback([&session, id] { session.Print(session.client().Get("/v1/policies/" + Segment(*id)), ShowPolicies); });
  AddTrial(*policy, session);
  CLI::App* publish = policy->add_subcommand("publish", "put it in force; returns when every worker uses it");
  publish->add_option("id", *id, "its number")->required();
  publish->callback([&session, id] { session.Print(session.client().Send("POST", "/v1/policies/" + Segment(*id) + "/publication", ""), ShowPublications); });
  policy->add_subcommand("rollback", "put back in force what was before")->callback([&session] {
    session.Print(session.client().Send("POST", "/v1/publications/rollback", ""), ShowPublications);
  });
}

}  // namespace sluice::cli
