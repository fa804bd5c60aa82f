#include "dataplane/protocol/http2_session.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr int kEndStream = 1, kEndHeaders = 4, kPadded = 8, kPriority = 0x20;

std::string Frame(int type, int flags, uint32_t stream, const std::string& payload) {
  std::string frame;
  for (const size_t byte : {payload.size() >> 16, payload.size() >> 8, payload.size()}) frame += static_cast<char>(byte & 0xff);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const uint32_t byte : {stream >> 24, stream >> 16, stream >> 8, stream}) frame += static_cast<char>(byte & 0xff);
  return frame + payload;
}
std::string Settings() { return Frame(4, 0, 0, ""); }
std::string Data(uint32_t stream, const std::string& bytes, int flags = 0) { return Frame(0, flags, stream, bytes); }

// RFC 7541, 6.2.2: a literal field that is not put into the table.
std::string Field(const std::string& name, const std::string& value) {
  std::string field(1, '\0');
  for (const std::string& text : {name, value}) {
    if (text.size() < 127) {
      field += static_cast<char>(text.size());
    } else {
      field += '\x7f';
      size_t rest = text.size() - 127;
      for (; rest >= 128; rest /= 128) field += static_cast<char>(rest % 128 + 128);
      field += static_cast<char>(rest);
    }
    field += text;
  }
  return field;
}
std::string Request(const std::string& path, const std::string& more = {}) {
  return Field(":method", "PUT") + Field(":path", path) + Field(":authority", "files.example") + more;
}
std::string Headers(uint32_t stream, const std::string& block, int flags = kEndHeaders) { return Frame(1, flags, stream, block); }

std::vector<Event> Upload(const std::string& frames) { return {Up(kPreface + Settings() + frames), EndUp()}; }

TEST(Http2Session, HandsOnHeadsAndBodies) {
  const std::vector<Event> events = {
      Up(kPreface + Settings() + Headers(1, Request("/up/plan%20b.docx", Field("content-type", "application/zip") + Field("content-encoding", "gzip")))),
      Down(Settings()), Up(Data(1, "first ") + Data(1, "second", kEndStream)),
      Down(Headers(1, Field(":status", "200") + Field("server", "box/1")) + Data(1, "stored", kEndStream)), EndUp(), EndDown()};
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 1u);
  const SeenObject body = seen.Objects(Part::kHttpRequestBody)[0];
  EXPECT_EQ(body.bytes, "first second");
  EXPECT_EQ(body.name, "/up/plan b.docx");
  EXPECT_EQ(body.type, "application/zip");
  EXPECT_EQ(body.encoding, "gzip");
  EXPECT_TRUE(body.complete);
  ASSERT_EQ(seen.Objects(Part::kHttpResponseBody).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kHttpResponseBody)[0].bytes, "stored");
  EXPECT_EQ(seen.Objects(Part::kHttpResponseBody)[0].name, "/up/plan b.docx");
  EXPECT_EQ(seen.NameOf(NameKind::kHost), "files.example");
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "box/1");
  ASSERT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 1u);
  EXPECT_NE(seen.Objects(Part::kHttpRequestHead)[0].bytes.find(":path: /up/plan%20b.docx\r\n"), std::string::npos);
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectSameInAnyCut(ProtocolId::kHttp2, events);
}

TEST(Http2Session, KeepsInterleavedStreamsApart) {
  const std::vector<Event> events = Upload(Headers(1, Request("/a")) + Headers(3, Request("/b")) + Data(1, "aa") + Data(3, "bb") + Data(1, "AA", kEndStream) +
                                           Data(3, "BB", kEndStream));
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, events);
  const auto bodies = seen.Objects(Part::kHttpRequestBody);
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_EQ(bodies[0].bytes, "aaAA");
  EXPECT_EQ(bodies[1].bytes, "bbBB");
  EXPECT_TRUE(bodies[0].complete && bodies[1].complete);
  ExpectSameInAnyCut(ProtocolId::kHttp2, events);
}

TEST(Http2Session, ReadsContinuationsPaddingAndPriority) {
  const std::string block = Request("/long", Field("x-note", std::string(300, 'n')));
  const std::string padded = std::string(1, '\x03') + std::string(5, 'p') + block.substr(0, 20) + "\1\2\3";
  const std::vector<Event> events =
      Upload(Headers(1, padded, kPadded | kPriority) + Frame(9, 0, 1, block.substr(20, 100)) + Frame(9, kEndHeaders, 1, block.substr(120)) +
             Data(1, std::string("\2text\0\0", 7), kPadded | kEndStream));
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody)[0].bytes, "text");
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody)[0].name, "/long");
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectSameInAnyCut(ProtocolId::kHttp2, events);
}

TEST(Http2Session, EndsABlockWithAnEmptyContinuation) {
  const std::vector<Event> events = Upload(Headers(1, Request("/a"), 0) + Frame(9, kEndHeaders, 1, "") + Data(1, "x", kEndStream));
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody)[0].bytes, "x");
  ExpectSameInAnyCut(ProtocolId::kHttp2, events);
}

TEST(Http2Session, InspectsFieldsThatDoNotFitIntoTheText) {
  const std::string large(20000, 'v');
  const std::vector<Event> events = Upload(Headers(1, Request("/a", Field("x-large", large) + Field("x-after", "w")), kEndHeaders | kEndStream));
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 1u);
  EXPECT_NE(seen.Objects(Part::kHttpRequestHead)[0].bytes.find("x-large: " + large + "\r\nx-after: w\r\n"), std::string::npos);
  ExpectSameInAnyCut(ProtocolId::kHttp2, events);
}

TEST(Http2Session, InspectsWhatOtherFramesCarry) {
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, Upload(Frame(7, 0, 0, "debug data") + Frame(0xfa, 0, 9, "unknown type") + Frame(6, 0, 0, "pingpong")));
  std::string heads;
  for (const SeenObject& head : seen.Objects(Part::kHttpRequestHead)) heads += head.bytes;
  EXPECT_EQ(heads, "debug dataunknown typepingpong");
}

TEST(Http2Session, SaysAmbiguousWhenTheLengthIsNotThatOfTheData) {
  for (const char* length : {"3", "5", "x", "18446744073709551616"}) {
    Conversation seen(ProtocolId::kHttp2);
    PlayAll(seen, Upload(Headers(1, Request("/a", Field("content-length", length))) + Data(1, "1234", kEndStream)));
    EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming)) << length;
    EXPECT_EQ(seen.Objects(Part::kHttpRequestBody)[0].bytes, "1234");
  }
}

TEST(Http2Session, EndsTheBodyOfAStreamThatIsReset) {
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, Upload(Headers(1, Request("/a")) + Data(1, "part") + Frame(3, 0, 1, std::string(4, '\0'))));
  ASSERT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 1u);
  EXPECT_TRUE(seen.Objects(Part::kHttpRequestBody)[0].ended);
  EXPECT_FALSE(seen.Objects(Part::kHttpRequestBody)[0].complete);
}

TEST(Http2Session, GoesToRawWhereTheConnectionBreaks) {
  const std::string open = Headers(1, Request("/a"), 0);
  const std::string wrong[] = {
      open + Data(1, "x"),                                            // a block must be continued
      Frame(9, kEndHeaders, 1, "x"),                                  // nothing to continue
      Data(0, "x"),                                                   // RFC 9113, 6.1
      Headers(1, std::string(1, '\x09') + "short", kPadded | kEndHeaders),  // padding beyond the frame
      Headers(1, "\xff\xff\xff\xff\xff\xff", kEndHeaders),            // no HPACK
      Frame(5, kEndHeaders, 1, "x"),                                  // too short for the promised stream
  };
  for (const std::string& frames : wrong) {
    const std::vector<Event> events = Upload(frames + "trailing bytes");
    Conversation seen(ProtocolId::kHttp2);
    PlayAll(seen, events);
    EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
    ASSERT_EQ(seen.Objects(Part::kTcpStream).size(), 1u);
    EXPECT_NE(seen.Objects(Part::kTcpStream)[0].bytes.find("trailing bytes"), std::string::npos);
    ExpectSameInAnyCut(ProtocolId::kHttp2, events);
  }
}

TEST(Http2Session, BoundsTheMemoryOfHeaderBlocks) {
  std::string block = "\x3f\xe1\xff\x03";  // RFC 7541, 6.3: a table of 65536 bytes
  for (int i = 0; i < 40; ++i) {
    std::string entry = Field("x-" + std::to_string(i), std::string(2100, 'e'));
    entry[0] = '\x40';  // 6.2.1: put into the table
    block += entry;
  }
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, Upload(Headers(1, block)));
  EXPECT_TRUE(seen.Has(AnomalyKind::kOversizedHeader));
}

TEST(Http2Session, InspectsMoreStreamsThanItTellsApart) {
  std::string frames;
  for (uint32_t i = 0; i < 200; ++i) frames += Headers(2 * i + 1, Request("/s")) + Data(2 * i + 1, "x");
  Conversation seen(ProtocolId::kHttp2);
  PlayAll(seen, Upload(frames));
  EXPECT_EQ(std::count(seen.anomalies.begin(), seen.anomalies.end(), AnomalyKind::kStreamLimit), 1);
  std::string data;
  for (const auto& [number, object] : seen.objects) {
    EXPECT_TRUE(object.ended);
    if (object.bytes.find(':') == std::string::npos) data += object.bytes;
  }
  EXPECT_EQ(data, std::string(200, 'x'));
}

TEST(Http2Session, SkipsLostBytesWithinData) {
  Conversation seen(ProtocolId::kHttp2);
  const std::string head = kPreface + Headers(1, Request("/a"));
  PlayAll(seen, {Up(head + Data(1, std::string(100, 'd'), kEndStream).substr(0, 59)), LostUp(40), Up(std::string(10, 'd') + Headers(3, Request("/b"), kEndHeaders | kEndStream))});
  ASSERT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody)[0].bytes, std::string(60, 'd'));
  EXPECT_FALSE(seen.Objects(Part::kHttpRequestBody)[0].complete);
  EXPECT_TRUE(seen.anomalies.empty());

  Conversation beyond(ProtocolId::kHttp2);
  PlayAll(beyond, {Up(head), LostUp(40), Up("anything")});
  EXPECT_TRUE(beyond.Has(AnomalyKind::kProtocolGap));
  EXPECT_EQ(beyond.Objects(Part::kTcpStream)[0].bytes, "anything");
}

TEST(ProbeHttp2, KnowsThePrefaceAndTheServersSettings) {
  const auto probe = [](std::string_view text) { return ProbeHttp2(Direction::kUpload, ByteView(text)); };
  EXPECT_EQ(probe(kPreface), Certainty::kYes);
  EXPECT_EQ(probe("PRI * HT"), Certainty::kUnsure);
  EXPECT_EQ(probe("PRI * HTTP/1.1\r\n"), Certainty::kNo);
  EXPECT_EQ(probe(Frame(4, 0, 0, std::string(12, 's'))), Certainty::kYes);
  EXPECT_EQ(probe(Frame(4, 0, 0, std::string(13, 's'))), Certainty::kNo);
  EXPECT_EQ(probe(Frame(4, 0, 1, "")), Certainty::kNo);
}

}  // namespace
}  // namespace sluice::protocol
