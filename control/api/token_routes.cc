// Tokens: those that there are, a new one, and no more of one. A token's text is in the answer that makes it and nowhere else.
#include "control/api/api.h"
#include "control/api/parameters.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {
namespace {

using access::Token;
using access::TokenStore;

constexpr size_t kMaxWordBytes = 64;

Timestamp Now() {
  return Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

void Append(event::JsonText& json, const Token& token, Timestamp now) {
  json.Text("name", token.name);
  json.Text("user", token.user);
  json.Text("role", Name(token.role));
  json.Text("number", token.number);
  json.Text("author", token.author);
  json.Time("made", token.made);
  if (token.expires) json.Time("expires", *token.expires);
  json.Bool("expired", token.expires && *token.expires <= now);
  if (token.last_used) json.Time("last_used", *token.last_used);
}

Response RenderToken(int status, const Token& token, const std::string& text) {
  Response response;
  response.status = status;
  event::JsonText json(response.body);
  json.BeginObject();
  Append(json, token, Now());
  if (!text.empty()) json.Text("token", text);
  json.EndObject();
  return response;
}

std::string Describe(const Token& token, const std::string& expires) {
  return std::string(Name(token.role)) + " for " + token.user + (token.expires ? ", until " + expires : ", without end");
}

}  // namespace

Response Api::ListTokens(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const Timestamp now = Now();
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.BeginList("tokens");
  for (const Token& token : rooms_.tokens->List()) {
    json.BeginElement();
    Append(json, token, now);
    json.EndObject();
  }
  json.EndList();
  json.EndObject();
  return response;
}

Response Api::PostToken(const Call& call) {
  BodyReader body(call.request);
  Token token;
  token.name = body.Text("name", kMaxWordBytes).value_or("");
  if (!TokenStore::IsName(token.name)) body.Refuse("name", "1 to 64 letters, digits and . _ - @");
  token.user = body.Text("user", kMaxWordBytes).value_or(token.name);
  if (!TokenStore::IsName(token.user)) body.Refuse("user", "1 to 64 letters, digits and . _ - @");
  const std::optional<Role> role = RoleFromName(body.Text("role", kMaxWordBytes).value_or(""));
  if (!role) body.Refuse("role", "viewer, analyst, evidence_reader, operator or admin");
  token.made = Now();
  const std::string expires = body.Text("expires", kMaxWordBytes).value_or("");
  if (!expires.empty()) {
    token.expires = TimeFromText(expires);
    if (!token.expires || *token.expires <= token.made) body.Refuse("expires", "a time to come, as 2027-01-31T23:59:59Z; without it the token is good until it is revoked");
  }
  if (!body.Finish()) return body.problem();
  token.role = *role;
  token.author = call.request.caller.name;
  std::string text;
  const Status done = Audited(call, {token.author, "token.add", token.name, Describe(token, expires)}, [&]() -> Status {
    Result<std::string> added = rooms_.tokens->Add(token);
    if (!added) return added.error();
    text = std::move(*added);
    return {};
  });
  if (!done) return ProblemOf(done.error());
  return RenderToken(201, rooms_.tokens->Find(token.name).value_or(token), text);
}

Response Api::DeleteToken(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const std::optional<Token> token = rooms_.tokens->Find(call.parts[0]);
  if (!token) return Problem(404, "there is no such token");
  const Status done = Audited(call, {call.request.caller.name, "token.revoke", token->name, std::string(Name(token->role)) + " for " + token->user}, [&]() -> Status {
    const Result<Token> revoked = rooms_.tokens->Revoke(token->name);
    return revoked ? Status() : Status(revoked.error());
  });
  return done ? RenderToken(200, *token, "") : ProblemOf(done.error());
}

}  // namespace sluice::api
