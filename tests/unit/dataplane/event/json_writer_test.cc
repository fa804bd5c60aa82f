#include "dataplane/event/json_writer.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/json_schema.h"
#include "tests/support/places.h"
#include "tests/unit/dataplane/event/sample_records.h"

namespace sluice::event {
namespace {

using Json = nlohmann::ordered_json;
using sluice::testing::JsonSchema;

const std::string kSchemas = places::SourceFolder() + "/docs/schema/";

std::string Line(const Record& record) {
  JsonWriter writer;
  writer.SetPolicy(7, "9f86d081");
  std::string line;
  writer.Append(record, line);
  return line;
}

std::vector<std::string> KeysOf(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

void ExpectValid(const Record& record) {
  const JsonSchema schema = JsonSchema::FromFile(kSchemas + std::string(Name(record.kind)) + ".schema.json");
  EXPECT_EQ(schema.Violations(nlohmann::json::parse(Line(record))), std::vector<std::string>{}) << Line(record);
}

TEST(JsonWriter, NamesTheClientWhereItIsKnown) {
  auto hosts = std::make_shared<packet::HostNames>();
  hosts->Add(SampleRecord(RecordKind::kFinding).flow.src.bytes, 128, "login node");
  JsonWriter writer;
  writer.SetHosts(hosts);
  for (size_t i = 0; i < static_cast<size_t>(RecordKind::kCount); ++i) {
    std::string line;
    const Record record = SampleRecord(static_cast<RecordKind>(i));
    writer.Append(record, line);
    const Json json = Json::parse(line);
    EXPECT_EQ(json["flow"]["client"], "login node") << line;
    const JsonSchema schema = JsonSchema::FromFile(kSchemas + std::string(Name(record.kind)) + ".schema.json");
    EXPECT_EQ(schema.Violations(nlohmann::json::parse(line)), std::vector<std::string>{}) << line;
  }
}

TEST(JsonWriter, WritesAFindingInFull) {
  EXPECT_EQ(Line(SampleRecord(RecordKind::kFinding)),
            R"({"time":"2023-11-14T22:13:20.000000042Z","event":"finding","schema":1,)"
            R"("policy":{"digest":"9f86d081","generation":7},"rule":"cn.secret","severity":"high","verdict":"block",)"
            R"("action":"block_page","detector":"cn.secret.ten-years","confidence":95,"count":2,)"
            R"("flow":{"id":"00c0ffee00000001","src_ip":"192.0.2.10","src_port":40000,"dst_ip":"2001:db8::1",)"
            R"("dst_port":80,"transport":"tcp","app":"http","vlan":12},"direction":"upload",)"
            R"("object":{"id":3,"name":"report.zip","media_type":"application/zip","bytes":1234,)"
            R"("path":["http.request.body","zip:word/document.xml"],)"
            R"("sha256":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},)"
            R"("match":{"masked":"机*★1**","offset":77,"length":14,"encoding":"utf-8"},)"
            R"("explain":"2 hits of cn.secret.ten-years","incident":"0000000000000abc"})"
            "\n");
}

TEST(JsonWriter, WritesAFlowInFull) {
  EXPECT_EQ(Line(SampleRecord(RecordKind::kFlow)),
            R"({"time":"2023-11-14T22:13:20.000000042Z","event":"flow","schema":1,)"
            R"("policy":{"digest":"9f86d081","generation":7},)"
            R"("flow":{"id":"00c0ffee00000001","src_ip":"192.0.2.10","src_port":40000,"dst_ip":"2001:db8::1",)"
            R"("dst_port":80,"transport":"tcp","app":"http","vlan":12},"start":"2023-11-14T22:13:18.000000042Z",)"
            R"("last":"2023-11-14T22:13:19.999000042Z","final":true,"reason":"closed",)"
            R"("upload":{"packets":10,"bytes":2000,"payload_bytes":1500},)"
            R"("download":{"packets":8,"bytes":900,"payload_bytes":300},"fate":{"inspected":2800,"encrypted":100},)"
            R"("names":{"sni":"tls.example","host":"files.example","user":"alice","version":"nginx/1.22"},)"
            R"("payload_class":"text","findings":2,"verdict":"block"})"
            "\n");
}

TEST(JsonWriter, EveryKindFollowsItsSchema) {
  for (size_t kind = 0; kind < static_cast<size_t>(RecordKind::kCount); ++kind) {
    ExpectValid(SampleRecord(static_cast<RecordKind>(kind)));
    // With nothing filled in but the place of origin.
    Record bare;
    Reset(bare, static_cast<RecordKind>(kind));
    if (bare.kind == RecordKind::kAnomaly) bare.body.anomaly.kind = "reassembly_gap";
    ExpectValid(bare);
  }
}

// A word added to an enum without its place in the schema is found here.
TEST(JsonWriter, EveryWordOfEveryEnumIsInTheSchema) {
  for (const auto severity : {model::Severity::kInfo, model::Severity::kLow, model::Severity::kMedium,
                              model::Severity::kHigh, model::Severity::kCritical}) {
    Record record = SampleRecord(RecordKind::kFinding);
    record.body.finding.severity = severity;
    ExpectValid(record);
  }
  for (const auto verdict : {verdict::Verdict::kAllow, verdict::Verdict::kAlert, verdict::Verdict::kBlock,
                             verdict::Verdict::kQuarantine}) {
    Record record = SampleRecord(RecordKind::kFinding);
    record.body.finding.verdict = verdict;
    ExpectValid(record);
  }
  for (const auto action : {verdict::ActionTaken::kForwarded, verdict::ActionTaken::kDropped,
                            verdict::ActionTaken::kReset, verdict::ActionTaken::kBlockPage}) {
    Record record = SampleRecord(RecordKind::kAnomaly);
    record.body.anomaly.action = action;
    ExpectValid(record);
  }
  for (int transport = 0; transport <= static_cast<int>(packet::Transport::kOther); ++transport) {
    Record record = SampleRecord(RecordKind::kObject);
    record.flow.transport = static_cast<packet::Transport>(transport);
    ExpectValid(record);
  }
  for (int reason = 0; reason <= static_cast<int>(FlowEnd::kShutdown); ++reason) {
    Record record = SampleRecord(RecordKind::kFlow);
    record.body.flow.reason = static_cast<FlowEnd>(reason);
    ExpectValid(record);
  }
  for (int payload = 0; payload <= static_cast<int>(PayloadClass::kEncrypted); ++payload) {
    Record record = SampleRecord(RecordKind::kFlow);
    record.body.flow.payload_class = static_cast<PayloadClass>(payload);
    ExpectValid(record);
  }
  Record record = SampleRecord(RecordKind::kFlow);
  record.body.flow.fates.fill(1);
  ExpectValid(record);
}

TEST(JsonWriter, EveryFateIsExplainedInTheDocumentation) {
  std::ifstream in(places::SourceFolder() + "/docs/records.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (size_t i = 0; i < content::kFates; ++i) {
    const std::string row = "| `" + std::string(content::Name(static_cast<content::Fate>(i))) + "` |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

TEST(JsonWriter, AnomalyNamesItsObjectOnlyWhenThereIsOne) {
  Record record = SampleRecord(RecordKind::kAnomaly);
  EXPECT_EQ(Json::parse(Line(record))["object"]["id"], 3);
  record.body.anomaly.object.number = 0;
  EXPECT_FALSE(Json::parse(Line(record)).contains("object"));
}

TEST(JsonWriter, PrintsADigestOnlyWhenThereIsOne) {
  Record record = SampleRecord(RecordKind::kObject);
  EXPECT_TRUE(Json::parse(Line(record)).contains("sha256"));
  record.body.object.object.has_sha256 = false;
  EXPECT_FALSE(Json::parse(Line(record)).contains("sha256"));
}

TEST(JsonWriter, ReasonOfALivingFlowIsNull) {
  Record record = SampleRecord(RecordKind::kFlow);
  record.body.flow.final = false;
  record.body.flow.reason = FlowEnd::kNone;
  const Json json = Json::parse(Line(record));
  EXPECT_TRUE(json["reason"].is_null());
  EXPECT_EQ(json["final"], false);
}

TEST(JsonWriter, SaysThatAPolicyIsUnknown) {
  Record record = SampleRecord(RecordKind::kFinding);
  record.generation = 8;
  const Json json = Json::parse(Line(record));
  EXPECT_EQ(json["policy"]["digest"], "unknown");
  EXPECT_EQ(json["policy"]["generation"], 8);
}

TEST(JsonWriter, ShowsThatAPathWasCut) {
  Record record = SampleRecord(RecordKind::kObject);
  for (int i = 0; i < 40; ++i) AppendPathElement(record.body.object.object, "zip:folder/file.txt");
  const Json path = Json::parse(Line(record))["path"];
  EXPECT_EQ(path.front(), "http.request.body");
  EXPECT_TRUE(path.back().get<std::string>().find("…") != std::string::npos);
  ExpectValid(record);
}

TEST(JsonWriter, AnyBytesInNamesStayOneValidLine) {
  Record record = SampleRecord(RecordKind::kFinding);
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  record.body.finding.object.name.Assign(bytes);
  record.body.finding.match.masked.Assign("\"},\n{\"event\":\"finding\"");
  const std::string line = Line(record);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  ExpectValid(record);
  EXPECT_EQ(Json::parse(line)["match"]["masked"], "\"},\n{\"event\":\"finding\"");
}

TEST(JsonWriter, EqualRecordsGiveEqualLinesInTheSameOrderOfKeys) {
  EXPECT_EQ(Line(SampleRecord(RecordKind::kAnomaly)), Line(SampleRecord(RecordKind::kAnomaly)));
  EXPECT_EQ(KeysOf(Json::parse(Line(SampleRecord(RecordKind::kObject)))),
            (std::vector<std::string>{"time", "event", "schema", "policy", "flow", "app", "direction", "id", "name",
                                      "media_type", "bytes", "complete", "path", "sha256"}));
  EXPECT_EQ(KeysOf(Json::parse(Line(SampleRecord(RecordKind::kAnomaly)))),
            (std::vector<std::string>{"time", "event", "schema", "policy", "kind", "action", "flow", "direction", "object",
                                      "bytes_uninspected"}));
}

}  // namespace
}  // namespace sluice::event
