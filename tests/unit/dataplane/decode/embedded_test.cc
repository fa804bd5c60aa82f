// Containers within other bytes: found wherever they begin and however the bytes are cut; what only looks like one does no harm.
#include "dataplane/decode/embedded_seeker.h"

#include <random>

#include "tests/unit/dataplane/decode/containers.h"

namespace sluice::decode {
namespace {

using Views = std::map<std::string, std::string>;
using Outcomes = std::map<std::string, std::string>;

std::string Noise(size_t bytes, uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::string noise(bytes, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}
// Binary, but of no type that is opened, and too even for none.
std::string Record(size_t bytes) {
  std::string record;
  for (size_t i = 0; record.size() < bytes; ++i) record += Le(i, 4) + "key=" + std::string(4, '\x01');
  record.resize(bytes);
  return record;
}

TEST(EmbeddedSeeker, FindsEachSignAtEachPlaceInAnyCut) {
  const std::string signs[] = {
      "PK\x03\x04\x14" + std::string(3, '\0') + std::string("\x08\0\0\0\0\0\0\0", 8), std::string("\x1F\x8B\x08\0\0\0\0\0\0\x03\x01\x02\x03\x04\x05\x06", 16),
      std::string("\x28\xB5\x2F\xFD\x24\x05\x29\0\0abcdefg", 16), std::string("\xFD" "7zXZ\0\0\x04\xE6\xD6\xB4\x46\x02\0\x21\x01", 16),
      "BZh91AY&SY" + std::string(6, 'x'), std::string("\x04\x22\x4D\x18\x64\x40\xA7\x05\0\0\0\0\0\0\0\0", 16), std::string("LZIP\x01\x0C\0abcdefghi", 16),
      std::string("7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0\0\0\0\0", 16), std::string("Rar!\x1A\x07\x01\0\0\0\0\0\0\0\0\0", 16), "MSCF" + std::string(12, '\0'),
      "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(8, '\0'), "%PDF-1.4\n%xyz..\n", "{\\rtf1\\ansi\\deff", std::string("\xED\xAB\xEE\xDB\x03\0\0\0abcdefgh", 16),
      std::string("xar!\0\x1C\0\x01\0\0\0\0\0\0\0\0", 16)};
  for (const std::string& sign : signs) {
    ASSERT_EQ(sign.size(), kSignBytes);
    EXPECT_TRUE(BeginsEmbedded(ByteView(sign)));
    for (size_t before = 0; before < 70; ++before) {
      const std::string bytes = std::string(before, '\x11') + sign + std::string(40, '\x11');
      for (const size_t cut : {size_t{1}, size_t{7}, before, before + 1, before + 5, before + 15, bytes.size()}) {
        EmbeddedSeeker seeker;
        ptrdiff_t found = -1000;
        for (size_t at = 0, n = cut; at < bytes.size() && found == -1000;) {
          const std::string part = bytes.substr(at, std::max<size_t>(n, 1));
          if (const auto index = seeker.Find(ByteView(part))) {
            found = static_cast<ptrdiff_t>(at) + index->at;
            // What the tail holds of it is what came before this run.
            if (index->at < 0) {
              EXPECT_EQ(seeker.tail().From(seeker.tail().size() - static_cast<size_t>(-index->at)).AsText(), sign.substr(0, static_cast<size_t>(-index->at)));
            }
          }
          at += part.size();
          if (cut > 7) n = bytes.size();
        }
        EXPECT_EQ(found, static_cast<ptrdiff_t>(before)) << sign.substr(0, 4) << " cut " << cut;
      }
    }
  }
}

TEST(EmbeddedSeeker, SeesNothingInRandomBytes) {
  EmbeddedSeeker seeker;
  for (uint32_t i = 0; i < 64; ++i) EXPECT_FALSE(seeker.Find(ByteView(Noise(1 << 18, i))));
}

TEST(EmbeddedSeeker, GivesUpWhereSignsAreStrewnOnPurpose) {
  EmbeddedSeeker seeker;
  EXPECT_FALSE(seeker.Find(ByteView(Noise(1 << 20))));
  uint32_t borne = 0;
  while (!seeker.NoteFalseSign()) ++borne;
  EXPECT_EQ(borne, 256u + (1u << 20) / 4096);
  const std::string zip = MakeZip({{.name = "a.txt", .text = "inside"}});
  EXPECT_FALSE(seeker.Find(ByteView(zip)));
}

TEST(Embedded, ContainersAreOpenedBehindAnythingInAnyCut) {
  Opener opener;
  const std::string text = SomeText(700);
  const std::string zip = MakeZip({{.name = "a.txt", .text = text, .deflated = true}});
  for (const std::string& before : {std::string("PUT report.docx 812\r\n"), Record(700)}) {
    EXPECT_EQ(opener.OpenInAnyCut(before + zip).views, (Views{{"zip:a.txt", text}})) << before.size();
    EXPECT_EQ(opener.OpenInAnyCut(before + GzipEncode(text)).views, (Views{{"gzip", text}})) << before.size();
  }
}

TEST(Embedded, OneBehindTheOther) {
  Opener opener;
  const std::string first = SomeText(400), second = SomeText(500), third = SomeText(600);
  const std::string record = Record(600) + GzipEncode(first) + Record(50) + MakeZip({{.name = "b", .text = second}}) + Record(40) + GzipEncode(third);
  const Opened opened = opener.OpenInAnyCut(record);
  EXPECT_EQ(opened.views, (Views{{"gzip", first}, {"zip:b", second}, {"gzip'", third}})) << opened;
  EXPECT_EQ(opened.outcomes, Outcomes());
}

TEST(Embedded, WithinAView) {
  Opener opener;
  const std::string text = SomeText(900);
  const std::string record = Record(3000) + GzipEncode(text) + Record(100);
  const Opened opened = opener.OpenInAnyCut(MakeZip({{.name = "dump.bin", .text = record, .deflated = true}}));
  EXPECT_EQ(opened.views, (Views{{"zip:dump.bin", record}, {"zip:dump.bin/gzip", text}})) << opened;
  EXPECT_EQ(opened.outcomes, Outcomes());
}

TEST(Embedded, WhatOnlyLooksLikeOneDoesNoHarm) {
  Opener opener;
  const std::string sign("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10);
  const std::string text = SomeText(900);
  std::string bytes = Record(600);
  for (uint32_t i = 0; i < 20; ++i) bytes += sign + Noise(40, i);
  bytes += Record(90);
  EXPECT_EQ(opener.Open(bytes).outcomes, Outcomes());
  // A real one may stand right behind.
  const Opened opened = opener.Open(bytes + sign + "\x07" + MakeZip({{.name = "a", .text = text}}));
  EXPECT_EQ(opened.views.at("zip:a"), text);
  EXPECT_EQ(opened.outcomes, Outcomes());
}

TEST(Embedded, TooManyFalseSignsAreNamed) {
  Opener opener;
  std::string bytes = Record(600);
  for (uint32_t i = 0; i < 400; ++i) bytes += std::string("\x1F\x8B\x08\0\0\0\0\0\0\x03\x07", 11) + "padding";
  EXPECT_EQ(opener.Open(bytes).outcomes, (Outcomes{{"!", "decompression_budget"}}));
}

std::string Base64Encode(const std::string& bytes) {
  static const char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}
std::string Base64Lines(const std::string& bytes, const std::string& before_each, size_t line = 76) {
  const std::string coded = Base64Encode(bytes);
  std::string lines;
  for (size_t at = 0; at < coded.size(); at += line) lines += before_each + coded.substr(at, line) + "\r\n";
  return lines;
}

TEST(Embedded, Base64WithinTextIsOpenedInAnyCut) {
  Opener opener;
  const std::string text = SomeText(900);
  const std::string zip = MakeZip({{.name = "a.txt", .text = text, .deflated = true}});
  const std::string letter = "Dear all,\nwhat we spoke of stands below, as agreed with everybody who was there on the second day of the meeting.\n\n";
  std::string long_letter;
  while (long_letter.size() < 600) long_letter += letter;
  for (const char* before_each : {"", "    ", "> > ", "\t| "}) {
    const Opened opened = opener.OpenInAnyCut(long_letter + Base64Lines(zip, before_each) + "\nRegards\n" + long_letter);
    EXPECT_EQ(opened.views.at("base64/zip:a.txt"), text) << before_each;
    EXPECT_EQ(opened.outcomes, Outcomes()) << before_each;
  }
  // In the cell of a table, and in a statement; each of two.
  const std::string cells = long_letter + "7;report;" + Base64Encode(zip) + ";x\n" + "insert into t values (8, '" + Base64Encode(GzipEncode(text)) + "', 3);\n";
  const Opened opened = opener.OpenInAnyCut(cells);
  EXPECT_EQ(opened.views.at("base64/zip:a.txt"), text);
  EXPECT_EQ(opened.views.at("base64'/gzip"), text);
}

TEST(Embedded, DigitsPathsAndNamesAreNoBase64) {
  Opener opener;
  std::string text;
  for (int i = 0; i < 8; ++i) {
    text += "d404559f602eab6fd602ac7680dacbfaadd13630335e951f097af3900e9de176b6db28512f2e000b9d04fba5133e8b1c6e8df59db3a8ab9d60be4b97cc9e81db\n";
    text += "see /usr/lib/a/very/long/path/to/some/file/that/nobody/will/ever/want/to/read/again\n";
    text += "theverylongnameofsomethingthatisnotwrittenwithanyspacesbetweenitswordsatall\n";
  }
  EXPECT_EQ(opener.OpenInAnyCut(text).views, Views());
}

TEST(Embedded, WhatBreaksOffIsNamed) {
  Opener opener;
  const std::string text = Noise(20000);
  const std::string gzip = GzipEncode(text);
  const Opened opened = opener.Open(Record(600) + gzip.substr(0, 15000), 4000, 4000);
  EXPECT_EQ(opened.outcomes, (Outcomes{{"gzip", "truncated_container"}}));
}

TEST(Embedded, EncryptedEntriesAreNamed) {
  Opener opener;
  const Opened opened = opener.OpenInAnyCut(Record(600) + MakeZip({{.name = "secret", .text = Noise(300), .encrypted = true}}));
  EXPECT_EQ(opened.outcomes, (Outcomes{{"zip:secret", "encrypted_container"}}));
  EXPECT_EQ(opened.encrypted, 300u);
}

// What is looked at to recognise it is put together of several runs; here it is all of the first container.
TEST(Embedded, GoesOnBehindAContainerAsLongAsWhatRecognisesIt) {
  Opener opener;
  const size_t around = MakeZip({{.name = "a", .text = ""}}).size();
  const std::string first = MakeZip({{.name = "a", .text = std::string(kRecogniseBytes - around, 't')}});
  ASSERT_EQ(first.size(), kRecogniseBytes);
  const std::string second = MakeZip({{.name = "b", .text = SomeText(900), .deflated = true}});
  const Opened opened = opener.OpenInAnyCut("plain" + first + "between" + second);
  EXPECT_EQ(opened.views.at("zip:b"), SomeText(900));
  EXPECT_EQ(opened.outcomes, (std::map<std::string, std::string>()));
}

}  // namespace
}  // namespace sluice::decode
