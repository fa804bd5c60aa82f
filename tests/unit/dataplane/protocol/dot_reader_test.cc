#include "dataplane/protocol/dot_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::protocol {
namespace {

struct Reading {
  std::string text;
  size_t consumed = 0;
  bool ended = false, ambiguous = false;
  bool operator==(const Reading&) const = default;
};

Reading Read(const std::string& wire, size_t cut) {
  DotReader reader;
  Reading reading;
  while (reading.consumed < wire.size() && !reading.ended) {
    const std::string run = wire.substr(reading.consumed, cut);
    const DotReader::Step step = reader.Next(ByteView(std::string_view(run)));
    EXPECT_GT(step.consumed, 0u);
    if (!step.framing) reading.text += run.substr(0, step.consumed);
    reading.consumed += step.consumed;
    reading.ended = step.ended;
    reading.ambiguous = reading.ambiguous || step.ambiguous;
  }
  return reading;
}

Reading ReadInAnyCut(const std::string& wire) {
  const Reading whole = Read(wire, wire.size());
  for (size_t cut = 1; cut < wire.size(); ++cut) EXPECT_EQ(Read(wire, cut), whole) << cut;
  return whole;
}

TEST(DotReader, EndsAtALineOfOneDot) {
  const Reading reading = ReadInAnyCut("one\r\ntwo\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(reading.text, "one\r\ntwo\r\n");
  EXPECT_TRUE(reading.ended);
  EXPECT_EQ(reading.consumed, std::string("one\r\ntwo\r\n.\r\n").size());
  EXPECT_FALSE(reading.ambiguous);
}

TEST(DotReader, EndsAtOnceWhenThereIsNoText) {
  const Reading reading = ReadInAnyCut(".\r\n");
  EXPECT_TRUE(reading.ended);
  EXPECT_EQ(reading.text, "");
}

TEST(DotReader, TakesDoubledDotsAway) {
  EXPECT_EQ(ReadInAnyCut("..\r\n...\r\n.a\r\nb.\r\n..x\r\n.\r\n").text, ".\r\n..\r\na\r\nb.\r\n.x\r\n");
}

TEST(DotReader, GoesOnWhereAnotherMightEndAndSaysSo) {
  for (const char* smuggled : {"a\n.\nMAIL\r\n.\r\n", "a\n.\r\nMAIL\r\n.\r\n", "a\r\n.\nMAIL\r\n.\r\n", "a\r\n.\rMAIL\r\n.\r\n"}) {
    const Reading reading = ReadInAnyCut(smuggled);
    EXPECT_TRUE(reading.ambiguous) << smuggled;
    EXPECT_TRUE(reading.ended) << smuggled;
    EXPECT_NE(reading.text.find("MAIL"), std::string::npos) << smuggled;
  }
}

TEST(DotReader, TakesBareLineFeedsAsTextWithoutAWord) {
  const Reading reading = ReadInAnyCut("a\nb\n..c\r\n.\r\n");
  EXPECT_EQ(reading.text, "a\nb\n..c\r\n");
  EXPECT_FALSE(reading.ambiguous);
}

}  // namespace
}  // namespace sluice::protocol
