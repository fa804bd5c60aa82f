#include "dataplane/protocol/http1_session.h"

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

const std::string kPut =
    "PUT /files/%E6%9C%BA%E5%AF%86.docx?x=1 HTTP/1.1\r\nHost: files.example\r\nUser-Agent: curl/7.88\r\n"
    "Content-Type: application/msword\r\nContent-Length: 11\r\n\r\n";
const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// Plays the events whole, then asks for the same in any cut.
struct Played : Conversation {
  explicit Played(const std::vector<Event>& events) : Conversation(ProtocolId::kHttp1) {
    PlayAll(*this, events);
    ExpectSameInAnyCut(ProtocolId::kHttp1, events);
  }
  SeenObject Only(Part part) const {
    const auto found = Objects(part);
    EXPECT_EQ(found.size(), 1u) << Name(part);
    return found.empty() ? SeenObject{} : found.front();
  }
};

TEST(Http1Session, HandsOnHeadAndBodyOfARequest) {
  const Played seen({Up(kPut + "hello world")});
  const SeenObject body = seen.Only(Part::kHttpRequestBody);
  EXPECT_EQ(body.bytes, "hello world");
  EXPECT_EQ(body.name, "/files/\xE6\x9C\xBA\xE5\xAF\x86.docx");
  EXPECT_EQ(body.type, "application/msword");
  EXPECT_TRUE(body.complete);
  EXPECT_EQ(seen.Only(Part::kHttpRequestHead).bytes, kPut);
  EXPECT_TRUE(seen.Only(Part::kHttpRequestHead).complete);
  EXPECT_EQ(seen.NameOf(NameKind::kHost), "files.example");
  EXPECT_EQ(seen.NameOf(NameKind::kUserAgent), "curl/7.88");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, ReadsPipelinedRequests) {
  const Played seen({Up(kPut + "hello world" + kGet + kPut + "HELLO WORLD")});
  const auto bodies = seen.Objects(Part::kHttpRequestBody);
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_EQ(bodies[0].bytes, "hello world");
  EXPECT_EQ(bodies[1].bytes, "HELLO WORLD");
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 3u);
}

TEST(Http1Session, StopsWhenThePieceListIsFullAndGoesOn) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += kGet;
  const Played seen({Up(many)});
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 100u);
}

TEST(Http1Session, PutsAChunkedBodyTogether) {
  const Played seen({Up("POST /u HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n006\r\n world\r\n0\r\n\r\n" + kGet)});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).bytes, "hello world");
  EXPECT_TRUE(seen.Only(Part::kHttpRequestBody).complete);
  EXPECT_EQ(seen.framing[0], "5\r\n\r\n006\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 2u);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, InspectsTrailersAndChunkExtensions) {
  const Played seen({Up("POST /u HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;note=secret\r\nhello\r\n0\r\nX-Mark: secret too\r\n\r\n")});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).bytes, "hello");
  const auto heads = seen.Objects(Part::kHttpRequestHead);
  ASSERT_EQ(heads.size(), 2u);
  EXPECT_EQ(heads[1].bytes, ";note=secretX-Mark: secret too\r\n\r\n");
  EXPECT_TRUE(heads[1].ended);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, ReadsAResponseUntilClose) {
  const Played seen({Up(kGet), Down("HTTP/1.0 200 OK\r\nServer: nginx/1.22.1\r\n\r\nall of"), Down(" this"), EndDown()});
  EXPECT_EQ(seen.Only(Part::kHttpResponseBody).bytes, "all of this");
  EXPECT_TRUE(seen.Only(Part::kHttpResponseBody).complete);
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "nginx/1.22.1");
}

TEST(Http1Session, NamesAResponseBodyAfterItsRequest) {
  const Played seen({Up("GET /plans/a.pdf HTTP/1.1\r\nHost: h\r\n\r\n"), Down("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  EXPECT_EQ(seen.Only(Part::kHttpResponseBody).name, "/plans/a.pdf");
}

TEST(Http1Session, PrefersTheNameInContentDisposition) {
  const Played seen({Up(kGet), Down("HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"x.bin\"; "
                                    "filename*=UTF-8''%E6%9C%BA.pdf\r\nContent-Length: 2\r\n\r\nok")});
  EXPECT_EQ(seen.Only(Part::kHttpResponseBody).name, "\xE6\x9C\xBA.pdf");
}

TEST(Http1Session, KeepsRawBytesOfATarget) {
  const Played seen({Up("PUT /\xE6\x9C\xBA\xE5\xAF\x86.docx HTTP/1.1\r\nContent-Length: 2\r\n\r\nok")});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).name, "/\xE6\x9C\xBA\xE5\xAF\x86.docx");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, TakesTheHostOfAnAbsoluteTarget) {
  const Played seen({Up("GET http://proxy.example/p HTTP/1.1\r\nHost: other\r\n\r\n")});
  EXPECT_EQ(seen.NameOf(NameKind::kHost), "proxy.example");
}

TEST(Http1Session, ListsCodingsInTheOrderTheyWereApplied) {
  const Played seen({Up("POST / HTTP/1.1\r\nContent-Encoding: br\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).encoding, "br, gzip");
}

TEST(Http1Session, ResponsesWithoutBodyHaveNone) {
  const std::string length = "\r\nContent-Length: 5\r\n\r\n";
  const Played seen({Up("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + kGet + kGet + kGet),
                     Down("HTTP/1.1 200 OK" + length + "HTTP/1.1 304 Not Modified" + length +
                          "HTTP/1.1 204 No Content\r\n\r\n" + "HTTP/1.1 200 OK" + length + "hello")});
  EXPECT_EQ(seen.Objects(Part::kHttpResponseHead).size(), 4u);
  EXPECT_EQ(seen.Only(Part::kHttpResponseBody).bytes, "hello");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, InterimResponsesDoNotAnswerTheRequest) {
  const Played seen({Up("HEAD / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n"),
                     Down("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), Up(kGet),
                     Down("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  EXPECT_EQ(seen.Only(Part::kHttpResponseBody).bytes, "ok");
}

TEST(Http1Session, SwitchingProtocolsHandsOver) {
  const Played seen({Up("GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
                     Down("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02ok")});
  EXPECT_TRUE(seen.handed_over);
}

TEST(Http1Session, HandsOverBehindTheHeadOfTheAnswer) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up("CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n\r\n"), Down("HTTP/1.1 200 Connection established\r\n\r\n\x16\x03")});
  EXPECT_TRUE(seen.handed_over);
  EXPECT_EQ(seen.rest, "\x16\x03");
  EXPECT_EQ(seen.NameOf(NameKind::kHost), "far:443");
}

TEST(Http1Session, ARefusedTunnelGoesOnAsHttp) {
  const Played seen({Up("CONNECT far:443 HTTP/1.1\r\nHost: far\r\n\r\n"),
                     Down("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"), Up(kPut + "hello world")});
  EXPECT_FALSE(seen.handed_over);
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).bytes, "hello world");
}

TEST(Http1Session, ATunnelSeenFromOneSideHandsOver) {
  const Played seen({Up("CONNECT far:443 HTTP/1.1\r\nHost: far\r\n\r\n"), Up("\x16\x03\x01")});
  EXPECT_TRUE(seen.handed_over);
}

TEST(Http1Session, OneSidedCapturesWork) {
  const Played responses({Down("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")});
  EXPECT_EQ(responses.Objects(Part::kHttpResponseBody).size(), 2u);
  std::string many;
  for (int i = 0; i < 80; ++i) many += kGet;
  const Played requests({Up(many)});
  EXPECT_TRUE(requests.anomalies.empty());
}

TEST(Http1Session, DirectionsGuessedWrongAreTurnedRound) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), Down(kPut + "hello world")});
  EXPECT_EQ(seen.Objects(Part::kHttpResponseBody).at(0).direction, Direction::kUpload);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody).at(0).bytes, "hello world");
}

TEST(Http1Session, EmptyLinesBeforeARequestAreFraming) {
  const Played seen({Up("\r\n\r\n" + kGet + "\r\n" + kGet)});
  EXPECT_EQ(seen.framing[0], "\r\n\r\n\r\n");
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 2u);
}

TEST(Http1Session, ReportsTooManyPipelinedRequestsOnce) {
  std::string many;
  for (uint32_t i = 0; i < RequestQueue::kCapacity + 1; ++i) many += kGet;
  const Played seen({Down("\r\n"), Up(many)});
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kAmbiguousFraming});
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), RequestQueue::kCapacity + 1);
}

// --- what is lost -----------------------------------------------------------------------------------------------------

TEST(Http1Session, ALossWithinAKnownLengthIsSkipped) {
  const Played seen({Up(kPut + "hel"), LostUp(5), Up("rld" + kPut + "hello world")});
  const auto bodies = seen.Objects(Part::kHttpRequestBody);
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_EQ(bodies[0].bytes, "helrld");
  EXPECT_FALSE(bodies[0].complete);
  EXPECT_TRUE(bodies[1].complete);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, ALossUpToTheEndOfABodyEndsIt) {
  const Played seen({Up(kPut + "hel"), LostUp(8), Up(kGet)});
  EXPECT_FALSE(seen.Only(Part::kHttpRequestBody).complete);
  EXPECT_TRUE(seen.Only(Part::kHttpRequestBody).ended);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 2u);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, ALossWithinAChunkIsSkipped) {
  const Played seen({Up("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabc"), LostUp(3), Up("gh\r\n0\r\n\r\n" + kGet)});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).bytes, "abcgh");
  EXPECT_FALSE(seen.Only(Part::kHttpRequestBody).complete);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, ALossInAHeadLosesThePlaceUntilARunBeginsAMessage) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up("PUT /a HTTP/1.1\r\nContent-"), LostUp(40), Up("rest of a body"), Up("still raw"), Up(kPut + "hello world")});
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kProtocolGap});
  EXPECT_FALSE(seen.Objects(Part::kHttpRequestHead).at(0).complete);
  EXPECT_EQ(seen.Objects(Part::kTcpStream).at(0).bytes, "rest of a bodystill raw");
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody).at(0).bytes, "hello world");
}

// A start line that promises much and is refused at its first byte must not be tried again and again.
TEST(Http1Session, AStartThatIsRefusedAfterALossIsTriedOnce) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {LostUp(9), Up("BREW / HTTP/1.1\r\n\r\n"), Up("tail")});
  EXPECT_EQ(seen.anomalies, (std::vector{AnomalyKind::kProtocolGap, AnomalyKind::kMalformedProtocol}));
  EXPECT_NE(seen.Objects(Part::kTcpStream).back().bytes.find("tail"), std::string::npos);
}

TEST(Http1Session, ALossBeyondABodyLosesThePlace) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up(kPut + "hel"), LostUp(100), Up(kGet)});
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kProtocolGap});
  EXPECT_FALSE(seen.Objects(Part::kHttpRequestBody).at(0).complete);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).size(), 2u);
}

TEST(Http1Session, ALossInABodyUntilCloseMakesItIncomplete) {
  const Played seen({Up(kGet), Down("HTTP/1.0 200 OK\r\n\r\nabc"), LostDown(9), Down("def"), EndDown()});
  EXPECT_EQ(seen.Only(Part::kHttpResponseBody).bytes, "abcdef");
  EXPECT_FALSE(seen.Only(Part::kHttpResponseBody).complete);
}

std::string PartOf(const std::string& name, const std::string& range, const std::string& body) {
  return "PUT " + name + " HTTP/1.1\r\nHost: h\r\n" + range + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(Http1Session, PartsThatFollowOneAnotherAreOneObject) {
  const Played seen({Up(PartOf("/f", "Content-Range: bytes 0-4/11", "hello")), Down("HTTP/1.1 308 Resume Incomplete\r\nContent-Length: 0\r\n\r\n"),
                     Up(PartOf("/f", "Content-Range: bytes 5-10/11", " world"))});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).bytes, "hello world");
  EXPECT_TRUE(seen.Only(Part::kHttpRequestBody).complete);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, PartsOfUnknownWholesStayOpenUntilTheEnd) {
  const Played seen({Up(PartOf("/f", "Upload-Offset: 0", "hello")), Up(PartOf("/f", "Upload-Offset: 5", " world")), EndUp()});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).bytes, "hello world");
  EXPECT_TRUE(seen.Only(Part::kHttpRequestBody).ended);
  EXPECT_FALSE(seen.Only(Part::kHttpRequestBody).complete);
}

TEST(Http1Session, APartWithoutWhatComesBeforeItIsNamed) {
  const std::vector<std::pair<std::string, std::string>> others = {
      {"/f", "Content-Range: bytes 6-10/11"},   // a hole before it
      {"/g", "Content-Range: bytes 5-9/10"},    // another file
      {"/f", "Content-Range: bytes 5-99/100"},  // not as long as it says
  };
  for (const auto& [name, range] : others) {
    const Played seen({Up(PartOf("/f", "Content-Range: bytes 0-4/11", "hello")), Up(PartOf(name, range, "world"))});
    EXPECT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 2u) << range;
    EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kPartialObject}) << range;
  }
}

TEST(Http1Session, EndWithinAMessageEndsItIncomplete) {
  const Played seen({Up(kPut + "hel"), EndUp(), Down("HTTP/1.1 200 OK\r\nContent-"), EndDown()});
  EXPECT_FALSE(seen.Only(Part::kHttpRequestBody).complete);
  EXPECT_TRUE(seen.Only(Part::kHttpRequestBody).ended);
  EXPECT_TRUE(seen.Only(Part::kHttpResponseHead).ended);
  EXPECT_FALSE(seen.Only(Part::kHttpResponseHead).complete);
}

// --- bounds -----------------------------------------------------------------------------------------------------------

TEST(Http1Session, AHugeHeadIsReportedAndReadOn) {
  const std::string huge(1 << 20, 'a');
  const std::string head = "PUT /a HTTP/1.1\r\nX-Huge: " + huge + "\r\nContent-Length: 2\r\n\r\n";
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, CutUp({Up(head + "ok")}, 1460, 0));
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kOversizedHeader});
  EXPECT_EQ(seen.Objects(Part::kHttpRequestHead).at(0).bytes, head);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody).at(0).bytes, "ok");
}

TEST(Http1Session, NamesBeyondTheirRoomAreCut) {
  const std::string path = "/" + std::string(5000, 'p');
  const Played seen({Up("PUT " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok")});
  EXPECT_EQ(seen.Only(Part::kHttpRequestBody).name, path.substr(0, kNameLength));
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(Http1Session, IsSmall) { EXPECT_LE(sizeof(Http1Session), 512u); }

}  // namespace
}  // namespace sluice::protocol
