// The picture of `sluicectl top`, from answers as a server gave them.
#include "control/cli/top_frame.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/places.h"

namespace sluice::cli {
namespace {

std::string Fixture(const std::string& name) {
  std::ifstream in(places::SourceFolder() + "/tests/unit/control/cli/recorded/" + name);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
TopSample Recorded(const std::string& moment, double seconds) {
  return {seconds, Fixture("status.json"), Fixture("statistics-" + moment + ".json"), Fixture("talkers.json"), Fixture("incidents.json")};
}
std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}
size_t Characters(const std::string& text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<uint8_t>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

// With SLUICE_UPDATE_GOLDEN set the picture is written instead of compared.
TEST(TopFrame, IsThePictureOfWhatWasRecorded) {
  const std::string path = places::SourceFolder() + "/tests/unit/control/cli/recorded/frame.txt";
  const std::string frame = Joined(TopFrame(Recorded("before", 100), Recorded("now", 102), {}));
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << frame;
    return;
  }
  EXPECT_EQ(frame, Fixture("frame.txt"));
}

TEST(TopFrame, StaysWithinTheScreenWhateverItsSize) {
  for (const TopSize& size : {TopSize{80, 24}, TopSize{20, 5}, TopSize{1, 1}, TopSize{40, 10}, TopSize{300, 100}}) {
    const auto lines = TopFrame(Recorded("before", 100), Recorded("now", 102), size);
    EXPECT_LE(lines.size(), size.rows);
    for (const std::string& line : lines) EXPECT_LE(Characters(line), size.columns) << line;
  }
}

TEST(TopFrame, ShowsNothingThatSteersATerminal) {
  TopSample sample = Recorded("now", 102);
  sample.incidents = R"({"incidents":[{"id":1,"last":"2026-01-31T23:59:59.0Z","severity":"\u001b[2J","action":"a\u0007","findings":1,
    "client":{"ip":"10.0.0.1\r\n"},"rule":"a\u009b31m","document":{"name":"x\u202e\u001b]0;owned\u0007.txt\n"}}]})";
  sample.talkers = R"({"clients":[{"ip":"\u001bc","name":"\u0000\u007f","bytes":1,"flows":1,"findings":1}],"destinations":[]})";
  for (const std::string& line : TopFrame(sample, sample, {200, 50})) {
    for (size_t i = 0; i < line.size(); ++i) {
      EXPECT_TRUE(static_cast<uint8_t>(line[i]) >= 0x20 && line[i] != 0x7f) << line;
      // C1 controls, as UTF-8 writes them.
      const bool is_control = static_cast<uint8_t>(line[i]) == 0xc2 && i + 1 < line.size() && static_cast<uint8_t>(line[i + 1]) < 0xa0;
      EXPECT_FALSE(is_control) << line;
    }
    EXPECT_EQ(line.find("\u202e"), std::string::npos);
  }
}

TEST(TopFrame, ShowsZerosWhereAnAnswerIsNone) {
  const TopSample nothing{1, "", "not json", "[]", "{\"incidents\":[1,null,{}]}"};
  const auto lines = TopFrame(nothing, nothing, {});
  ASSERT_FALSE(lines.empty());
  EXPECT_NE(lines[0].find("DOES NOT FORWARD"), std::string::npos);
}

TEST(TopFrame, CountsRatesOverTheTimeBetween) {
  TopSample before = Recorded("now", 100), now = Recorded("now", 102);
  before.statistics = R"({"packets":1000,"bytes":0,"flows":0,"findings":0})";
  now.statistics = R"({"packets":3000,"bytes":2500000,"flows":10,"findings":1})";
  const std::string frame = Joined(TopFrame(before, now, {}));
  EXPECT_NE(frame.find("packets 1.0 k/s"), std::string::npos) << frame;
  EXPECT_NE(frame.find("bits 10.0 M/s"), std::string::npos) << frame;
  EXPECT_NE(frame.find("new flows 5 /s"), std::string::npos) << frame;
}

TEST(Fit, CutsBetweenCharactersByTheirColumns) {
  EXPECT_EQ(Fit("机密文件", 5), "机密");
  EXPECT_EQ(Fit("naïve", 3), "naï");
  EXPECT_EQ(Fit("abc", 10), "abc");
  EXPECT_EQ(Fit("abc", 0), "");
}

}  // namespace
}  // namespace sluice::cli
