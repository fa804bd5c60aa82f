// The law of encodings: what a naive matcher finds in a text, the compiled patterns find in every encoding of it, at every
// split; and they find nothing where the naive matcher finds nothing.
#include <gtest/gtest.h>

#include <random>

#include "rules/bundle/bundle.h"
#include "rules/compile/charset.h"
#include "rules/compile/compiler.h"
#include "rules/compile/letter_case.h"
#include "rules/compile/memory_scanner.h"

namespace sluice::compile {
namespace {

using model::Encoding;

struct Law {
  Encoding encoding;
  const char* terms;     // YAML list
  std::vector<std::string> words;  // the same terms
  const char* alphabet;  // of the text between them
};

std::string RandomText(std::mt19937& random, const Law& law) {
  const std::u32string alphabet = FromUtf8(law.alphabet);
  std::string text;
  const size_t length = random() % 60;
  for (size_t i = 0; i < length; ++i) {
    if (random() % 12 == 0) {
      text += law.words[random() % law.words.size()];
    } else {
      AppendUtf8(alphabet[random() % alphabet.size()], text);
    }
  }
  return text;
}

size_t CountNaively(const std::string& text, const std::vector<std::string>& words) {
  size_t count = 0;
  for (const std::string& word : words) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  }
  return count;
}

class EncodingLaw : public ::testing::TestWithParam<Law> {};

TEST_P(EncodingLaw, ScannerFindsWhatANaiveMatcherFinds) {
  const Law& law = GetParam();
  syntax::SourceSet sources;
  sources.Add("law.yaml", std::string("rules: [{id: a.b, title: t, detect: {literals: ") + law.terms + "}}]");
  const CompileResult compiled = CompileSources(std::move(sources), Goal::kCompile);
  const auto bundle = bundle::Parse({compiled.bundle.data(), compiled.bundle.size()});
  ASSERT_TRUE(bundle.ok());
  auto scanner = MemoryScanner::Open(**bundle);
  ASSERT_TRUE(scanner.ok());
  CharsetEncoder charsets;
  std::mt19937 random(7);
  size_t total = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string text = RandomText(random, law);
    const std::optional<std::string> encoded = charsets.Encode(text, law.encoding);
    ASSERT_TRUE(encoded) << text;
    const auto found = scanner->Scan(ByteView(*encoded), 1 + random() % 40);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), CountNaively(text, law.words)) << text;
    total += found->size();
  }
  EXPECT_GT(total, 100u);
}

// The alphabets hold the halves of each other's bytes, so that hits astride characters do arise.
INSTANTIATE_TEST_SUITE_P(
    Encodings, EncodingLaw,
    ::testing::Values(
        Law{Encoding::kUtf8, "[秘密, 机密★]", {"秘密", "机密★"}, "久孛埭密秘机★a1\n界"},
        Law{Encoding::kUtf16Le, "[秘密, 机密★]", {"秘密", "机密★"}, "久孛埭密秘机★a1\n界"},
        Law{Encoding::kUtf16Be, "[秘密, 机密★]", {"秘密", "机密★"}, "久孛埭密秘机★a1\n界"},
        Law{Encoding::kGb18030, "[秘密, 机密★]", {"秘密", "机密★"}, "久孛埭密秘机★a1\n界𠀀Ж"},
        Law{Encoding::kBig5, "[機密, 極機密★]", {"機密", "極機密★"}, "機密極★a1\n界錄許功蓋"},
        Law{Encoding::kShiftJis, "[極秘, 取扱注意]", {"極秘", "取扱注意"}, "極秘取扱注意ｱｲソ表能a1\n"},
        Law{Encoding::kEucJp, "[極秘, 取扱注意]", {"極秘", "取扱注意"}, "極秘取扱注意ｱｲソ表能a1\n"},
        Law{Encoding::kEucKr, "[대외비, 급비밀]", {"대외비", "급비밀"}, "대외비급밀가힣a1\n"},
        Law{Encoding::kKoi8R, "[Секретно, ДСП-1]", {"Секретно", "ДСП-1"}, "СекртноДП-1 \n"},
        Law{Encoding::kWindows1251, "[Секретно, ДСП-1]", {"Секретно", "ДСП-1"}, "СекртноДП-1 \n"},
        Law{Encoding::kCp866, "[Секретно, ДСП-1]", {"Секретно", "ДСП-1"}, "СекртноДП-1 \n"},
        Law{Encoding::kWindows1252, "[TRÈS SECRET]", {"TRÈS SECRET"}, "TRÈS ECé\n"}),
    [](const auto& param) {
      std::string name(Name(param.param.encoding));
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      return name;
    });

}  // namespace
}  // namespace sluice::compile
