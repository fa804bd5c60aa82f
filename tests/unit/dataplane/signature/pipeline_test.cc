// Registered documents through the whole pipeline: pasted into a form, sent raw, packed; and blocked where the rule says so.
#include <gtest/gtest.h>

#include <algorithm>

#include "rules/fingerprint/row_values.h"

#include "tests/unit/dataplane/pipeline/fixture.h"
#include "tests/unit/dataplane/signature/policy.h"

namespace sluice::test {
namespace {

const HeldSet& Designs() {
  static const HeldSet held = SetOf("designs", {{"plan.txt", EnglishText(50'000, 1)}, {"计划.txt", ChineseText(20'000, 2)}, {"mesh.bin", BinaryData(3'000'000, 3)}});
  return held;
}

std::string PercentEncoded(const std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == ' ') {
      encoded += '+';
    } else if (byte < 0x80 && std::isalnum(byte) != 0) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return encoded;
}

std::vector<TimedFrame> Posted(const std::string& body, const std::string& type, uint16_t port = 40000) {
  TcpSession session({.client_port = port});
  session.Handshake();
  session.Upload("POST /paste HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  session.Download("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").Finish();
  return session.frames();
}

const event::Finding* FindingOf(const Seen& seen) {
  const auto found = std::find_if(seen.records.begin(), seen.records.end(), [](const event::Record& r) { return r.kind == event::RecordKind::kFinding; });
  return found == seen.records.end() ? nullptr : &found->body.finding;
}

TEST(SignaturePipeline, FindsAParagraphPastedIntoAForm) {
  const auto policy = PolicyWith(SignatureYaml(""), {Designs()});
  const std::string pasted = EnglishText(50'000, 1).substr(31'000, 900);
  const Seen seen = Play(Posted("title=hello&text=" + PercentEncoded(pasted) + "&ok=1", "application/x-www-form-urlencoded"), policy);
  const event::Finding* finding = FindingOf(seen);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->rule.view(), "test.design");
  EXPECT_EQ(finding->document.name.view(), "plan.txt");
  EXPECT_EQ(finding->document.set.view(), "designs");
  EXPECT_GE(finding->document.bytes, 60u);
  EXPECT_NE(seen.json[0].find("\"document\":{\"set\":\"designs\",\"number\":1,\"name\":\"plan.txt\""), std::string::npos) << seen.json[0];
}

TEST(SignaturePipeline, FindsChineseInAForm) {
  const Seen seen = Play(Posted("t=" + PercentEncoded(ChineseText(20'000, 2).substr(15'000, 900)), "application/x-www-form-urlencoded"), PolicyWith(SignatureYaml(""), {Designs()}));
  ASSERT_NE(FindingOf(seen), nullptr);
  EXPECT_EQ(FindingOf(seen)->document.name.view(), "计划.txt");
}

TEST(SignaturePipeline, FindsASliceSentRaw) {
  TcpSession session({.server_port = 9999});
  session.Handshake().Upload(BinaryData(3'000'000, 3).substr(1'234'567, 70'000)).Finish();
  const Seen seen = Play(session.frames(), PolicyWith(SignatureYaml(""), {Designs()}));
  ASSERT_NE(FindingOf(seen), nullptr);
  EXPECT_EQ(FindingOf(seen)->document.name.view(), "mesh.bin");
}

TEST(SignaturePipeline, KnowsAWholeFile) {
  const Seen seen = Play(Posted(EnglishText(50'000, 1), "text/plain"), PolicyWith(SignatureYaml(", whole: true"), {Designs()}));
  ASSERT_NE(FindingOf(seen), nullptr);
  EXPECT_TRUE(FindingOf(seen)->document.whole);
  EXPECT_EQ(FindingOf(seen)->document.percent, 100);
}

TEST(SignaturePipeline, BlocksWhatMustNotLeave) {
  const std::string document = EnglishText(50'000, 1);
  const Seen seen = Play(Posted(document, "text/plain"), PolicyWith(SignatureYaml(", bytes: 2000", "block"), {Designs()}), {.mode = stream::Mode::kInline});
  ASSERT_NE(FindingOf(seen), nullptr);
  EXPECT_EQ(FindingOf(seen)->action, verdict::ActionTaken::kBlockPage);
  EXPECT_LT(Received(seen.sent, 80).size(), 8'000u);
}

TEST(SignaturePipeline, GoesTogetherWithOtherConditions) {
  const std::string yaml = R"(
pack: {id: t, title: T}
detectors:
  designs: {signature: {set: designs}}
  marker: {literals: [for-your-eyes]}
rules:
  - {id: test.both, title: Both, scope: {direction: upload}, condition: {all: [designs, marker]}}
  - {id: test.two, title: Two documents, scope: {direction: upload}, condition: {detector: designs, count: 2}}
)";
  const auto policy = PolicyWith(yaml, {Designs()});
  const std::string plan = EnglishText(50'000, 1).substr(100, 900), chinese = ChineseText(20'000, 2).substr(300, 900);
  const auto rules = [&](const std::string& body) {
    std::vector<std::string> fired;
    for (const SeenFinding& f : Play(Posted(body, "text/plain"), policy).findings) fired.push_back(f.rule);
    return fired;
  };
  EXPECT_EQ(rules(plan), std::vector<std::string>{});
  EXPECT_EQ(rules(plan + " for-your-eyes"), std::vector<std::string>{"test.both"});
  EXPECT_EQ(rules(plan + "\n" + chinese), std::vector<std::string>{"test.two"});
}

TEST(SignaturePipeline, FindsColumnsOfARowTogether) {
  const auto secrets = TestSecrets();
  fingerprint::Document table;
  table.name = "people.csv";
  const std::vector<std::vector<std::string>> rows = {{"Zhang San", "13800138000", "6222020200112233445"}, {"Li Si", "13900139000", "6222020200998877665"}};
  for (uint32_t r = 0; r < rows.size(); ++r) {
    for (uint16_t c = 0; c < 3; ++c) table.rows.push_back({*fingerprint::RowValueOf(*secrets, rows[r][c]), r, c});
  }
  fingerprint::SetContents contents;
  contents.name = "people";
  contents.documents.push_back(table);
  HeldSet held;
  held.bytes = std::make_shared<std::vector<uint8_t>>(*fingerprint::WriteSet(contents, *secrets));
  held.set = *fingerprint::Set::Parse({held.bytes->data(), held.bytes->size()}, secrets);
  const auto policy = PolicyWith(R"(
pack: {id: t, title: T}
detectors:
  people: {regex: ['\b1[0-9]{10}\b'], signature: {set: people, columns: 2}}
rules:
  - {id: test.people, title: A customer, scope: {direction: upload}, detect: people}
)", {held});
  const auto found = [&](const std::string& body) { return Play(Posted(body, "text/plain"), policy).findings.size(); };
  const std::string filling(3000, 'x');
  EXPECT_EQ(found("Zhang San, phone 13800138000."), 1u);
  EXPECT_EQ(found(filling + " phone 13800138000 is of zhang  SAN " + filling), 1u);
  EXPECT_EQ(found("phone 13800138000 alone"), 0u);
  EXPECT_EQ(found("Li Si, phone 13800138000."), 0u);
  EXPECT_EQ(found("Zhang San " + filling + " 13800138000"), 0u);
  // However it is cut.
  for (size_t cut = 1; cut < 60; cut += 7) {
    TcpSession session({.server_port = 9999});
    const std::string text = "customer Zhang San, phone 13800138000, card 6222020200112233445, and so on and on and on";
    session.Handshake();
    session.Upload(text.substr(0, cut)).Upload(text.substr(cut)).Finish();
    EXPECT_EQ(Play(session.frames(), policy).findings.size(), 1u) << cut;
  }
}

TEST(SignaturePipeline, SaysNothingOfOtherTraffic) {
  const Seen seen = Play(Posted(EnglishText(200'000, 500), "text/plain"), PolicyWith(SignatureYaml(""), {Designs()}));
  EXPECT_EQ(FindingOf(seen), nullptr);
  EXPECT_GT(seen.totals.counters.at("signature_lookups"), 1000u);
}

TEST(SignaturePipeline, FindsTheSameForAnyNumberOfWorkers) {
  std::vector<TimedFrame> frames;
  for (uint16_t i = 0; i < 30; ++i) {
    TcpSession session({.client = "10.0.1." + std::to_string(i + 1), .client_port = static_cast<uint16_t>(30000 + i)});
    session.Handshake().Upload(EnglishText(50'000, 1).substr(i * 1000u, 900) + EnglishText(2000, 700u + i)).Finish();
    frames.insert(frames.end(), session.frames().begin(), session.frames().end());
  }
  const auto policy = PolicyWith(SignatureYaml(""), {Designs()});
  const Seen one = Play(frames, policy), four = Play(frames, policy, {.workers = 4});
  EXPECT_EQ(one.findings.size(), 30u);
  EXPECT_EQ(one.json, four.json);
}

}  // namespace
}  // namespace sluice::test
