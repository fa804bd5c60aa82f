// A policy beside the one in force: begun, looked at, ended.
#include "control/api/api.h"
#include "control/api/parameters.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {
namespace {

using pipeline::ShadowExample;
using pipeline::ShadowReport;
using pipeline::ShadowRule;

void Append(event::JsonText& json, const ShadowRule& rule) {
  json.Text("rule", rule.id);
  json.Bool("compared", rule.compared);
  json.Number("same", rule.same);
  json.Number("newly_fires", rule.newly_fires);
  json.Number("no_longer_fires", rule.no_longer_fires);
  json.Number("other_verdict", rule.other_verdict);
}

void Append(event::JsonText& json, const ShadowExample& example, const ShadowReport& report, bool with_sample) {
  json.Text("change", pipeline::Name(example.change));
  json.Text("rule", report.rules[example.rule].id);
  json.Text("before", verdict::Name(example.before));
  json.Text("after", verdict::Name(example.after));
  json.Time("time", example.time);
  json.Hex64("flow", example.flow);
  json.Text("client", packet::Format(example.client));
  json.Text("server", packet::Format(example.server));
  json.Number("server_port", example.server_port);
  json.Text("app", example.app);
  json.Text("direction", content::Name(example.direction));
  json.Text("name", example.name);
  json.Text("media_type", example.media_type);
  if (with_sample) json.Text("masked", example.masked);
}

Response RenderTrial(const deploy::Trial& trial, bool with_sample) {
  Response response;
  event::JsonText json(response.body);
  json.BeginObject();
  json.Number("policy", static_cast<uint64_t>(trial.version.id));
  json.Text("author", trial.author);
  json.Time("begun", trial.begun);
  json.Number("objects", trial.report.objects);
  json.Number("objects_not_compared", trial.report.objects_not_compared);
  json.Number("would_block", trial.report.would_block);
  json.Number("would_let_pass", trial.report.would_let_pass);
  json.BeginList("rules");
  for (const ShadowRule& rule : trial.report.rules) {
    json.BeginElement();
    Append(json, rule);
    json.EndObject();
  }
  json.EndList();
  json.BeginList("examples");
  for (const ShadowExample& example : trial.report.examples) {
    json.BeginElement();
    Append(json, example, trial.report, with_sample);
    json.EndObject();
  }
  json.EndList();
  json.EndObject();
  return response;
}

bool MaySeeSamples(const Request& request) { return May(*request.caller.role, Permission::kSample); }

}  // namespace

Response Api::PutTrial(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const Result<deploy::VersionId> id = PolicyIdOf(call);
  if (!id) return ProblemOf(id.error());
  Result<deploy::Trial> begun = Error(ErrorCode::kInternal, "nothing was done");
  const std::string& author = call.request.caller.name;
  const Status done = Audited(call, {author, "policy.shadow", call.parts[0], ""}, [&]() -> Status {
    begun = rooms_.deployment->Try(author, *id);
    return begun ? Status() : Status(begun.error());
  });
  return done ? RenderTrial(*begun, MaySeeSamples(call.request)) : ProblemOf(done.error());
}

Response Api::GetTrial(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  const Result<deploy::Trial> trial = rooms_.deployment->LookAtTrial();
  return trial ? RenderTrial(*trial, MaySeeSamples(call.request)) : ProblemOf(trial.error());
}

Response Api::DeleteTrial(const Call& call) {
  QueryReader query(call.request);
  if (!query.Finish()) return query.problem();
  Result<deploy::Trial> ended = rooms_.deployment->LookAtTrial();
  if (!ended) return ProblemOf(ended.error());
  const Status done = Audited(call, {call.request.caller.name, "policy.shadow.end", std::to_string(ended->version.id), ""}, [&]() -> Status {
    ended = rooms_.deployment->EndTrial();
    return ended ? Status() : Status(ended.error());
  });
  return done ? RenderTrial(*ended, MaySeeSamples(call.request)) : ProblemOf(done.error());
}

}  // namespace sluice::api
