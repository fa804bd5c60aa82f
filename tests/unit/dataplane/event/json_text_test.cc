#include "dataplane/event/json_text.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace sluice::event {
namespace {

using Json = nlohmann::json;

std::string Written(std::string_view value) {
  std::string out;
  JsonText json(out);
  json.BeginObject();
  json.Text("v", value);
  json.EndObject();
  return out;
}

std::string Read(std::string_view value) { return Json::parse(Written(value))["v"].get<std::string>(); }

std::string TimeOf(int64_t ns) {
  std::string out;
  JsonText json(out);
  json.BeginObject();
  json.Time("t", Timestamp::FromNanoseconds(ns));
  json.EndObject();
  return Json::parse(out)["t"].get<std::string>();
}

template <size_t N>
std::string ReadCut(std::string_view value) {
  std::string out;
  JsonText json(out);
  json.BeginObject();
  json.Text("v", InlineText<N>(value));
  json.EndObject();
  return Json::parse(out)["v"].get<std::string>();
}

TEST(JsonText, SeparatesMembersAndElements) {
  std::string out;
  JsonText json(out);
  json.BeginObject();
  json.BeginObject("a");
  json.EndObject();
  json.Number("n", 18446744073709551615u);
  json.BeginList("l");
  json.Element("x");
  json.Element("y");
  json.EndList();
  json.BeginObject("b");
  json.Bool("t", true);
  json.Null("z");
  json.EndObject();
  json.Hex64("h", 0x00c0ffee);
  json.EndObject();
  EXPECT_EQ(out, R"({"a":{},"n":18446744073709551615,"l":["x","y"],"b":{"t":true,"z":null},"h":"0000000000c0ffee"})");
}

TEST(JsonText, EscapesQuotesBackslashesAndControls) {
  EXPECT_EQ(Written("a\"b\\c\n\r\t\x01\x7f"), R"({"v":"a\"b\\c\n\r\t\u0001\u007f"})");
  EXPECT_EQ(Written(std::string_view("\0", 1)), R"({"v":"\u0000"})");
}

TEST(JsonText, EscapesCharactersThatActOnTheReader) {
  // C1 "control sequence introducer", right-to-left override, line separator, byte order mark.
  EXPECT_EQ(Written("\xc2\x9b" "\xe2\x80\xae" "\xe2\x80\xa8" "\xef\xbb\xbf"), R"({"v":"\u009b\u202e\u2028\ufeff"})");
}

TEST(JsonText, KeepsValidTextAsItIs) {
  for (const std::string text : {"机密★10年", "Grüße", "\xf0\x9f\x94\x92", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", ""}) {
    EXPECT_EQ(Written(text), "{\"v\":\"" + text + "\"}");
    EXPECT_EQ(Read(text), text);
  }
}

TEST(JsonText, ReplacesEachIllFormedSequenceOnce) {
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(Read("a\xff" "b"), "a" + r + "b");
  EXPECT_EQ(Read("\xc0\xaf"), r + r) << "overlong";
  EXPECT_EQ(Read("\xe0\x80\xaf"), r + r + r) << "overlong";
  EXPECT_EQ(Read("\xed\xa0\x80"), r + r + r) << "surrogate";
  EXPECT_EQ(Read("\xf4\x90\x80\x80"), r + r + r + r) << "above U+10FFFF";
  EXPECT_EQ(Read("\xe6\x9c" "x"), r + "x") << "cut by another character";
  EXPECT_EQ(Read("\xf0\x9f\x94"), r) << "cut at the end";
  // The example of Unicode 15, 3.9, table 3-8.
  EXPECT_EQ(Read("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"), "a" + r + r + r + "b" + r + "c" + r + r + "d");
}

TEST(JsonText, ShowsThatATextWasCutAndNoHalfCharacter) {
  EXPECT_EQ(ReadCut<8>("12345678"), "12345678");
  EXPECT_EQ(ReadCut<8>("123456789"), "12345678…");
  EXPECT_EQ(ReadCut<8>("123456机密"), "123456…");
  EXPECT_EQ(ReadCut<8>("\xff机密xy"), "\xef\xbf\xbd机密x…");
}

TEST(JsonText, WritesTimeAsRfc3339) {
  EXPECT_EQ(TimeOf(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(TimeOf(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(TimeOf(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(TimeOf(951782399'000000000), "2000-02-28T23:59:59.000000000Z");
  EXPECT_EQ(TimeOf(951782400'000000000), "2000-02-29T00:00:00.000000000Z");
  EXPECT_EQ(TimeOf(1'700'000'000'123456789), "2023-11-14T22:13:20.123456789Z");
  EXPECT_EQ(TimeOf(4'107'542'400'000000000), "2100-03-01T00:00:00.000000000Z") << "2100 is no leap year";
  EXPECT_EQ(TimeOf(std::numeric_limits<int64_t>::max()), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(TimeOf(std::numeric_limits<int64_t>::min()), "1677-09-21T00:12:43.145224192Z");
}

}  // namespace
}  // namespace sluice::event
