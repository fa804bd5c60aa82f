#include "control/config/schema.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/support/places.h"

namespace sluice::config {
namespace {

TEST(Schema, NamesEachKeyOnceAndExplainsIt) {
  std::set<std::pair<Section, std::string_view>> seen;
  for (const Key& key : Keys()) {
    EXPECT_TRUE(seen.emplace(key.section, key.name).second) << key.name;
    EXPECT_FALSE(key.text.empty()) << key.name;
    EXPECT_EQ(key.kind == KeyKind::kWord, !key.words.empty()) << key.name;
  }
}

TEST(Schema, HasDefaultsWithinTheirOwnRanges) {
  for (const Key& key : Keys()) {
    if (key.kind != KeyKind::kNumber) continue;
    uint64_t value = 0;
    const char* end = key.default_text.data() + key.default_text.size();
    ASSERT_EQ(std::from_chars(key.default_text.data(), end, value).ptr, end) << key.name;
    EXPECT_TRUE(value >= key.min && value <= key.max) << key.name;
  }
}

// With SLUICE_UPDATE_GOLDEN set the document is written instead of compared.
TEST(Schema, IsWhatTheDocumentSays) {
  const std::string path = places::SourceFolder() + "/docs/configuration.md";
  std::ifstream in(path);
  std::string document{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string begin = "<!-- reference: begin -->\n", end = "<!-- reference: end -->";
  const size_t from = document.find(begin), to = document.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) {
    document.replace(from + begin.size(), to - from - begin.size(), WriteReference());
    std::ofstream(path) << document;
    return;
  }
  EXPECT_EQ(document.substr(from + begin.size(), to - from - begin.size()), WriteReference())
      << "run this test with SLUICE_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace sluice::config
