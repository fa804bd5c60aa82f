// Framings that two parsers may read differently (RFC 9112, 11.2; the tables follow public collections of such tricks).
#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

struct Framing {
  const char* meaning;
  std::string message;
};

std::string CaseName(const testing::TestParamInfo<Framing>& param) {
  std::string name;
  for (char c : std::string(param.param.meaning)) name += isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: h\r\n";
const std::string kChunks = "5\r\nhello\r\n0\r\n\r\n";

class AmbiguousRequest : public testing::TestWithParam<Framing> {};

// Reported, and every byte is still data of some object: head, body, or the raw stream behind the doubt.
TEST_P(AmbiguousRequest, IsReportedAndStillInspected) {
  const std::string secret = "SECRET";
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up(GetParam().message + secret), EndUp()});
  EXPECT_TRUE(seen.Has(AnomalyKind::kAmbiguousFraming) || seen.Has(AnomalyKind::kMalformedProtocol));
  std::string data;
  for (const auto& [number, object] : seen.objects) {
    data += object.bytes;
    EXPECT_TRUE(object.ended);
  }
  EXPECT_NE(data.find(secret), std::string::npos);
  EXPECT_FALSE(seen.Objects(Part::kTcpStream).empty());
  ExpectSameInAnyCut(ProtocolId::kHttp1, {Up("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), Up(GetParam().message + secret), EndUp()});
}

INSTANTIATE_TEST_SUITE_P(
    Requests, AmbiguousRequest,
    testing::Values(
        Framing{"length and chunked", kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks},
        Framing{"chunked and length", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + kChunks},
        Framing{"two lengths that differ", kPost + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"},
        Framing{"two lengths that agree", kPost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"},
        Framing{"a list of lengths", kPost + "Content-Length: 5, 6\r\n\r\nhello"},
        Framing{"a length with a sign", kPost + "Content-Length: +5\r\n\r\nhello"},
        Framing{"a negative length", kPost + "Content-Length: -5\r\n\r\nhello"},
        Framing{"a hexadecimal length", kPost + "Content-Length: 0x5\r\n\r\nhello"},
        Framing{"a length with text", kPost + "Content-Length: 5 bytes\r\n\r\nhello"},
        Framing{"an empty length", kPost + "Content-Length: \r\n\r\nhello"},
        Framing{"a length beyond 64 bits", kPost + "Content-Length: 18446744073709551621\r\n\r\nhello"},
        Framing{"chunked twice", kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks},
        Framing{"chunked not last", kPost + "Transfer-Encoding: chunked, gzip\r\n\r\n" + kChunks},
        Framing{"chunked misspelt", kPost + "Transfer-Encoding: xchunked\r\n\r\n" + kChunks},
        Framing{"chunked with a tail", kPost + "Transfer-Encoding: chunkedx\r\n\r\n" + kChunks},
        Framing{"chunked behind a vertical tab", kPost + "Transfer-Encoding: \x0B" "chunked\r\n\r\n" + kChunks},
        Framing{"chunked in quotes", kPost + "Transfer-Encoding: \"chunked\"\r\n\r\n" + kChunks},
        Framing{"identity as a transfer coding", kPost + "Transfer-Encoding: identity\r\n\r\n" + kChunks},
        Framing{"an empty transfer coding", kPost + "Transfer-Encoding:\r\n\r\n" + kChunks},
        Framing{"chunked from HTTP 1 0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunks},
        Framing{"space before the colon", kPost + "Transfer-Encoding : chunked\r\n\r\n" + kChunks},
        Framing{"space before the colon of a length", kPost + "Content-Length : 5\r\n\r\nhello"},
        Framing{"a folded field", kPost + "X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello"},
        Framing{"a folded transfer coding", kPost + "Transfer-Encoding:\r\n chunked\r\n\r\n" + kChunks},
        Framing{"white space before the first field", "POST / HTTP/1.1\r\n Host: h\r\n\r\n"},
        Framing{"a bare line feed", kPost + "X: a\nContent-Length: 5\r\n\r\nhello"},
        Framing{"a bare carriage return", kPost + "X: a\rContent-Length: 5\r\n\r\nhello"},
        Framing{"the end of a head by line feeds", kPost + "Content-Length: 5\n\nhello"},
        Framing{"a zero byte in a value", kPost + "X: a" + std::string(1, '\0') + "b\r\n\r\n"},
        Framing{"a zero byte in a name", kPost + "Content-Length" + std::string(1, '\0') + ": 5\r\n\r\nhello"},
        Framing{"a field without a colon", kPost + "Content-Length 5\r\n\r\nhello"},
        Framing{"an empty field name", kPost + ": 5\r\n\r\n"},
        Framing{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        Framing{"an unknown version", "GET / HTTP/3.7\r\nHost: h\r\n\r\n"},
        Framing{"an unknown method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n"},
        Framing{"content of a tunnel", "CONNECT h:1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"}),
    CaseName);

const std::string kChunkedPost = kPost + "Transfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Chunks, AmbiguousRequest,
    testing::Values(Framing{"a chunk size with a prefix", kChunkedPost + "0x5\r\nhello\r\n0\r\n\r\n"},
                    Framing{"a negative chunk size", kChunkedPost + "-5\r\nhello\r\n0\r\n\r\n"},
                    Framing{"a chunk size of 17 digits", kChunkedPost + "00000000000000005\r\nhello\r\n0\r\n\r\n"},
                    Framing{"a chunk size that is empty", kChunkedPost + "\r\nhello\r\n0\r\n\r\n"},
                    Framing{"a space before the chunk size", kChunkedPost + " 5\r\nhello\r\n0\r\n\r\n"},
                    Framing{"a chunk line that ends in a line feed", kChunkedPost + "5\nhello\r\n0\r\n\r\n"},
                    Framing{"a chunk line that ends in a carriage return", kChunkedPost + "5\rhello\r\n0\r\n\r\n"},
                    Framing{"a chunk longer than its size", kChunkedPost + "5\r\nhello world\r\n0\r\n\r\n"},
                    Framing{"a chunk without its line end", kChunkedPost + "5\r\nhello0\r\n\r\n"},
                    Framing{"an extension that ends in a line feed", kChunkedPost + "5;a=b\nhello\r\n0\r\n\r\n"},
                    Framing{"text behind the padding of a size", kChunkedPost + "5 5\r\nhello\r\n0\r\n\r\n"},
                    Framing{"a trailer with a bare line feed", kChunkedPost + "0\r\nX: a\nY: b\r\n\r\n"},
                    Framing{"a folded trailer", kChunkedPost + "0\r\nX: a\r\n b\r\n\r\n"}),
    CaseName);

class AmbiguousResponse : public testing::TestWithParam<Framing> {};

TEST_P(AmbiguousResponse, IsReportedAndStillInspected) {
  const std::vector<Event> events = {Up("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), Down("HTTP/1.1 100 Continue\r\n\r\n"),
                                     Down(GetParam().message + "SECRET"), EndDown()};
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, events);
  EXPECT_FALSE(seen.anomalies.empty());
  ASSERT_EQ(seen.Objects(Part::kTcpStream).size(), 1u);
  const std::string raw = seen.Objects(Part::kTcpStream)[0].bytes;
  EXPECT_NE(raw.find("SECRET"), std::string::npos) << raw;
  ExpectSameInAnyCut(ProtocolId::kHttp1, events);
}

INSTANTIATE_TEST_SUITE_P(
    Responses, AmbiguousResponse,
    testing::Values(Framing{"length and chunked", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
                    Framing{"chunked not last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
                    Framing{"a coding without chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
                    Framing{"a folded length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\n"},
                    Framing{"line feeds only", "HTTP/1.1 200 OK\nContent-Length: 5\n\n"},
                    Framing{"a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"},
                    Framing{"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"},
                    Framing{"no version", "HTTP 200 OK\r\n\r\n"}),
    CaseName);

class PlainRequest : public testing::TestWithParam<Framing> {};

// What looks odd and has one reading only is no anomaly.
TEST_P(PlainRequest, IsReadWithoutAnAnomaly) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up(GetParam().message), EndUp()});
  EXPECT_TRUE(seen.anomalies.empty());
  ASSERT_EQ(seen.Objects(Part::kHttpRequestBody).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kHttpRequestBody)[0].bytes, "hello");
  ExpectSameInAnyCut(ProtocolId::kHttp1, {Up(GetParam().message), EndUp()});
}

INSTANTIATE_TEST_SUITE_P(
    Requests, PlainRequest,
    testing::Values(Framing{"names in any case", kPost + "tRANSFER-eNCODING: Chunked\r\n\r\n" + kChunks},
                    Framing{"no space behind the colon", kPost + "Content-Length:5\r\n\r\nhello"},
                    Framing{"tabs around the value", kPost + "Content-Length:\t 5 \r\n\r\nhello"},
                    Framing{"leading zeros of a length", kPost + "Content-Length: 0005\r\n\r\nhello"},
                    Framing{"padding behind a chunk size", kChunkedPost + "5  \r\nhello\r\n0  \r\n\r\n"},
                    Framing{"capital digits and a space before an extension", kChunkedPost + "0005 ; a\r\nhello\r\n0\r\n\r\n"},
                    Framing{"several last zeros", kChunkedPost + "5\r\nhello\r\n000\r\n\r\n"},
                    Framing{"bytes beyond ASCII in a value", kPost + "X: \xE6\x9C\xBA\r\nContent-Length: 5\r\n\r\nhello"}),
    CaseName);

}  // namespace
}  // namespace sluice::protocol
