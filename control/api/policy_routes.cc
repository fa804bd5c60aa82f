// Policies: taken in, listed, put in force, rolled back.
#include <algorithm>

#include "control/api/api.h"
#include "control/api/parameters.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {
namespace {

using deploy::Publication;
using deploy::Version;
using deploy::VersionId;

constexpr size_t kMaxCommentBytes = 1000, kMaxSources = 1000, kMaxSourceNameBytes = 255;
constexpr size_t kUsualHistory = 50, kMaxHistory = 1000;
constexpr char kBundleType[] = "application/octet-stream";

void Append(event::JsonText& json, const Version& version, const deploy::State& state) {
  json.Number("id", static_cast<uint64_t>(version.id));
  json.Text("digest", version.digest);
  json.Text("author", version.author);
  json.Text("comment", version.comment);
  json.Time("time", version.time);
  json.Number("rules", version.rules);
  if (!version.signer.empty()) json.Text("signer", version.signer);
  json.Bool("in_force", version.id == state.in_force);
  json.Bool("tried", version.id == state.tried);
}

void Append(event::JsonText& json, const Publication& publication) {
  json.Number("policy", static_cast<uint64_t>(publication.version));
  json.Text("author", publication.author);
  json.Text("how", publication.how);
  json.Time("time", publication.time);
  json.Number("generation", publication.generation);
}

template <typename... T>
Response RenderOne(int status, const T&... parts) {
  Response response;
  response.status = status;
  event::JsonText json(response.body);
  json.BeginObject();
  Append(json, parts...);
  json.EndObject();
  return response;
}

// "text/plain; charset=…" is text/plain.
std::string_view Bare(std::string_view type) { return type.substr(0, type.find_first_of("; ")); }

}  // namespace

Result<VersionId> Api::PolicyIdOf(const Call& call) {
  VersionId id = 0;
  for (const char c : call.parts[0]) {
    if (c < '0' || c > '9' || id > INT64_MAX / 10 - 1) return Error(ErrorCode::kNotFound, "a policy has a number");
    id = id * 10 + (c - '0');
  }
  return id;
}

Response Api::ListPolicies(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const Result<deploy::State> state = rooms_.deployment->List();
  if (!state) return ProblemOf(state.error());
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.BeginList("policies");
  for (const Version& version : state->versions) {
    json.BeginElement();
    Append(json, version, *state);
    json.EndObject();
  }
  json.EndList();
  json.EndObject();
  return response;
}

Response Api::GetPolicy(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const Result<VersionId> id = PolicyIdOf(call);
  const Result<Version> version = id ? rooms_.deployment->Get(*id) : Result<Version>(id.error());
  if (!version) return ProblemOf(version.error());
  const Result<deploy::State> state = rooms_.deployment->List();
  return state ? RenderOne(200, *version, *state) : ProblemOf(state.error());
}

Response Api::ListPublications(const Call& call) {
  QueryReader query(call.request);
  const size_t limit = query.Number("limit", 1, kMaxHistory).value_or(kUsualHistory);
  if (!query.Finish()) return query.problem();
  const Result<std::vector<Publication>> history = rooms_.deployment->History(limit);
  if (!history) return ProblemOf(history.error());
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.BeginList("publications");
  for (const Publication& publication : *history) {
    json.BeginElement();
    Append(json, publication);
    json.EndObject();
  }
  json.EndList();
  json.EndObject();
  return response;
}

Response Api::PostPolicy(const Call& call) {
  const Request& request = call.request;
  QueryReader query(request);
  const std::string comment = query.Text("comment");
  if (!BodyReader::IsPlainText(comment, kMaxCommentBytes)) query.Refuse("comment", "text of at most 1000 bytes without control characters");
  if (!query.Finish()) return query.problem();
  const bool is_bundle = Bare(request.type) == kBundleType;
  std::vector<deploy::NamedSource> sources;
  if (!is_bundle) {
    BodyReader body(request);
    sources = body.Texts("sources", kMaxSources, kMaxSourceNameBytes);
    if (sources.empty()) body.Refuse("sources", "an object of names and texts, at least one; a compiled bundle is sent as application/octet-stream");
    if (!body.Finish()) return body.problem();
  }
  Result<Version> kept = Error(ErrorCode::kInternal, "nothing was done");
  const std::string& author = request.caller.name;
  const std::string what = is_bundle ? "a bundle of " + std::to_string(request.body.size()) + " bytes" : std::to_string(sources.size()) + " packs";
  const Status done = Audited(call, {author, "policy.upload", "", what}, [&]() -> Status {
    const ByteView bytes(reinterpret_cast<const uint8_t*>(request.body.data()), request.body.size());
    kept = is_bundle ? rooms_.deployment->UploadBundle(author, comment, bytes) : rooms_.deployment->UploadSources(author, comment, sources);
    return kept ? Status() : Status(kept.error());
  });
  return done ? RenderPolicy(201, *kept) : ProblemOf(done.error());
}

Response Api::RenderPolicy(int status, const Version& version) const {
  const Result<deploy::State> state = rooms_.deployment->List();
  return RenderOne(status, version, state ? *state : deploy::State());
}

Response Api::PutInForce(const Call& call, const std::string& action, const std::string& target, const std::function<Result<Publication>(const std::string&)>& act) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  Result<Publication> published = Error(ErrorCode::kInternal, "nothing was done");
  const std::string& author = call.request.caller.name;
  const Status done = Audited(call, {author, action, target, ""}, [&]() -> Status {
    published = act(author);
    return published ? Status() : Status(published.error());
  });
  return done ? RenderOne(200, *published) : ProblemOf(done.error());
}

Response Api::PublishPolicy(const Call& call) {
  const Result<VersionId> id = PolicyIdOf(call);
  if (!id) return ProblemOf(id.error());
  return PutInForce(call, "policy.publish", call.parts[0], [&](const std::string& author) { return rooms_.deployment->Publish(author, *id); });
}

Response Api::RollBackPolicy(const Call& call) {
  return PutInForce(call, "policy.rollback", "", [&](const std::string& author) { return rooms_.deployment->Rollback(author); });
}

}  // namespace sluice::api
