#include "dataplane/protocol/text_line.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::protocol {
namespace {

SessionMemory Memory() { return SessionMemory::Create(sizeof(LineScratch), 2, 1).value(); }

TEST(LineReader, PutsALineTogetherFromAnyCut) {
  const std::string wire = "EHLO client.example\r\n";
  for (size_t cut = 1; cut <= wire.size(); ++cut) {
    SessionMemory memory = Memory();
    LineReader reader;
    std::string text;
    for (size_t at = 0; at < wire.size();) {
      memory.BeginCall();
      const std::string run = wire.substr(at, cut);
      const LineReader::Line line = reader.Next(ByteView(std::string_view(run)), memory);
      at += line.consumed;
      if (line.whole) text = line.text;
    }
    EXPECT_EQ(text, "EHLO client.example");
    memory.BeginCall();
    EXPECT_EQ(memory.slots_in_use(), 0u);
  }
}

TEST(LineReader, ReadsTheBeginningOfALineThatIsTooLong) {
  const std::string wire(3 * kMaxLine, 'a');
  for (const size_t cut : {size_t{100}, size_t{kMaxLine}, wire.size() + 1}) {
    SessionMemory memory = Memory();
    LineReader reader;
    const std::string ended = wire + "\n";
    bool oversized = false;
    std::string text;
    for (size_t at = 0; at < ended.size();) {
      memory.BeginCall();
      const std::string run = ended.substr(at, cut);
      const LineReader::Line line = reader.Next(ByteView(std::string_view(run)), memory);
      at += line.consumed;
      oversized = oversized || line.oversized;
      if (line.whole) text = line.text;
    }
    EXPECT_TRUE(oversized) << cut;
    EXPECT_EQ(text.size(), kMaxLine) << cut;
  }
}

TEST(ReadReplyCode, TellsLastLinesFromOthers) {
  uint16_t code = 0;
  bool is_last = false;
  ASSERT_TRUE(ReadReplyCode("250-PIPELINING", code, is_last));
  EXPECT_FALSE(is_last);
  ASSERT_TRUE(ReadReplyCode("354 go", code, is_last));
  EXPECT_TRUE(is_last);
  EXPECT_EQ(code, 354);
  EXPECT_TRUE(ReadReplyCode("250", code, is_last));
  for (const char* wrong : {"25", "2x0 no", "2500 no", "", "abc"}) EXPECT_FALSE(ReadReplyCode(wrong, code, is_last)) << wrong;
}

TEST(ReadDecimal, RefusesWhatDoesNotFit) {
  uint64_t value = 0;
  std::string_view most = "18446744073709551615,";
  ASSERT_TRUE(ReadDecimal(most, value));
  EXPECT_EQ(value, UINT64_MAX);
  EXPECT_EQ(most, ",");
  std::string_view over = "18446744073709551616";
  EXPECT_FALSE(ReadDecimal(over, value));
  std::string_view none = "x";
  EXPECT_FALSE(ReadDecimal(none, value));
}

TEST(DecodeBase64, StopsAtTheEndOfTheRoom) {
  char out[4];
  EXPECT_EQ(std::string(out, DecodeBase64("aGVsbG8=", out, sizeof(out))), "hell");
  EXPECT_EQ(std::string(out, DecodeBase64("aGk=", out, sizeof(out))), "hi");
  EXPECT_EQ(DecodeBase64("*", out, sizeof(out)), 0u);
}

}  // namespace
}  // namespace sluice::protocol
