// Each format against a file that shows it whole, and the laws that all formats keep.
#include "control/exports/format/format.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/places.h"

namespace sluice::exports {
namespace {

const std::string kId = "00112233aabbccdd-7";

const std::string kFinding =
    R"({"time":"2026-01-31T23:59:59.123456789Z","event":"finding","schema":1,"policy":{"digest":"ab12","generation":3},"rule":"cn.secret",)"
    R"("severity":"high","verdict":"block","action":"block_page","detector":"cn.star","confidence":90,"count":2,"flow":{"id":"f000000000000abc",)"
    R"("src_ip":"10.0.0.1","src_port":40000,"dst_ip":"2001:db8::9","dst_port":443,"transport":"tcp","app":"http","vlan":12,"client":"desk 7"},)"
    R"("direction":"upload","object":{"id":1,"name":"计划|=\\\u202e.docx","media_type":"text/plain","bytes":9,"path":["http.request.body"],)"
    R"("sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"match":{"masked":"机**","offset":0,"length":3,)"
    R"("encoding":"utf-8"},"explain":"cn.star: 2","incident":"0000000000000abc"})";

const std::string kAnomaly =
    R"({"time":"2026-01-31T23:59:59.000000001Z","event":"anomaly","schema":1,"policy":{"digest":"ab12","generation":3},"kind":"encrypted_container",)"
    R"("action":"forwarded","flow":{"id":"0000000000000abc","src_ip":"10.0.0.1","src_port":1,"dst_ip":"192.0.2.9","dst_port":25,"transport":"tcp",)"
    R"("app":"smtp","vlan":0},"direction":"upload","bytes_uninspected":4096})";

std::string Written(const std::string& format, const std::string& line) {
  const auto written = Write(*FindFormat(format), kId, line);
  EXPECT_TRUE(written.ok());
  return written ? written->text : "";
}

class EachFormat : public ::testing::TestWithParam<std::string> {};

// With SLUICE_UPDATE_GOLDEN set the file is written instead of compared.
TEST_P(EachFormat, IsWhatTheFileShows) {
  const std::string path = places::SourceFolder() + "/tests/unit/control/exports/format/golden/" + GetParam() + ".txt";
  const std::string text = Written(GetParam(), kFinding) + "\n" + Written(GetParam(), kAnomaly) + "\n";
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream in(path);
  EXPECT_EQ(text, (std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}));
}

TEST_P(EachFormat, IsOneLineThatNamesTheRecordAndShowsNoControls) {
  for (const std::string& line : {kFinding, kAnomaly}) {
    const std::string text = Written(GetParam(), line);
    EXPECT_NE(text.find(kId), std::string::npos);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos) << "U+202E turns a line around";
  }
}

TEST_P(EachFormat, TakesARecordWithoutAnyKey) { EXPECT_NE(Written(GetParam(), R"({"event":"finding"})"), ""); }

TEST_P(EachFormat, TakesKeysOfAnotherKind) {
  EXPECT_NE(Written(GetParam(), R"({"event":7,"flow":"x","object":[1],"severity":{},"time":"yesterday","match":null})"), "");
}

INSTANTIATE_TEST_SUITE_P(Formats, EachFormat, ::testing::Values("jsonl", "ocsf", "ecs", "eve", "cef"), [](const auto& tested) { return tested.param; });

TEST(Formats, AreAllTested) { EXPECT_EQ(Formats().size(), 5u); }

TEST(Formats, AreJsonWhereTheySaySo) {
  for (const Format& format : Formats()) {
    if (format.media_type != "application/x-ndjson") continue;
    for (const std::string& line : {kFinding, kAnomaly}) EXPECT_TRUE(nlohmann::json::accept(Written(std::string(format.name), line))) << format.name;
  }
}

TEST(Write, RefusesWhatIsNoRecord) {
  for (const char* line : {"", "{", "[]", "7", "{}", "null", "{\"event\":\"finding\"} {"}) {
    const auto written = Write(*FindFormat("jsonl"), kId, line);
    ASSERT_FALSE(written.ok()) << line;
    EXPECT_EQ(written.error().code(), ErrorCode::kCorrupt);
  }
}

TEST(Write, TellsEnvelopesTimeEventAndSeverity) {
  const auto written = Write(*FindFormat("cef"), kId, kFinding);
  EXPECT_EQ(written->time, "2026-01-31T23:59:59.123456789Z");
  EXPECT_EQ(written->event, "finding");
  EXPECT_EQ(written->severity, 3);
}

TEST(Ocsf, IsADataSecurityFindingThatWasBlocked) {
  const auto out = nlohmann::json::parse(Written("ocsf", kFinding));
  EXPECT_EQ(out["class_uid"], 2006);
  EXPECT_EQ(out["type_uid"], 200601);
  EXPECT_EQ(out["time"], 1769903999123);
  EXPECT_EQ(out["severity_id"], 4);
  EXPECT_EQ(out["disposition_id"], 2);
  EXPECT_EQ(out["metadata"]["uid"], kId);
}

TEST(Cef, EscapesWhatWouldEndAField) {
  const std::string text = Written("cef", kFinding);
  EXPECT_NE(text.find("|cn.secret: 计划\\|=\\\\ .docx|8|"), std::string::npos) << text;
  EXPECT_NE(text.find("fname=计划|\\=\\\\ .docx fsize=9"), std::string::npos) << text;
}

}  // namespace
}  // namespace sluice::exports
