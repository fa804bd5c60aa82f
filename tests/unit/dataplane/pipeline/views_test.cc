// What objects are opened into, through the whole pipeline: paths of findings, fates, what could not be looked into.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>

#include "dataplane/event/json_writer.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

std::string Deflate(const std::string& text, int window_bits) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string Gzip(const std::string& text) { return Deflate(text, 15 + 16); }

std::string Le(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}
// One entry, deflated.
std::string Zip(const std::string& name, const std::string& text, bool encrypted = false) {
  const std::string coded = Deflate(text, -15);
  return "PK\x03\x04" + Le(20, 2) + Le(encrypted ? 1 : 0, 2) + Le(8, 2) + Le(0, 8) + Le(coded.size(), 4) + Le(text.size(), 4) + Le(name.size(), 2) + Le(0, 2) + name +
         coded + "PK\x05\x06" + std::string(18, '\0');
}

std::vector<TimedFrame> Put(const std::string& body, const std::string& fields = "", size_t segment = 1400) {
  TcpSession session;
  session.Handshake();
  const std::string head = "PUT /f HTTP/1.1\r\nHost: h\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const std::string stream = head + body;
  for (size_t at = 0; at < stream.size(); at += segment) session.Segment(Side::kClient, static_cast<int64_t>(at), stream.substr(at, segment));
  return session.frames();
}

std::string Filler(size_t bytes) {
  std::string text;
  for (size_t i = 0; text.size() < bytes; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  return text;
}

uint64_t FateBytes(const Seen& seen, content::Fate fate) { return seen.totals.fates[static_cast<size_t>(fate)]; }

TEST(Views, FindingsCarryThePathThroughContainers) {
  const std::string page = "<?xml version=\"1.0\"?><w:document><w:p><w:r><w:t>\xE6\x9C\xBA</w:t></w:r><w:r><w:t>\xE5\xAF\x86\xE2\x98\x85</w:t></w:r></w:p></w:document>";
  const Seen seen = Play(Put(Gzip(Zip("word/document.xml", page)), "Content-Encoding: gzip\r\n"), BlockingPolicy());
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].object_path, "http.request.body\ngzip\nzip:word/document.xml\ntext");
  EXPECT_EQ(seen.findings[0].rule, "cn.mark");
  EXPECT_EQ(seen.totals.AccountedBytes(), seen.totals.bytes);
}

TEST(Views, CodedBytesAreDecodedWhateverTheSegments) {
  const std::string body = Gzip(Filler(60000) + "\xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x85" + Filler(5000));
  const Seen whole = Play(Put(body), BlockingPolicy());
  ASSERT_EQ(whole.findings.size(), 1u);
  EXPECT_GE(FateBytes(whole, content::Fate::kDecoded), body.size() / 2);
  for (const size_t segment : {size_t{1}, size_t{7}, size_t{300}}) {
    const Seen cut = Play(Put(body, "", segment), BlockingPolicy());
    EXPECT_EQ(cut.findings, whole.findings) << segment;
    EXPECT_EQ(cut.totals.AccountedBytes(), cut.totals.bytes) << segment;
  }
}

TEST(Views, WhatIsInTheBytesIsNotFoundAgainInTheirText) {
  const Seen seen = Play(Put("<html><body><p>\xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x85</p></body></html>" + Filler(2000)), BlockingPolicy());
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].object_path, "http.request.body");
}

TEST(Views, EncryptedEntriesAreAnomaliesAndNotInspected) {
  const std::string body = Zip("secret.docx", Filler(20000), true);
  const Seen seen = Play(Put(body), BlockingPolicy());
  EXPECT_EQ(seen.anomalies, (std::vector<std::string>{"encrypted_container"}));
  EXPECT_GE(FateBytes(seen, content::Fate::kEncrypted), body.size() / 2);
}

// The whole object fits into the prefix by which it is told, so that it is considered at its end only.
TEST(Views, AShortObjectWithoutADecoderIsAnAnomaly) {
  PlayOptions options;
  options.decode.max_chains = 1;
  TcpSessionOptions of_first, of_second;
  of_first.client_port = 40001;
  of_second.client_port = 40002;
  TcpSession first(of_first), second(of_second);
  first.Handshake();
  second.Handshake();
  const std::string longer = Gzip(Filler(60000));
  const std::string shorter = "{\"note\": \"TOPSECRET\\u002dMARK\"}";  // its bytes alone do not show it
  const auto head = [](const std::string& body) { return "PUT /f HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"; };
  first.Segment(Side::kClient, 0, head(longer) + longer.substr(0, 1200));  // holds the one chain
  second.Segment(Side::kClient, 0, head(shorter) + shorter);
  std::vector<TimedFrame> frames = first.frames();
  for (const TimedFrame& frame : second.frames()) frames.push_back(frame);
  const Seen seen = Play(frames, BlockingPolicy(), options);
  EXPECT_TRUE(seen.findings.empty());
  EXPECT_EQ(std::count(seen.anomalies.begin(), seen.anomalies.end(), "unopened_container"), 1);
}

TEST(Views, ThePolicyMayStopWhatCannotBeLookedInto) {
  const auto policy = PolicyOf(R"(
pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: closed}
detectors: {mark: {literals: [TOPSECRET-MARK]}}
rules: [{id: test.mark, title: A mark, severity: high, action: block, scope: {direction: both}, detect: mark}]
)");
  PlayOptions options;
  options.mode = stream::Mode::kInline;
  const std::string open = Zip("open.txt", Filler(20000)), sealed = Zip("secret.docx", Filler(20000), true);
  EXPECT_EQ(Received(Play(Put(open), policy, options).sent, 80).size(), Received(Play(Put(open), BlockingPolicy(), options).sent, 80).size());
  EXPECT_LT(Received(Play(Put(sealed), policy, options).sent, 80).size(), 3000u);
}

TEST(Views, ABombEndsWithinItsBudgetAndIsNamed) {
  std::string bomb = Gzip(std::string(100 << 20, '\0'));
  bomb = Gzip(bomb);
  const Seen seen = Play(Put(bomb), BlockingPolicy());
  EXPECT_NE(std::find(seen.anomalies.begin(), seen.anomalies.end(), "decompression_budget"), seen.anomalies.end());
  EXPECT_EQ(seen.totals.AccountedBytes(), seen.totals.bytes);
}

TEST(Views, MembersAreObjectsOfTheirOwnInTheLog) {
  PlayOptions options;
  options.objects = true;
  const Seen seen = Play(Put("--b\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\nhello\r\n--b--\r\n", "Content-Type: multipart/form-data; boundary=b\r\n"),
                         BlockingPolicy(), options);
  size_t members = 0;
  for (const event::Record& record : seen.records) {
    if (record.kind != event::RecordKind::kObject || record.body.object.object.name.view() != "a.txt") continue;
    ++members;
    EXPECT_EQ(record.body.object.object.bytes, 5u);
    EXPECT_EQ(record.body.object.object.path.view(), "http.request.body\nmultipart:a.txt");
    EXPECT_TRUE(record.body.object.complete);
  }
  EXPECT_EQ(members, 1u);
}

}  // namespace
}  // namespace sluice::test
