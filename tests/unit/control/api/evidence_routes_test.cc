// Evidence by the API: for its readers alone, with a reason that the audit log keeps, sealed as it is.
#include "tests/support/json_schema.h"
#include "tests/support/places.h"
#include "tests/unit/control/api/laboratory.h"

namespace sluice::api {
namespace {

using testing::Json;
using testing::Laboratory;

TEST(EvidenceRoutes, ListWhatThereIsAsTheDocumentSays) {
  Laboratory lab;
  lab.Keep("an object", 0xabc);
  evidence::Evidence absent;
  absent.outcome = "no_place";
  absent.references = {0xabc};
  ASSERT_TRUE(lab.vault->Note(absent).ok());
  const Response response = lab.Ask("GET", "/v1/evidence", "", Role::kEvidenceReader);
  ASSERT_EQ(response.status, 200) << response.body;
  const Json page = Json::parse(response.body);
  ASSERT_EQ(page["evidence"].size(), 2u);
  EXPECT_EQ(page["evidence"][0]["outcome"], "no_place");
  EXPECT_EQ(page["evidence"][1]["digest"].get<std::string>().size(), 64u);
  std::ifstream in(places::SourceFolder() + "/docs/openapi.json");
  const Json schema = Json::parse(in)["components"]["schemas"]["Evidence"];
  for (const Json& one : page["evidence"]) EXPECT_EQ(sluice::testing::JsonSchema(schema).Violations(one), std::vector<std::string>());
  EXPECT_EQ(Json::parse(lab.Ask("GET", "/v1/evidence?limit=1", "", Role::kEvidenceReader).body)["evidence"].size(), 1u);
}

TEST(EvidenceRoutes, StandInTheIncidentTheyBelongTo) {
  Laboratory lab;
  lab.Keep("an object", 0xabc);
  lab.Keep("of another", 0xdef);
  lab.Happen({{}});
  const Json incident = Json::parse(lab.Ask("GET", "/v1/incidents/1", "", Role::kViewer).body);
  ASSERT_EQ(incident["evidence"].size(), 1u);
  EXPECT_EQ(incident["evidence"][0]["bytes_kept"], 9);
}

TEST(EvidenceRoutes, HandOutASealedItemAndSayWhoAndWhyBefore) {
  Laboratory lab;
  lab.Keep("an object", 0xabc);
  const Response response = lab.Ask("GET", "/v1/evidence/1?reason=case 17", "", Role::kEvidenceReader);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.type, "application/octet-stream");
  EXPECT_EQ(response.body, lab.vault->Read(1).value());
  EXPECT_EQ(response.body.find("an object"), std::string::npos);
  const std::string last = lab.log->Tail(1)->at(0);
  EXPECT_NE(last.find("evidence.fetch"), std::string::npos);
  EXPECT_NE(last.find("case 17"), std::string::npos);
  EXPECT_NE(last.find("\"li\""), std::string::npos);
}

TEST(EvidenceRoutes, RefuseOthersAndThoseWhoDoNotSayWhy) {
  Laboratory lab;
  lab.Keep("an object", 0xabc);
  for (const Role role : {Role::kViewer, Role::kAnalyst, Role::kOperator, Role::kAdmin}) {
    EXPECT_EQ(lab.Ask("GET", "/v1/evidence", "", role).status, 403);
    EXPECT_EQ(lab.Ask("GET", "/v1/evidence/1?reason=x", "", role).status, 403);
  }
  EXPECT_EQ(lab.Ask("GET", "/v1/evidence/1", "", Role::kEvidenceReader).status, 400);
  EXPECT_EQ(lab.Ask("GET", "/v1/evidence/1?reason=" + std::string(1001, 'x'), "", Role::kEvidenceReader).status, 400);
  EXPECT_EQ(lab.Ask("GET", "/v1/evidence/77?reason=x", "", Role::kEvidenceReader).status, 404);
  EXPECT_EQ(lab.Ask("GET", "/v1/evidence/..?reason=x", "", Role::kEvidenceReader).status, 404);
  EXPECT_EQ(lab.log->Tail(100)->size(), 0u) << "nothing was fetched";
}

}  // namespace
}  // namespace sluice::api
