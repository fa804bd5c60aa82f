#include "dataplane/replay/capture_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "dataplane/replay/capture_writer.h"

namespace sluice::replay {
namespace {

using Outcome = CaptureReader::Outcome;

void Put32(std::string& out, uint32_t value, bool swapped) {
  uint8_t bytes[4];
  swapped ? StoreBe32(bytes, value) : StoreLe32(bytes, value);
  out.append(reinterpret_cast<const char*>(bytes), 4);
}

void Put16(std::string& out, uint16_t value, bool swapped) {
  uint8_t bytes[2];
  swapped ? StoreBe16(bytes, value) : StoreLe16(bytes, value);
  out.append(reinterpret_cast<const char*>(bytes), 2);
}

std::string Pcap(uint32_t magic, bool swapped, uint32_t link_type) {
  std::string out;
  Put32(out, magic, swapped);
  Put16(out, 2, swapped);
  Put16(out, 4, swapped);
  for (const uint32_t value : {0u, 0u, 65535u, link_type}) Put32(out, value, swapped);
  return out;
}

void AddRecord(std::string& out, bool swapped, uint32_t seconds, uint32_t fraction, const std::string& frame, uint32_t wire = 0) {
  Put32(out, seconds, swapped);
  Put32(out, fraction, swapped);
  Put32(out, static_cast<uint32_t>(frame.size()), swapped);
  Put32(out, wire == 0 ? static_cast<uint32_t>(frame.size()) : wire, swapped);
  out += frame;
}

void AddBlock(std::string& out, bool swapped, uint32_t type, std::string body) {
  while (body.size() % 4 != 0) body.push_back('\0');
  const auto total = static_cast<uint32_t>(body.size() + 12);
  Put32(out, type, swapped);
  Put32(out, total, swapped);
  out += body;
  Put32(out, total, swapped);
}

std::string Section(bool swapped) {
  std::string body, out;
  Put32(body, 0x1a2b3c4d, swapped);
  Put32(body, 1, swapped);
  Put32(body, 0xffffffff, swapped);
  Put32(body, 0xffffffff, swapped);
  AddBlock(out, swapped, 0x0a0d0d0a, body);
  return out;
}

void AddInterface(std::string& out, bool swapped, uint16_t link_type, int resolution = -1) {
  std::string body;
  Put16(body, link_type, swapped);
  Put16(body, 0, swapped);
  Put32(body, 0, swapped);
  if (resolution >= 0) {
    Put16(body, 9, swapped);
    Put16(body, 1, swapped);
    body += std::string(1, static_cast<char>(resolution)) + std::string(3, '\0');
  }
  AddBlock(out, swapped, 1, body);
}

void AddEnhanced(std::string& out, bool swapped, uint32_t interface, uint64_t ticks, const std::string& frame, int claimed = -1) {
  std::string body;
  Put32(body, interface, swapped);
  Put32(body, static_cast<uint32_t>(ticks >> 32), swapped);
  Put32(body, static_cast<uint32_t>(ticks), swapped);
  Put32(body, claimed < 0 ? static_cast<uint32_t>(frame.size()) : static_cast<uint32_t>(claimed), swapped);
  Put32(body, static_cast<uint32_t>(frame.size()), swapped);
  AddBlock(out, swapped, 6, body + frame);
}

struct Read {
  std::vector<std::string> frames;
  std::vector<int64_t> times;
  std::vector<packet::LinkType> links;
  Outcome last = Outcome::kEnd;
  std::string problem;
  uint64_t unsupported = 0, damaged = 0;
};

Read ReadAll(const std::string& file) {
  CaptureReader reader{ByteView(file)};
  CapturedFrame frame;
  Read read;
  while ((read.last = reader.Next(frame)) == Outcome::kFrame) {
    read.frames.emplace_back(reinterpret_cast<const char*>(frame.data), frame.length);
    read.times.push_back(frame.time.nanoseconds());
    read.links.push_back(frame.link_type);
  }
  read.problem = reader.problem();
  read.unsupported = reader.unsupported_frames();
  read.damaged = reader.damaged_blocks();
  return read;
}

TEST(CaptureReader, ReadsPcapOfEitherByteOrderAndResolution) {
  for (const bool swapped : {false, true}) {
    for (const bool nanoseconds : {false, true}) {
      std::string file = Pcap(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, swapped, 1);
      AddRecord(file, swapped, 10, 5, "frame one");
      AddRecord(file, swapped, 11, 6, "two", 1500);
      const Read read = ReadAll(file);
      EXPECT_EQ(read.last, Outcome::kEnd);
      EXPECT_EQ(read.frames, (std::vector<std::string>{"frame one", "two"}));
      EXPECT_EQ(read.times[0], 10'000'000'000 + (nanoseconds ? 5 : 5000));
    }
  }
}

TEST(CaptureReader, ReadsPcapngWithSeveralInterfacesSectionsAndClocks) {
  for (const bool swapped : {false, true}) {
    std::string file = Section(swapped);
    AddInterface(file, swapped, 1);
    AddInterface(file, swapped, 101, 9);
    AddEnhanced(file, swapped, 0, 7'000'001, "ether");
    AddEnhanced(file, swapped, 1, 8'000'000'002, "raw");
    file += Section(!swapped);
    AddInterface(file, !swapped, 113, 0x80 | 10);  // 1/1024 s
    AddEnhanced(file, !swapped, 0, 1024 * 9 + 512, "cooked");
    const Read read = ReadAll(file);
    EXPECT_EQ(read.last, Outcome::kEnd) << read.problem;
    EXPECT_EQ(read.frames, (std::vector<std::string>{"ether", "raw", "cooked"}));
    EXPECT_EQ(read.times, (std::vector<int64_t>{7'000'001'000, 8'000'000'002, 9'500'000'000}));
    EXPECT_EQ(read.links[2], packet::LinkType::kLinuxCooked);
  }
}

TEST(CaptureReader, EveryCutIsNamedAndEarlierFramesAreKept) {
  std::string pcap = Pcap(0xa1b2c3d4, false, 1);
  AddRecord(pcap, false, 1, 0, "first frame");
  const size_t whole = pcap.size();
  AddRecord(pcap, false, 2, 0, "second frame");
  for (size_t size = whole + 1; size < pcap.size(); ++size) {
    const Read read = ReadAll(pcap.substr(0, size));
    EXPECT_EQ(read.last, Outcome::kBroken) << size;
    EXPECT_EQ(read.frames.size(), 1u);
    EXPECT_NE(read.problem.find("cut off"), std::string::npos) << read.problem;
  }
}

TEST(CaptureReader, RefusesWhatIsNoCapture) {
  for (const std::string& text : {std::string(), std::string("abc"), std::string("this is a text file, not a capture")}) {
    const Read read = ReadAll(text);
    EXPECT_EQ(read.last, Outcome::kBroken);
    EXPECT_NE(read.problem.find("expected"), std::string::npos);
  }
}

TEST(CaptureReader, LengthsThatLieAreNotBelieved) {
  std::string pcap = Pcap(0xa1b2c3d4, false, 1);
  Put32(pcap, 1, false);
  Put32(pcap, 0, false);
  Put32(pcap, 0xffffffff, false);
  Put32(pcap, 0xffffffff, false);
  EXPECT_EQ(ReadAll(pcap).last, Outcome::kBroken);
  std::string ng = Section(false);
  AddInterface(ng, false, 1);
  AddEnhanced(ng, false, 0, 0, "frame", 4000);
  AddEnhanced(ng, false, 9, 0, "frame");
  AddEnhanced(ng, false, 0, 0, "good");
  const Read read = ReadAll(ng);
  EXPECT_EQ(read.frames, std::vector<std::string>{"good"});
  EXPECT_EQ(read.damaged, 2u);
}

TEST(CaptureReader, ForeignLinkTypesAreCountedAndLeftOut) {
  std::string file = Pcap(0xa1b2c3d4, false, 147);
  AddRecord(file, false, 1, 0, "?");
  const Read read = ReadAll(file);
  EXPECT_EQ(read.last, Outcome::kEnd);
  EXPECT_TRUE(read.frames.empty());
  EXPECT_EQ(read.unsupported, 1u);
}

TEST(CaptureFile, SaysWhatIsWrongWithAPath) {
  auto missing = CaptureFile::Open("/nonexistent/capture.pcap");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  auto folder = CaptureFile::Open("/");
  ASSERT_FALSE(folder.ok());
  EXPECT_NE(folder.error().message().find("directory"), std::string::npos);
}

TEST(CaptureWriter, WritesWhatTheReaderReads) {
  const std::string path = testing::TempDir() + "/written.pcap";
  auto writer = CaptureWriter::Open(path);
  ASSERT_TRUE(writer.ok());
  writer->Write(Timestamp::FromNanoseconds(12'345'678'901), packet::LinkType::kEthernet, ByteView(std::string_view("hello")), 5);
  writer->Write(Timestamp::FromNanoseconds(13'000'000'000), packet::LinkType::kRawIp, ByteView(std::string_view("other")), 5);
  EXPECT_EQ(writer->left_out(), 1u);
  ASSERT_TRUE(writer->Close().ok());
  auto file = CaptureFile::Open(path);
  ASSERT_TRUE(file.ok());
  CaptureReader reader(file->bytes());
  CapturedFrame frame;
  ASSERT_EQ(reader.Next(frame), Outcome::kFrame);
  EXPECT_EQ(frame.time.nanoseconds(), 12'345'678'901);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(frame.data), frame.length), "hello");
  EXPECT_EQ(reader.Next(frame), Outcome::kEnd);
}

}  // namespace
}  // namespace sluice::replay
