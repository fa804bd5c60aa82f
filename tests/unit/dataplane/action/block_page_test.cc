#include "dataplane/action/block_page.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::action {
namespace {

std::string Page(std::string_view incident, std::string_view title) {
  std::vector<uint8_t> out(kMaxBlockPageBytes);
  out.resize(BuildBlockPage({incident, title}, out));
  return {out.begin(), out.end()};
}

std::string BodyOf(const std::string& page) {
  return page.substr(page.find("\r\n\r\n") + 4);
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(BlockPage, IsA403ThatClosesTheConnection) {
  const std::string page = Page("00c0ffee00c0ffee", "Chinese classification marking");
  EXPECT_EQ(page.rfind("HTTP/1.1 403 Forbidden\r\n", 0), 0u);
  EXPECT_TRUE(Contains(page, "\r\nConnection: close\r\n"));
  EXPECT_TRUE(Contains(page, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
}

TEST(BlockPage, ContentLengthIsThatOfTheBody) {
  for (const std::string& title : {std::string(), std::string("short"), std::string(400, 'x')}) {
    const std::string page = Page("1", title);
    const size_t at = page.find("Content-Length: ") + 16;
    EXPECT_EQ(std::stoul(page.substr(at)), BodyOf(page).size());
  }
}

TEST(BlockPage, NamesIncidentAndRule) {
  const std::string body = BodyOf(Page("00c0ffee00c0ffee", "绝密 marking"));
  EXPECT_TRUE(Contains(body, "00c0ffee00c0ffee"));
  EXPECT_TRUE(Contains(body, "绝密 marking"));
}

TEST(BlockPage, EscapesTheTitle) {
  const std::string body = BodyOf(Page("1", "<script>\"R&D\" 'x'\r\n"));
  EXPECT_TRUE(Contains(body, "&lt;script&gt;&quot;R&amp;D&quot; &#39;x&#39;  <"));
  EXPECT_FALSE(Contains(body, "<script>"));
}

TEST(BlockPage, EscapesTheIncident) {
  EXPECT_FALSE(Contains(Page("<b>", "t"), "<code><b>"));
}

TEST(BlockPage, CutsALongTitleBetweenCharacters) {
  std::string title;
  for (int i = 0; i < 500; ++i) title += "密";
  const std::string body = BodyOf(Page("1", title));
  EXPECT_TRUE(Contains(body, "密…</b>"));
}

TEST(BlockPage, CutsALongTitleBeforeAnEscape) {
  EXPECT_TRUE(Contains(BodyOf(Page("1", std::string(500, '&'))), "&amp;…</b>"));
}

TEST(BlockPage, WorstCaseFitsItsBound) {
  const std::string page = Page(std::string(500, '"'), std::string(500, '"'));
  EXPECT_GT(page.size(), 600u);
  EXPECT_LE(page.size(), kMaxBlockPageBytes);
}

TEST(BlockPage, RefusesABufferThatIsTooSmall) {
  const size_t needed = Page("1", "t").size();
  std::vector<uint8_t> exact(needed), short_by_one(needed - 1);
  EXPECT_EQ(BuildBlockPage({"1", "t"}, exact), needed);
  EXPECT_EQ(BuildBlockPage({"1", "t"}, short_by_one), 0u);
}

}  // namespace
}  // namespace sluice::action
