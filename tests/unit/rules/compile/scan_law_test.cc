// The law of encodings: what a naive matcher finds in a text, the compiled patterns find in every encoding of it, at every
// split; and they find nothing where the naive matcher finds nothing.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
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

// What is done to a text in its encoding before it travels.
using Transfer = std::string (*)(const std::string& text);
std::string Plain(const std::string& text) { return text; }

// Every split of `law`'s texts, so encoded.
void ExpectLaw(const Law& law, Transfer transfer) {
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
    const std::string travelling = transfer(*encoded);
    const auto found = scanner->Scan(ByteView(travelling), 1 + random() % 40);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), CountNaively(text, law.words)) << text << "\n" << travelling;
    total += found->size();
  }
  EXPECT_GT(total, 100u);
}

class EncodingLaw : public ::testing::TestWithParam<Law> {};
TEST_P(EncodingLaw, ScannerFindsWhatANaiveMatcherFinds) { ExpectLaw(GetParam(), Plain); }

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

constexpr char kHexDigits[] = "0123456789ABCDEF";

std::string PercentEncode(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (std::isalnum(byte) != 0) out += c;
    else (out += '%') += {kHexDigits[byte >> 4], kHexDigits[byte & 0xf]};
  }
  return out;
}
// RFC 2045, 6.7, without soft line breaks, which a body's decoder undoes.
std::string QuotedPrintable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\n') out += "\r\n";
    else if (byte >= 0x20 && byte < 0x7f && c != '=') out += c;
    else (out += '=') += {kHexDigits[byte >> 4], kHexDigits[byte & 0xf]};
  }
  return out;
}
template <int base>
std::string HtmlReferences(const std::string& text) {
  std::string out;
  for (const char32_t c : FromUtf8(text)) {
    char reference[16];
    std::snprintf(reference, sizeof reference, base == 16 ? "&#x%X;" : "&#%u;", static_cast<unsigned>(c));
    if (c < 0x80) AppendUtf8(c, out);
    else out += reference;
  }
  return out;
}
std::string JsonEscapes(const std::string& text) {
  std::string out;
  for (const char32_t c : FromUtf8(text)) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    if (c < 0x80 && c != '\n') AppendUtf8(c, out);
    else out += escape;
  }
  return out;
}
template <size_t phase>
std::string Base64(const std::string& text) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes = std::string(phase, '.') + text, out;
  const size_t padding = (3 - bytes.size() % 3) % 3;
  bytes.append(padding, '\0');
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << 16 | static_cast<uint32_t>(static_cast<uint8_t>(bytes[i + 1])) << 8 | static_cast<uint8_t>(bytes[i + 2]);
    for (int shift = 18; shift >= 0; shift -= 6) out += kAlphabet[group >> shift & 63];
  }
  return out.replace(out.size() - padding, padding, std::string(padding, '='));
}

// RFC 1843 for text in GB 2312: pairs without their high bits between ~{ and ~}, which no line goes beyond.
std::string Hz(const std::string& text) {
  std::string out;
  bool shifted = false;
  for (const char c : text) {
    const bool high = (static_cast<uint8_t>(c) & 0x80) != 0;
    if (high != shifted) out += high ? "~{" : "~}";
    shifted = high;
    out += static_cast<char>(c & 0x7f);
    if (c == '~') out += '~';
  }
  return shifted ? out + "~}" : out;
}

struct Form {
  const char* name;
  Transfer transfer;
};
class TransferLaw : public ::testing::TestWithParam<Form> {};
TEST_P(TransferLaw, ScannerFindsWhatANaiveMatcherFinds) {
  ExpectLaw({Encoding::kUtf8, "[秘密, 机密★]", {"秘密", "机密★"}, "久孛埭密秘机★a1\n界"}, GetParam().transfer);
}
INSTANTIATE_TEST_SUITE_P(Forms, TransferLaw,
                         ::testing::Values(Form{"Percent", PercentEncode}, Form{"QuotedPrintable", QuotedPrintable}, Form{"HtmlDecimal", HtmlReferences<10>},
                                           Form{"HtmlHex", HtmlReferences<16>}, Form{"JsonEscape", JsonEscapes}, Form{"Base64Phase0", Base64<0>},
                                           Form{"Base64Phase1", Base64<1>}, Form{"Base64Phase2", Base64<2>}),
                         [](const auto& param) { return std::string(param.param.name); });

// These look like other text, so words of two characters are left to the decoders that undo them.
TEST(ShiftedLaw, ScannerFindsWhatANaiveMatcherFinds) {
  const Law chinese{Encoding::kGb18030, "[秘密文件, 机密★级]", {"秘密文件", "机密★级"}, "久密秘机文件级★a1\n界"};
  ExpectLaw(chinese, Hz);
  ExpectLaw({Encoding::kIso2022Jp, "[極秘文書, 取扱注意]", {"極秘文書", "取扱注意"}, "極秘取扱注意ソ表能文書a1\n"}, Plain);
  ExpectLaw({Encoding::kUtf7, chinese.terms, chinese.words, chinese.alphabet}, Plain);
}

}  // namespace
}  // namespace sluice::compile
