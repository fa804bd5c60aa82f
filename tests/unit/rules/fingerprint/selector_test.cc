// Text says the same in every dress, and what is chosen does not depend on how content was cut.
#include "rules/fingerprint/selector.h"

#include <gtest/gtest.h>
#include <iconv.h>
#include <sodium.h>

#include <algorithm>
#include <set>

#include "rules/text/character.h"
#include "tests/unit/rules/fingerprint/fixture.h"

namespace sluice::fingerprint {
namespace {

using test::BinaryData;
using test::ChineseText;
using test::EnglishText;

std::vector<Selected> Select(const std::string& content, const std::vector<size_t>& cuts = {}) {
  EXPECT_TRUE(text::PrepareCharacters(model::Encoding::kGb18030).ok());
  const auto secrets = test::TestSecrets();
  const Selector selector(*secrets);
  SelectorState state;
  selector.Begin(state);
  std::vector<Selected> all;
  const auto keep = [&](const Selected& s) { all.push_back(s); };
  size_t at = 0;
  for (const size_t cut : cuts) {
    selector.Feed(state, ByteView(content).Sub(at, cut - at), keep);
    at = cut;
  }
  selector.Feed(state, ByteView(content).From(at), keep);
  return all;
}

std::set<Fingerprint> FingerprintsOf(const std::string& content, Kind kind) {
  std::set<Fingerprint> all;
  for (const Selected& s : Select(content)) {
    if (s.kind == kind) all.insert(s.fingerprint);
  }
  return all;
}

size_t Shared(const std::set<Fingerprint>& a, const std::set<Fingerprint>& b) {
  return static_cast<size_t>(std::count_if(a.begin(), a.end(), [&](Fingerprint f) { return b.count(f) > 0; }));
}

std::string Converted(const std::string& text, const char* to) {
  const iconv_t handle = iconv_open(to, "UTF-8");
  std::string in = text, out(text.size() * 4 + 16, '\0');
  char* from = in.data();
  char* into = out.data();
  size_t left = in.size(), room = out.size();
  EXPECT_EQ(iconv(handle, &from, &left, &into, &room), 0u);
  iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

std::string Rewrapped(const std::string& text) {
  std::string wrapped;
  for (const char c : text) {
    wrapped += c == ' ' || c == '\n' ? std::string("\r\n   ") : std::string(1, c);
  }
  return wrapped;
}

TEST(Selector, IsTheSameForAnyCut) {
  const std::string content = EnglishText(9000, 1) + BinaryData(90'000, 2) + ChineseText(3000, 3);
  const auto sorted = [](std::vector<Selected> all) {
    std::sort(all.begin(), all.end(), [](const Selected& a, const Selected& b) { return std::tie(a.end, a.kind) < std::tie(b.end, b.kind); });
    std::vector<std::tuple<uint64_t, Kind, Fingerprint>> keys;
    for (const Selected& s : all) keys.emplace_back(s.end, s.kind, s.fingerprint);
    return keys;
  };
  const auto whole = sorted(Select(content));
  ASSERT_GT(whole.size(), 300u);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::vector<size_t> cuts;
    for (size_t at = random() % 50; at < content.size(); at += 1 + random() % (round < 5 ? 7 : 3000)) cuts.push_back(at);
    EXPECT_EQ(sorted(Select(content, cuts)), whole) << round;
  }
}

TEST(Selector, ChoosesOneOfSoManyLetters) {
  const std::string text = EnglishText(4000, 4);
  const auto kept = static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
  const auto chosen = static_cast<double>(FingerprintsOf(text, Kind::kText).size());
  EXPECT_NEAR(chosen, kept / TextSelector::kLetterPeriod, 0.4 * kept / TextSelector::kLetterPeriod);
}

TEST(TextSelector, SpacesCaseAndWidthSayNothing) {
  const std::string text = EnglishText(3000, 5);
  const auto plain = FingerprintsOf(text, Kind::kText);
  std::string loud, wide;
  for (const char c : text) {
    loud += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (c >= 'a' && c <= 'z') {
      wide += "\xEF\xBD";
      wide += static_cast<char>(0x81 + (c - 'a'));
    } else {
      wide += c;
    }
  }
  EXPECT_EQ(FingerprintsOf(loud, Kind::kText), plain);
  EXPECT_EQ(FingerprintsOf(Rewrapped(text), Kind::kText), plain);
  EXPECT_GE(Shared(plain, FingerprintsOf(wide, Kind::kText)), plain.size() - 1);
}

TEST(TextSelector, AccentsAndLigaturesAreFolded) {
  const std::string plain = "l etude de la defense du reseau officiel et la fiche de l effet final de cette operation speciale ont ete redigees a Geneve " + EnglishText(500, 6);
  const std::string composed = "l’étude de la défense du réseau oﬃciel et la ﬁche de l’eﬀet ﬁnal de cette opération spéciale ont été rédigées à Genève " + EnglishText(500, 6);
  EXPECT_EQ(FingerprintsOf(composed, Kind::kText), FingerprintsOf(plain, Kind::kText));
}

TEST(TextSelector, ChineseReadsTheSameInGb18030) {
  const std::string text = ChineseText(2500, 8);
  const auto utf8 = FingerprintsOf(text, Kind::kText);
  ASSERT_GT(utf8.size(), 150u);
  const auto gb = FingerprintsOf(Converted(text, "GB18030"), Kind::kText);
  // The first characters are read as UTF-8 until they cannot be.
  EXPECT_GE(Shared(utf8, gb), utf8.size() - 5);
}

TEST(TextSelector, ChineseThatIsCutWithinAPairIsReadAlongAgain) {
  const std::string text = ChineseText(1200, 9);
  const auto whole = FingerprintsOf(text, Kind::kText);
  const std::string gb = Converted(text, "GB18030");
  EXPECT_GE(Shared(whole, FingerprintsOf(gb.substr(101), Kind::kText)), whole.size() * 8 / 10);
  EXPECT_GE(Shared(whole, FingerprintsOf(text.substr(100), Kind::kText)), whole.size() * 8 / 10);
}

TEST(TextSelector, Utf16OfAsciiReadsTheSame) {
  const std::string text = EnglishText(3000, 10);
  EXPECT_EQ(FingerprintsOf(Converted(text, "UTF-16LE"), Kind::kText), FingerprintsOf(text, Kind::kText));
}

TEST(BinarySelector, APieceOf64KiBHasManyOfItsPlaces) {
  const std::string file = BinaryData(4'000'000, 11);
  const auto all = FingerprintsOf(file, Kind::kBinary);
  for (size_t at = 1; at + 65536 < file.size(); at += 300'001) {
    EXPECT_GE(Shared(FingerprintsOf(file.substr(at, 65536), Kind::kBinary), all), 10u) << at;
  }
}

TEST(BinarySelector, FillingIsLeftOut) {
  const auto secrets = test::TestSecrets();
  const test::NamedContent filling{"zeros", std::string(300'000, '\0')};
  EXPECT_TRUE(test::DocumentOf(*secrets, filling).parts.empty());
}

// Whatever the key: what is chosen before the window is full would say no more than that other contents begin so.
TEST(Selector, ChoosesNothingBeforeItsWindowIsFull) {
  const std::string letters = "Memorandum, 17 August: to all of us", ideographs = ChineseText(15, 3), bytes = BinaryData(64, 4);
  const std::string ahead = EnglishText(300, 5), text = EnglishText(3000, 6);
  size_t behind = 0;
  for (unsigned seed = 0; seed < 256; ++seed) {
    const auto secrets = test::TestSecrets(static_cast<uint8_t>(seed));
    const auto chosen = [&](const std::string& content) {
      const Selector selector(*secrets);
      SelectorState state;
      selector.Begin(state);
      std::vector<std::pair<uint64_t, Fingerprint>> all;
      selector.Feed(state, ByteView(content), [&](const Selected& s) {
        if (s.kind == Kind::kText) all.emplace_back(s.end, s.fingerprint);
      });
      return all;
    };
    // 31 letters and digits; fewer ideographs than a window has.
    EXPECT_TRUE(chosen(letters.substr(0, letters.size() - 5)).empty()) << seed;
    EXPECT_TRUE(chosen(ideographs).empty()) << seed;
    BinaryState binary;
    BinarySelector(*secrets).Begin(binary);
    BinarySelector(*secrets).Feed(binary, ByteView(bytes), [&](uint64_t, size_t) {});
    EXPECT_EQ(binary.block_left, 0u) << seed;
    // What is chosen is the same whatever stands before.
    std::set<std::pair<uint64_t, Fingerprint>> in_whole;
    for (const auto& [end, fingerprint] : chosen(ahead + text)) in_whole.emplace(end - ahead.size(), fingerprint);
    for (const auto& place : chosen(text.substr(0, 700))) {
      EXPECT_EQ(in_whole.count(place), 1u) << seed << " at " << place.first;
      ++behind;
    }
  }
  EXPECT_GT(behind, 256u);
}

TEST(Secrets, AnotherKeyChoosesOtherPlaces) {
  const test::NamedContent document{"d", EnglishText(5000, 12)};
  const auto one = test::DocumentOf(*test::TestSecrets(1), document), other = test::DocumentOf(*test::TestSecrets(2), document);
  const std::set<Fingerprint> a(one.parts[0].fingerprints.begin(), one.parts[0].fingerprints.end());
  const std::set<Fingerprint> b(other.parts[0].fingerprints.begin(), other.parts[0].fingerprints.end());
  EXPECT_EQ(Shared(a, b), 0u);
}

TEST(Secrets, LastStepIsSipHash) {
  const std::array<uint64_t, 2> key = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  for (const uint64_t word : {uint64_t{0}, uint64_t{1}, uint64_t{0x0123456789abcdefULL}, ~uint64_t{0}}) {
    std::array<uint8_t, 8> out{};
    crypto_shorthash(out.data(), reinterpret_cast<const uint8_t*>(&word), sizeof word, reinterpret_cast<const uint8_t*>(key.data()));
    // With the rounds that libsodium has; ours are fewer of the same.
    EXPECT_EQ((SipHashOfWord<2, 4>(key, word)), LoadLe64(out.data()));
    EXPECT_EQ(SipHashWord(key, word), (SipHashOfWord<1, 3>(key, word)));
    EXPECT_NE(SipHashWord(key, word), LoadLe64(out.data()));
  }
}

}  // namespace
}  // namespace sluice::fingerprint
