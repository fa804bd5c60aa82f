#include "control/remote/request_reader.h"

#include <gtest/gtest.h>

namespace sluice::remote {
namespace {

using State = RequestReader::State;

constexpr uint64_t kPlenty = 1 << 20;

struct Read {
  State state = State::kHead;
  int status = 0;  // of the problem
  api::Request request;
  RequestHead head;
  size_t taken = 0;
};

// In pieces of so many bytes.
Read ReadIn(const std::string& text, size_t piece, uint64_t allowed = kPlenty) {
  RequestReader reader;
  Read read;
  while (read.taken < text.size() && reader.state() != State::kDone && reader.state() != State::kWrong) {
    read.taken += reader.Feed(std::string_view(text).substr(read.taken, piece));
    if (reader.state() == State::kHeadRead) reader.AllowBody(allowed);
  }
  read.state = reader.state();
  read.head = reader.head();
  if (read.state == State::kWrong) read.status = reader.problem().status;
  if (read.state == State::kDone) read.request = reader.Take();
  return read;
}

TEST(RequestReader, ReadsTheSameInAnyPieces) {
  const std::string whole =
      "PATCH /v1/a%20b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: Bearer t\r\nOrigin: https://h\r\nContent-Length: 5\r\n\r\n{\"a\"}";
  const std::string chunked =
      "PATCH /v1/a%20b?x=1 HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\nauthorization: Bearer t\r\norigin: https://h\r\n"
      "Transfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\n3;x=y\r\na\"}\r\n0\r\nAuthorization: Bearer other\r\n\r\n";
  for (const std::string& text : {whole, chunked}) {
    for (const size_t piece : {1, 2, 3, 7, 1000}) {
      const Read read = ReadIn(text, piece);
      ASSERT_EQ(read.state, State::kDone) << piece;
      EXPECT_EQ(read.taken, text.size());
      EXPECT_EQ(read.request.method, "PATCH");
      EXPECT_EQ(read.request.path, "/v1/a b");
      EXPECT_EQ(read.request.type, "application/json");
      EXPECT_EQ(read.request.body, "{\"a\"}");
      EXPECT_EQ(read.head.authorization, "Bearer t");
      EXPECT_EQ(read.head.origin, "https://h");
      EXPECT_TRUE(read.head.keep_alive);
    }
  }
}

TEST(RequestReader, LeavesTheNextRequestWhereItIs) {
  const std::string one = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", two = "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  RequestReader reader;
  const std::string both = one + two;
  size_t at = reader.Feed(both);
  ASSERT_EQ(reader.state(), State::kHeadRead);
  reader.AllowBody(0);
  ASSERT_EQ(reader.state(), State::kDone);
  EXPECT_EQ(at, one.size());
  EXPECT_EQ(reader.Take().path, "/a");
  reader.Begin();
  EXPECT_FALSE(reader.begun());
  at += reader.Feed(std::string_view(both).substr(at));
  ASSERT_EQ(reader.state(), State::kHeadRead);
  EXPECT_FALSE(reader.head().keep_alive);
  EXPECT_EQ(reader.Take().path, "/b");
}

TEST(RequestReader, StopsBehindAHeadUntilABodyIsAllowed) {
  RequestReader reader;
  const std::string text = "POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody";
  const size_t taken = reader.Feed(text);
  EXPECT_EQ(reader.state(), State::kHeadRead);
  EXPECT_EQ(taken, text.size() - 4);
  EXPECT_TRUE(reader.head().expects_continue);
  EXPECT_EQ(reader.head().body_bytes, 4u);
  EXPECT_EQ(reader.Feed("body"), 0u);
  reader.AllowBody(4);
  EXPECT_EQ(reader.Feed("body"), 4u);
  EXPECT_EQ(reader.state(), State::kDone);
}

TEST(RequestReader, RefusesBodiesThatAreTooLong) {
  EXPECT_EQ(ReadIn("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", 1000, 10).status, 413);
  EXPECT_EQ(ReadIn("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\naaaaaa\r\n5\r\nbbbbb\r\n0\r\n\r\n", 3, 10).status, 413);
  EXPECT_EQ(ReadIn("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n", 1000, 10).status, 400);
}

TEST(RequestReader, RefusesHeadsThatAreTooLong) {
  EXPECT_EQ(ReadIn("GET /" + std::string(40000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 1000).status, 431);
  EXPECT_EQ(ReadIn("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(40000, 'a') + "\r\n\r\n", 100000).status, 431);
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 101; ++i) many += "a: b\r\n";
  EXPECT_EQ(ReadIn(many + "\r\n", 1000).status, 431);
}

TEST(RequestReader, RefusesWhatCanBeReadInTwoWays) {
  for (const char* text : {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
                           "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
                           "GET /a%zz HTTP/1.1\r\nHost: h\r\n\r\n", "FROB / HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    for (const size_t piece : {1, 1000}) EXPECT_EQ(ReadIn(text, piece).state, State::kWrong) << text;
  }
  EXPECT_EQ(ReadIn("GET / HTTP/1.0\r\nHost: h\r\n\r\n", 1000).status, 505);
  EXPECT_EQ(ReadIn("GET / HTTP/1.1\r\nHost: h\r\nExpect: gold\r\n\r\n", 1000).status, 417);
}

}  // namespace
}  // namespace sluice::remote
