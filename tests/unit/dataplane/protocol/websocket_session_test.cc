#include "dataplane/protocol/websocket_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

constexpr int kFin = 0x80, kCompressed = 0x40, kText = 1, kBinary = 2, kPing = 9;

std::string Frame(int first, const std::string& payload, const std::string& mask = {}) {
  std::string frame(1, static_cast<char>(first));
  const int masked = mask.empty() ? 0 : 0x80;
  if (payload.size() < 126) {
    frame += static_cast<char>(masked | static_cast<int>(payload.size()));
  } else {
    frame += static_cast<char>(masked | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  }
  frame += mask;
  for (size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(mask.empty() ? payload[i] : payload[i] ^ mask[i % 4]);
  return frame;
}

TEST(WebSocketSession, UnmasksAndJoinsFragments) {
  const std::string large(10000, 'L');
  const std::vector<Event> events = {Up(Frame(kText, "first ", "mask") + Frame(kFin | kPing, "beat", "abcd") + Frame(kFin, "second", "\1\2\3\4")),
                                     Down(Frame(kFin | kText, "answer")), Up(Frame(kFin | kBinary, large, "wxyz")), EndUp(), EndDown()};
  Conversation seen(ProtocolId::kWebSocket);
  PlayAll(seen, events);
  const auto messages = seen.Objects(Part::kWebSocketMessage);
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[0].bytes, "first second");
  EXPECT_TRUE(messages[0].complete);
  EXPECT_EQ(messages[1].bytes, "beat");
  EXPECT_EQ(messages[2].bytes, "answer");
  EXPECT_EQ(messages[2].direction, Direction::kDownload);
  EXPECT_EQ(messages[3].bytes, large);
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectSameInAnyCut(ProtocolId::kWebSocket, events);
}

TEST(WebSocketSession, JoinsCompressedMessagesIntoOneStream) {
  const std::vector<Event> events = {Up(Frame(kFin | kCompressed | kText, "one", "mask") + Frame(kCompressed | kText, "t", "mask") + Frame(kFin, "wo", "mask")), EndUp()};
  Conversation seen(ProtocolId::kWebSocket);
  PlayAll(seen, events);
  ASSERT_EQ(seen.Objects(Part::kWebSocketMessage).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kWebSocketMessage)[0].bytes, "one" + std::string("\0\0\xff\xff", 4) + "two" + std::string("\0\0\xff\xff", 4));
  EXPECT_EQ(seen.Objects(Part::kWebSocketMessage)[0].encoding, "deflate");
  EXPECT_TRUE(seen.Objects(Part::kWebSocketMessage)[0].complete);
  ExpectSameInAnyCut(ProtocolId::kWebSocket, events);
}

TEST(WebSocketSession, GoesToRawWhereFramesBreakTheRules) {
  const std::string wrong[] = {Frame(kFin, "continues nothing"), Frame(kText, "a") + Frame(kFin | kText, "b"), Frame(kFin | 3, "reserved"),
                               Frame(kPing, "cut ping"), Frame(kFin | kPing, std::string(126, 'p')), Frame(kFin | 0x10 | kText, "bit"),
                               std::string("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10)};
  for (const std::string& frames : wrong) {
    const std::vector<Event> events = {Down(frames + "and more"), EndDown()};
    Conversation seen(ProtocolId::kWebSocket);
    PlayAll(seen, events);
    EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
    ASSERT_EQ(seen.Objects(Part::kTcpStream).size(), 1u);
    ExpectSameInAnyCut(ProtocolId::kWebSocket, events);
  }
}

TEST(WebSocketSession, SkipsLostBytesOfAPayload) {
  Conversation seen(ProtocolId::kWebSocket);
  const std::string frame = Frame(kFin | kText, "0123456789", "mask");
  PlayAll(seen, {Up(frame.substr(0, 8)), LostUp(5), Up(frame.substr(13) + Frame(kFin | kText, "next", "mask"))});
  const auto messages = seen.Objects(Part::kWebSocketMessage);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].bytes, "01789");
  EXPECT_FALSE(messages[0].complete);
  EXPECT_EQ(messages[1].bytes, "next");
  EXPECT_TRUE(messages[1].complete);
}

TEST(Http1Session, HandsOverToWebSocket) {
  Conversation seen(ProtocolId::kHttp1);
  PlayAll(seen, {Up("GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
                 Down("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n")});
  EXPECT_TRUE(seen.handed_over);
  EXPECT_TRUE(seen.to_websocket);
}

}  // namespace
}  // namespace sluice::protocol
