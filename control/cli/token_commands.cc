// sluicectl tokens: what programs and people show to use the API from other machines.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text_table.h"
#include "base/visible_text.h"
#include "control/cli/commands.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;

constexpr char kDefaultLife[] = "90d";

struct Wanted {
  std::string name, role, user, expires = kDefaultLife;
};

std::string Rfc3339(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0 ? text : "";
}

// "90d", "12h" or "30m" from now; "2027-01-31" to its end; a time of RFC 3339 as it is; empty for "never". Nothing where it is none of these.
std::optional<std::string> ExpiryFrom(const std::string& text) {
  if (text == "never") return "";
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits > 0 && digits <= 5 && digits + 1 == text.size()) {
    const std::chrono::hours::rep count = std::stol(text.substr(0, digits));
    const auto now = std::chrono::system_clock::now();
    if (text.back() == 'd') return Rfc3339(now + std::chrono::hours(24 * count));
    if (text.back() == 'h') return Rfc3339(now + std::chrono::hours(count));
    if (text.back() == 'm') return Rfc3339(now + std::chrono::minutes(count));
  }
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') return text + "T23:59:59Z";
  if (text.size() >= 20 && text[10] == 'T' && text.back() == 'Z') return text;
  return std::nullopt;
}

std::string TimeOf(const Json& token, const char* key, const char* otherwise) { return token.contains(key) ? token[key].get<std::string>().substr(0, 16) : otherwise; }

void ShowTokens(const std::string& body) {
  TextTable table({"NAME", "USER", "ROLE", "BY", "MADE", "EXPIRES", "LAST USED"});
  const Json answer = Json::parse(body);
  for (const Json& token : answer["tokens"]) {
    table.Add({token["name"], token["user"], token["role"], token["author"], TimeOf(token, "made", "?"),
               TimeOf(token, "expires", "never") + (token["expired"].get<bool>() ? " EXPIRED" : ""), TimeOf(token, "last_used", "not yet")});
  }
  std::fputs(table.Render().c_str(), stdout);
}

void Add(Session& session, const Wanted& wanted) {
  const std::optional<std::string> expires = ExpiryFrom(wanted.expires);
  if (!expires) {
    session.Fail(Error(ErrorCode::kInvalidArgument, "--expires must be a time from now (90d, 12h, 30m), a day (2027-01-31), a time (2027-01-31T12:00:00Z) or never"));
    return;
  }
  Json body{{"name", wanted.name}, {"role", wanted.role}};
  if (!wanted.user.empty()) body["user"] = wanted.user;
  if (!expires->empty()) body["expires"] = *expires;
  const Result<std::string> answer = session.client().Send("POST", "/v1/tokens", body.dump(-1, ' ', false, Json::error_handler_t::replace));
  session.Print(answer, [](const std::string& text) {
    const Json token = Json::parse(text);
    // The token alone on standard output, so that it can go into a file; the rest is for whoever reads along.
    std::fprintf(stderr, "token %s: %s for %s, expires %s. It is shown this once: keep it where nobody else can read it.\n", token["name"].get<std::string>().c_str(),
                 token["role"].get<std::string>().c_str(), token["user"].get<std::string>().c_str(), TimeOf(token, "expires", "never").c_str());
    std::printf("%s\n", token["token"].get<std::string>().c_str());
  });
}

}  // namespace

void AddTokenCommands(CLI::App& app, Session& session) {
  CLI::App* tokens = app.add_subcommand("tokens", "what is shown to use the API over TLS");
  tokens->require_subcommand(1);
  tokens->add_subcommand("list", "all tokens, and when they were last used")->callback([&session] { session.Print(session.client().Get("/v1/tokens"), ShowTokens); });
  auto wanted = std::make_shared<Wanted>();
  CLI::App* add = tokens->add_subcommand("add", "a new token, printed once on standard output");
  add->add_option("name", wanted->name, "what to call it: letters, digits and . _ - @")->required();
  add->add_option("--role", wanted->role, "viewer, analyst, evidence_reader, operator or admin")->required();
  add->add_option("--user", wanted->user, "on whose behalf it asks, as the audit log is to name him; its name unless given");
  add->add_option("--expires", wanted->expires, "90d, 12h, 30m, 2027-01-31, or never")->capture_default_str();
  add->callback([&session, wanted] { Add(session, *wanted); });
  CLI::App* revoke = tokens->add_subcommand("revoke", "of no use from now on");
  revoke->add_option("name", wanted->name, "its name")->required();
  revoke->callback([&session, wanted] {
    session.Print(session.client().Send("DELETE", "/v1/tokens/" + Segment(wanted->name), ""), [](const std::string& body) {
      std::printf("token %s is revoked\n", VisibleText(Json::parse(body)["name"].get<std::string>()).c_str());
    });
  });
}

}  // namespace sluice::cli
