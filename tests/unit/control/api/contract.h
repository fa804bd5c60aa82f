// docs/openapi.json as the tests of the ways in hold it against what they answer: every operation, and what is wrong with an answer.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/json_schema.h"
#include "tests/support/places.h"
#include "tests/unit/control/api/laboratory.h"

namespace sluice::api::testing {

inline Json Document() {
  std::ifstream in(places::SourceFolder() + "/docs/openapi.json");
  return Json::parse(in);
}

// OpenAPI's way of naming schemas, in that of JSON Schema; documents beside it are checked by their own.
inline Json Rewrite(Json schema) {
  if (schema.is_object() && schema.contains("$ref")) {
    const std::string reference = schema["$ref"];
    const std::string ours = "#/components/schemas/";
    if (reference.rfind(ours, 0) != 0) return Json{{"type", "object"}};
    schema["$ref"] = "#/$defs/" + reference.substr(ours.size());
  }
  if (schema.is_structured()) {
    for (auto& [key, value] : schema.items()) value = Rewrite(value);
  }
  return schema;
}

struct Call {
  std::string method, path, pattern, body;
  int status;
};

inline const std::vector<Call>& Calls() {
  static const std::vector<Call> kCalls = {
      {"get", "/healthz", "/healthz", "", 200},
      {"get", "/readyz", "/readyz", "", 200},
      {"get", "/metrics", "/metrics", "", 200},
      {"get", "/metrics?name=x", "/metrics", "", 400},
      {"get", "/v1/status", "/v1/status", "", 200},
      {"get", "/v1/status?x=1", "/v1/status", "", 400},
      {"get", "/v1/talkers?limit=3", "/v1/talkers", "", 200},
      {"get", "/v1/talkers?limit=0", "/v1/talkers", "", 400},
      {"get", "/v1/statistics", "/v1/statistics", "", 200},
      {"get", "/v1/incidents?state=new&limit=1", "/v1/incidents", "", 200},
      {"get", "/v1/incidents?limit=1", "/v1/incidents", "", 200},
      {"get", "/v1/incidents?limit=x", "/v1/incidents", "", 400},
      {"get", "/v1/incidents/1", "/v1/incidents/{id}", "", 200},
      {"get", "/v1/incidents/77", "/v1/incidents/{id}", "", 404},
      {"patch", "/v1/incidents/1", "/v1/incidents/{id}", R"({"state":"in_review","assignee":"li"})", 200},
      {"patch", "/v1/incidents/1", "/v1/incidents/{id}", R"({"state":"lost"})", 400},
      {"post", "/v1/incidents/1/comments", "/v1/incidents/{id}/comments", R"({"text":"asked the sender"})", 201},
      {"put", "/v1/incidents/1/tags/legal", "/v1/incidents/{id}/tags/{tag}", "", 200},
      {"get", "/v1/incidents/1", "/v1/incidents/{id}", "", 200},
      {"delete", "/v1/incidents/1/tags/legal", "/v1/incidents/{id}/tags/{tag}", "", 200},
      {"delete", "/v1/incidents/1/tags/legal", "/v1/incidents/{id}/tags/{tag}", "", 404},
      {"post", "/v1/quarantines", "/v1/quarantines", R"({"kind":"pair","source":"10.0.0.1","destination":"2001:db8::7","reason":"x","minutes":5})", 201},
      {"post", "/v1/quarantines", "/v1/quarantines", R"({"kind":"flow","flow":"00c0ffee00000001"})", 201},
      {"post", "/v1/quarantines", "/v1/quarantines", R"({"kind":"source","destination":"10.0.0.1"})", 400},
      {"post", "/v1/quarantines", "/v1/quarantines", R"({"kind":"source","source":"10.0.0"})", 400},
      {"get", "/v1/quarantines", "/v1/quarantines", "", 200},
      {"delete", "/v1/quarantines/1", "/v1/quarantines/{id}", "", 200},
      {"delete", "/v1/quarantines/1", "/v1/quarantines/{id}", "", 404},
      {"post", "/v1/policies?comment=tighter", "/v1/policies", Json{{"sources", {{"a.yaml", PackOf("FIRST-MARK")}}}}.dump(), 201},
      {"post", "/v1/policies", "/v1/policies", Json{{"sources", {{"a.yaml", PackOf("SECOND-MARK")}}}}.dump(), 201},
      {"post", "/v1/policies", "/v1/policies", Json{{"sources", {{"a.yaml", "rules: ["}}}}.dump(), 400},
      {"post", "/v1/policies", "/v1/policies", R"({"sources":{"a.yaml":7}})", 400},
      {"post", "/v1/publications/rollback", "/v1/publications/rollback", "", 409},
      {"post", "/v1/policies/1/publication", "/v1/policies/{id}/publication", "", 200},
      {"post", "/v1/policies/2/publication", "/v1/policies/{id}/publication", "", 200},
      {"post", "/v1/policies/77/publication", "/v1/policies/{id}/publication", "", 404},
      {"post", "/v1/publications/rollback", "/v1/publications/rollback", "", 200},
      {"post", "/v1/incidents/1/exceptions", "/v1/incidents/{id}/exceptions", R"({"reason":"auditors","expires":"2199-12-31"})", 404},
      {"post", "/v1/policies", "/v1/policies", Json{{"sources", {{"a.yaml", PackOfFindings()}}}}.dump(), 201},
      {"post", "/v1/policies/3/publication", "/v1/policies/{id}/publication", "", 200},
      {"post", "/v1/incidents/1/exceptions", "/v1/incidents/{id}/exceptions", R"({"reason":"auditors","expires":"2199-12-31","for":"client"})", 201},
      {"post", "/v1/incidents/1/exceptions", "/v1/incidents/{id}/exceptions", R"({"reason":"auditors","expires":"2001-12-31"})", 400},
      {"post", "/v1/incidents/1/exceptions", "/v1/incidents/{id}/exceptions", R"({"reason":"auditors","expires":"tomorrow"})", 400},
      {"post", "/v1/incidents/77/exceptions", "/v1/incidents/{id}/exceptions", R"({"reason":"auditors","expires":"2199-12-31"})", 404},
      {"post", "/v1/incidents/1/no_match", "/v1/incidents/{id}/no_match", R"({"text":"no mark of any kind"})", 201},
      {"post", "/v1/incidents/1/no_match", "/v1/incidents/{id}/no_match", R"({"text":"the THIRD-MARK itself"})", 400},
      {"post", "/v1/incidents/1/no_match", "/v1/incidents/{id}/no_match", R"({"text":""})", 400},
      {"get", "/v1/trial", "/v1/trial", "", 404},
      {"put", "/v1/policies/77/trial", "/v1/policies/{id}/trial", "", 404},
      {"put", "/v1/policies/2/trial", "/v1/policies/{id}/trial", "", 200},
      {"get", "/v1/trial", "/v1/trial", "", 200},
      {"delete", "/v1/trial", "/v1/trial", "", 200},
      {"get", "/v1/publications?limit=2", "/v1/publications", "", 200},
      {"get", "/v1/policies", "/v1/policies", "", 200},
      {"get", "/v1/policies/1", "/v1/policies/{id}", "", 200},
      {"get", "/v1/policies/1x", "/v1/policies/{id}", "", 404},
      {"post", "/v1/tokens", "/v1/tokens", R"({"name":"backup","role":"viewer","user":"wang","expires":"2199-12-31T23:59:59Z"})", 201},
      {"post", "/v1/tokens", "/v1/tokens", R"({"name":"siem","role":"analyst"})", 201},
      {"post", "/v1/tokens", "/v1/tokens", R"({"name":"siem","role":"analyst"})", 409},
      {"post", "/v1/tokens", "/v1/tokens", R"({"name":"x","role":"root"})", 400},
      {"post", "/v1/tokens", "/v1/tokens", R"({"name":"../x","role":"viewer"})", 400},
      {"post", "/v1/tokens", "/v1/tokens", R"({"name":"x","role":"viewer","expires":"2001-01-01T00:00:00Z"})", 400},
      {"get", "/v1/tokens", "/v1/tokens", "", 200},
      {"get", "/v1/tokens?limit=1", "/v1/tokens", "", 400},
      {"delete", "/v1/tokens/siem", "/v1/tokens/{name}", "", 200},
      {"delete", "/v1/tokens/siem", "/v1/tokens/{name}", "", 404},
      // Root, who asks here, is no evidence reader; what that role gets is in evidence_routes_test.cc.
      {"get", "/v1/evidence", "/v1/evidence", "", 403},
      {"get", "/v1/evidence/1?reason=x", "/v1/evidence/{id}", "", 403},
      {"get", "/v1/audit", "/v1/audit", "", 200},
      {"get", "/v1/audit/verification", "/v1/audit/verification", "", 200},
      {"get", "/v1/audit/verification?met=" + std::string(64, '0'), "/v1/audit/verification", "", 200},
  };
  return kCalls;
}

struct Answer {
  int status = 0;
  std::string type, body;
};

// As it goes over the wire; `credentials` are lines of its head.
inline std::string TextOf(const Call& call, const std::string& credentials) {
  std::string method = call.method;
  std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string request = method + " " + call.path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + credentials;
  if (call.method != "get") request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(call.body.size()) + "\r\n";
  return request + "\r\n" + call.body;
}

inline Answer AnswerFrom(const std::string& text) {
  Answer answer;
  if (text.size() > 12) answer.status = std::atoi(text.c_str() + 9);
  const size_t type = text.find("Content-Type: "), end = text.find("\r\n\r\n");
  if (type != std::string::npos) answer.type = text.substr(type + 14, text.find("\r\n", type) - type - 14);
  if (end != std::string::npos) answer.body = text.substr(end + 4);
  return answer;
}

// What the calls find there.
inline void Furnish(Laboratory& lab) {
  pipeline::ShadowExample example;
  example.app = "http";
  lab.target.report.rules = {{"cn.mark"}};
  lab.target.report.examples = {example};
  lab.Keep("an object", 0xabc);
  lab.talkers.Observe(incident::testing::Make({}), "");
  lab.Happen({{}, {"us.top", 2, 3, "x\x1b[2J.txt", 7, 2000, model::Severity::kLow}});
}

// Every sentence that is wrong with an answer.
inline std::vector<std::string> Faults(const Json& document, const Call& call, const Answer& answer) {
  const Json& responses = document["paths"][call.pattern][call.method]["responses"];
  if (answer.status != call.status) return {"answered " + std::to_string(answer.status) + ": " + answer.body};
  const std::string status = std::to_string(answer.status);
  if (!responses.contains(status)) return {"the document does not know the status " + status};
  const Json& content = responses[status]["content"];
  if (!content.contains(answer.type)) return {"the document does not know the type " + answer.type};
  Json schema = Rewrite(content[answer.type]["schema"]);
  schema["$defs"] = Rewrite(document["components"]["schemas"]);
  const bool is_text = answer.type.rfind("text/", 0) == 0;
  return sluice::testing::JsonSchema(schema).Violations(is_text ? Json(answer.body) : Json::parse(answer.body));
}

}  // namespace sluice::api::testing
