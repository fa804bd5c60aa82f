// What the API answers, whom it refuses, and that nothing changes without a trace.
#include "control/api/api.h"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "tests/unit/control/api/laboratory.h"

namespace sluice::api {
namespace {

using testing::Json;
using testing::Laboratory;

TEST(Api, ListsAndShowsAnIncidentWithItsMaskedSample) {
  Laboratory lab;
  lab.Happen({{}});
  const Json page = Json::parse(lab.Ask("GET", "/v1/incidents").body);
  ASSERT_EQ(page["incidents"].size(), 1u);
  EXPECT_EQ(page["incidents"][0]["client"]["name"], "desk 7");
  EXPECT_FALSE(page.contains("next"));
  const Json one = Json::parse(lab.Ask("GET", "/v1/incidents/1").body);
  EXPECT_EQ(one["sample"]["match"]["masked"], "机**");
  EXPECT_EQ(one["references"][0], "0000000000000abc");
}

TEST(Api, KeepsSamplesFromViewers) {
  Laboratory lab;
  lab.Happen({{}});
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents/1", "", Role::kViewer).body.find("sample"), std::string::npos);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents", "", Role::kViewer).body.find("masked"), std::string::npos);
  EXPECT_NE(lab.Ask("GET", "/v1/incidents/1", "", Role::kAnalyst).body.find("sample"), std::string::npos);
}

TEST(Api, RefusesWhatARoleDoesNotAllowAndWhoeverHasNone) {
  Laboratory lab;
  lab.Happen({{}});
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", R"({"state":"closed"})", Role::kViewer).status, 403);
  EXPECT_EQ(lab.Ask("GET", "/v1/audit", "", Role::kOperator).status, 403);
  Request request;
  request.method = "GET";
  request.path = "/v1/incidents";
  request.caller = {"stranger", std::nullopt};
  EXPECT_EQ(lab.api->Handle(request).status, 403);
  request.path = "/healthz";
  EXPECT_EQ(lab.api->Handle(request).status, 200);
}

TEST(Api, ChangesAnIncidentAndWritesWhoDidIt) {
  Laboratory lab;
  lab.Happen({{}});
  EXPECT_EQ(Json::parse(lab.Ask("PATCH", "/v1/incidents/1", R"({"state":"in_review","assignee":"wu"})").body)["assignee"], "wu");
  EXPECT_EQ(lab.Ask("POST", "/v1/incidents/1/comments", R"({"text":"asked"})").status, 201);
  EXPECT_EQ(lab.Ask("PUT", "/v1/incidents/1/tags/legal").status, 200);
  EXPECT_EQ(Json::parse(lab.Ask("DELETE", "/v1/incidents/1/tags/legal").body)["tags"].size(), 0u);
  const Json audit = Json::parse(lab.Ask("GET", "/v1/audit").body);
  ASSERT_EQ(audit["entries"].size(), 5u);
  EXPECT_EQ(audit["entries"][0]["actor"], "li");
  EXPECT_EQ(audit["entries"][0]["detail"], "new -> in_review");
  EXPECT_TRUE(Json::parse(lab.Ask("GET", "/v1/audit/verification").body)["intact"].get<bool>());
}

TEST(Api, ChangesNothingThatCannotBeWrittenToTheAuditLog) {
  Laboratory lab;
  lab.Happen({{}});
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const Response refused = lab.Ask("PATCH", "/v1/incidents/1", R"({"state":"closed"})");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(lab.store->Get(1)->state, incident::State::kNew);
}

TEST(Api, RefusesWhatItDoesNotKnowInsteadOfGuessing) {
  Laboratory lab;
  lab.Happen({{}});
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents?stat=new").status, 400);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents?state=open").status, 400);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents?limit=0").status, 400);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents?since=yesterday").status, 400);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents/999").status, 404);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents/1x").status, 404);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents/99999999999999999999999").status, 404);
  EXPECT_EQ(lab.Ask("GET", "/v1/incidents/../../etc/passwd").status, 404);
  EXPECT_EQ(lab.Ask("POST", "/v1/incidents").status, 405);
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", "[]").status, 400);
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", "{").status, 400);
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", R"({"state":1})").status, 400);
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", R"({"colour":"red"})").status, 400);
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", "{\"assignee\":\"\\u001b[2J\"}").status, 400);
  EXPECT_EQ(lab.Ask("PATCH", "/v1/incidents/1", std::string(100000, '[')).status, 400);
  EXPECT_EQ(lab.Ask("PUT", "/v1/incidents/1/tags/a b").status, 400);
  EXPECT_EQ(lab.Ask("DELETE", "/v1/incidents/1/tags/none").status, 404);
  EXPECT_EQ(Json::parse(lab.Ask("GET", "/v1/audit").body)["entries"].size(), 0u);
}

TEST(Api, FindsTheIncidentOfABlockPage) {
  Laboratory lab;
  lab.Happen({{}});
  EXPECT_EQ(Json::parse(lab.Ask("GET", "/v1/incidents?reference=0000000000000abc").body)["incidents"].size(), 1u);
  EXPECT_EQ(Json::parse(lab.Ask("GET", "/v1/incidents?reference=0000000000000abd").body)["incidents"].size(), 0u);
}

TEST(Api, StreamsWhatChanges) {
  Laboratory lab;
  const Response response = lab.Ask("GET", "/v1/stream");
  ASSERT_TRUE(response.stream);
  std::string out;
  ASSERT_TRUE(response.stream(out));
  EXPECT_EQ(out, "event: statistics\ndata: {}\n\n");
  lab.Happen({{}});
  out.clear();
  ASSERT_TRUE(response.stream(out));
  EXPECT_EQ(out.rfind("event: incident\ndata: {\"id\":1,", 0), 0u) << out;
  lab.store->feed().Close();
  EXPECT_FALSE(response.stream(out));
}

TEST(Api, OpensABoundedNumberOfStreams) {
  Laboratory lab;
  std::vector<Response> open;
  for (int i = 0; i < Api::kMaxStreams; ++i) open.push_back(lab.Ask("GET", "/v1/stream"));
  EXPECT_EQ(lab.Ask("GET", "/v1/stream").status, 503);
  open.pop_back();
  EXPECT_EQ(lab.Ask("GET", "/v1/stream").status, 200);
}

TEST(Api, HoldsNothingBackOnATapNorForAnAnalyst) {
  Laboratory lab;
  const std::string body = R"({"kind":"source","source":"10.0.0.1"})";
  EXPECT_EQ(lab.Ask("POST", "/v1/quarantines", body, Role::kAnalyst).status, 403);
  EXPECT_EQ(lab.Ask("POST", "/v1/quarantines", body, Role::kOperator).status, 201);
  lab.appliance.state.is_inline = false;
  EXPECT_EQ(lab.Ask("POST", "/v1/quarantines", body).status, 409);
}

TEST(Api, CountsRequestsByHowTheyEnded) {
  Laboratory lab;
  lab.Ask("GET", "/v1/audit", "", Role::kViewer);
  lab.Ask("GET", "/v1/incidents/9");
  lab.Ask("GET", "/healthz");
  lab.appliance.state.forwards = false;
  lab.Ask("GET", "/readyz");
  const Json counters = Json::parse(lab.Ask("GET", "/v1/status").body)["counters"];
  EXPECT_EQ(counters["api_requests"], 4);
  EXPECT_EQ(counters["api_requests_refused"], 1);
  EXPECT_EQ(counters["api_requests_wrong"], 1);
  EXPECT_EQ(counters["api_requests_failed"], 1);
}

TEST(Api, ExposesWhatTheAppliancesCountsAndTheControlPlanesOwn) {
  Laboratory lab;
  lab.appliance.totals.fates[static_cast<size_t>(content::Fate::kEncrypted)] = 7;
  lab.appliance.totals.counters["port_out-side_rx_packets"] = 3;
  lab.appliance.totals.rules["cn.secret"] = {9, 4, 0.25};
  lab.rules.Observe(incident::testing::Make({}), "");
  const std::string text = lab.Ask("GET", "/metrics", "", Role::kViewer).body;
  for (const char* line : {"sluice_coverage_bytes_total{fate=\"encrypted\"} 7\n", "sluice_port_rx_packets_total{port=\"out-side\"} 3\n", "sluice_forwards 1\n",
                           "# TYPE sluice_incident_findings_waiting gauge\n", "sluice_rule_hits_total{rule=\"cn.secret\"} 9\n",
                           "sluice_rule_hits_confirmed_total{rule=\"cn.secret\"} 4\n", "sluice_rule_seconds_total{rule=\"cn.secret\"} 0.25\n", "sluice_rule_findings_total{rule=\"cn.secret\",verdict=\"block\"} 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(Api, IsReadyOnlyWhilePacketsAreForwarded) {
  Laboratory lab;
  EXPECT_EQ(lab.Ask("GET", "/readyz").status, 200);
  lab.appliance.state.forwards = false;
  EXPECT_EQ(lab.Ask("GET", "/readyz").status, 503);
}

}  // namespace
}  // namespace sluice::api
