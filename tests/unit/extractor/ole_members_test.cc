#include "extractor/ole_members.h"

#include <cstring>

#include "extractor/excel_text.h"
#include "extractor/outlook_text.h"
#include "extractor/powerpoint_text.h"
#include "extractor/word_text.h"
#include "tests/unit/extractor/collected_members.h"

namespace sluice::extractor {
namespace {

using namespace std::string_literals;

std::string Le(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}
std::string Utf16(const std::u16string& text) {
  std::string out;
  for (const char16_t c : text) out += Le(c, 2);
  return out;
}
void Put(std::string& bytes, size_t at, const std::string& part) {
  if (bytes.size() < at + part.size()) bytes.resize(at + part.size());
  bytes.replace(at, part.size(), part);
}

constexpr size_t kSector = 512;
constexpr uint32_t kEnd = 0xFFFFFFFE, kFree = 0xFFFFFFFF;

// Streams below the root, each in whole sectors of its own; sector 0 is the table, the directory follows.
class OleBuilder {
 public:
  OleBuilder& Add(const std::u16string& name, std::string content) {
    content.resize(std::max<size_t>(content.size(), 4096));
    streams_.push_back({name, content});
    return *this;
  }
  std::string Build() {
    std::string sectors;
    std::vector<uint32_t> table{0xFFFFFFFD};
    const size_t directory_sectors = (streams_.size() + 1 + 3) / 4;
    Chain(table, directory_sectors);
    std::string directory = Entry(u"Root Entry", 5, kFree, streams_.empty() ? kFree : 1, kEnd, 0);
    for (size_t i = 0; i < streams_.size(); ++i) {
      const uint32_t first = static_cast<uint32_t>(table.size());
      const uint32_t right = i + 1 < streams_.size() ? static_cast<uint32_t>(i + 2) : kFree;
      directory += Entry(streams_[i].first, 2, right, kFree, first, streams_[i].second.size());
      std::string content = streams_[i].second;
      content.resize((content.size() + kSector - 1) / kSector * kSector);
      Chain(table, content.size() / kSector);
      sectors += content;
    }
    directory.resize(directory_sectors * kSector);
    table.resize(kSector / 4, kFree);
    for (const auto& [index, next] : links) table[index] = next;
    std::string fat;
    for (const uint32_t next : table) fat += Le(next, 4);
    return Header() + fat + directory + sectors;
  }
  std::vector<std::pair<size_t, uint32_t>> links;  // of sectors, to lie about

 private:
  static void Chain(std::vector<uint32_t>& table, size_t sectors) {
    for (size_t i = 0; i < sectors; ++i) table.push_back(i + 1 < sectors ? static_cast<uint32_t>(table.size() + 1) : kEnd);
  }
  static std::string Entry(const std::u16string& name, char type, uint32_t right, uint32_t child, uint32_t first, size_t bytes) {
    std::string entry(128, '\0');
    Put(entry, 0, Utf16(name));
    Put(entry, 64, Le(name.size() * 2 + 2, 2) + type + '\1' + Le(kFree, 4) + Le(right, 4) + Le(child, 4));
    Put(entry, 116, Le(first, 4) + Le(bytes, 4));
    return entry;
  }
  static std::string Header() {
    std::string header(kSector, '\0');
    Put(header, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    Put(header, 24, Le(0x3E, 2) + Le(3, 2) + Le(0xFFFE, 2) + Le(9, 2) + Le(6, 2));
    Put(header, 44, Le(1, 4) + Le(1, 4));
    Put(header, 56, Le(4096, 4) + Le(kEnd, 4) + Le(0, 4) + Le(kEnd, 4) + Le(0, 4) + Le(0, 4));
    for (size_t at = 80; at < kSector; at += 4) Put(header, at, Le(kFree, 4));
    return header;
  }

  std::vector<std::pair<std::u16string, std::string>> streams_;
};

// A Word document of two pieces, the first in UTF-16, the second of eight bits.
std::string WordDocument(uint16_t flags = 0) {
  std::string document(1024, '\0');
  Put(document, 0, Le(0xA5EC, 2) + Le(0xC1, 2));
  Put(document, 10, Le(flags, 2));
  Put(document, 0x1A2, Le(0, 4) + Le(5 + 3 * 4 + 2 * 8, 4));
  Put(document, 600, Utf16(u"机密★10年\r"));
  Put(document, 700, "plain\x07" "cell\x1E" "x");
  return document;
}
std::string WordTable() {
  const std::string pieces = Le(0, 4) + Le(7, 4) + Le(19, 4) + Le(0, 2) + Le(600, 4) + Le(0, 2) + Le(0, 2) + Le(0x40000000 | 1400, 4) + Le(0, 2);
  return "\x02" + Le(pieces.size(), 4) + pieces;
}

TEST(OleMembers, ReadsWordThroughItsPieces) {
  CollectedMembers members;
  const std::string file = OleBuilder().Add(u"WordDocument", WordDocument()).Add(u"0Table", WordTable()).Build();
  EXPECT_EQ(OleMembers(ByteView(file), {}, members), Outcome::kComplete);
  EXPECT_EQ(members.content["text"], "机密★10年\nplain\tcell-x");
}

TEST(OleMembers, HandsOutWhatItDoesNotKnow) {
  CollectedMembers members;
  const std::string native = Le(200, 4) + Le(2, 2) + "a.txt\0path\0"s + Le(0, 4) + Le(5, 4) + "temp\0"s + Le(4, 4) + "file";
  const std::string file = OleBuilder().Add(u"Strange", "stream of its own").Add(u"\001Ole10Native", native).Build();
  EXPECT_EQ(OleMembers(ByteView(file), {}, members), Outcome::kComplete);
  EXPECT_EQ(members.content["Strange"].substr(0, 17), "stream of its own");
  EXPECT_EQ(members.content["a.txt"], "file");
}

TEST(OleMembers, SaysEncrypted) {
  const std::string word = OleBuilder().Add(u"WordDocument", WordDocument(0x0100)).Build();
  const std::string package = OleBuilder().Add(u"EncryptedPackage", "?").Add(u"LabelInfo", "<label name='Secret'/>").Build();
  CollectedMembers members;
  EXPECT_EQ(OleMembers(ByteView(word), {}, members), Outcome::kEncrypted);
  EXPECT_EQ(OleMembers(ByteView(package), {}, members), Outcome::kEncrypted);
  EXPECT_NE(members.content["LabelInfo"].find("Secret"), std::string::npos) << "a label beside what is encrypted is seen";
}

TEST(OleMembers, EndsCyclesInEveryTable) {
  OleBuilder builder;
  builder.Add(u"Stream", std::string(5000, 's'));
  for (const auto& links : std::vector<std::vector<std::pair<size_t, uint32_t>>>{{{1, 1}}, {{2, 2}}, {{5, 2}}, {{2, 0x7FFFFFFF}}, {{1, 2}, {2, 1}}}) {
    builder.links = links;
    CollectedMembers members;
    OleMembers(ByteView(builder.Build()), {}, members);
    EXPECT_LE(members.content["Stream"].size(), 5000u);
  }
}

TEST(OleMembers, EndsACycleInTheTree) {
  std::string file = OleBuilder().Add(u"A", "a").Add(u"B", "b").Build();
  // The right neighbour of B, the third entry, is A.
  Put(file, 2 * kSector + 2 * 128 + 72, Le(1, 4));
  CollectedMembers members;
  EXPECT_EQ(OleMembers(ByteView(file), {}, members), Outcome::kCorrupt);
  EXPECT_EQ(members.names, (std::vector<std::string>{"A", "B"}));
}

std::string Record(uint16_t type, const std::string& content) { return Le(type, 2) + Le(content.size(), 2) + content; }

TEST(ExcelText, ReadsSharedStringsOverContinuations) {
  // The second string goes on in another record, and from one byte a character to two.
  const std::string strings = Le(2, 4) + Le(2, 4) + Le(2, 2) + '\0' + "ab" + Le(4, 2) + '\0' + "cd";
  const std::string book = Record(0x0809, Le(0x0600, 2) + Le(5, 2)) + Record(0x00FC, strings) + Record(0x003C, "\1" + Utf16(u"机密")) +
                           Record(0x00FD, Le(0, 6) + Le(1, 4)) + Record(0x027E, Le(0, 6) + Le((123 << 2) | 2, 4));
  EXPECT_EQ(ExcelText(book).text, "\ncd机密\t123\nab") << "what no cell shows comes last";
}

TEST(ExcelText, SaysEncryptedAndCut) {
  EXPECT_EQ(ExcelText(Record(0x0809, Le(0x0600, 2)) + Record(0x002F, Le(1, 6))).outcome, Outcome::kEncrypted);
  const std::string book = Record(0x0204, Le(0, 6) + Le(3, 2) + "abc");
  EXPECT_EQ(ExcelText(book.substr(0, book.size() - 1)).outcome, Outcome::kTruncated);
}

TEST(PowerPointText, ReadsAtomsInContainers) {
  const auto record = [](uint16_t version, uint16_t type, const std::string& content) { return Le(version, 2) + Le(type, 2) + Le(content.size(), 4) + content; };
  const std::string slide = record(0x0F, 0x0FF0, record(0, 0x0FA0, Utf16(u"绝密★\r30年")) + record(0, 0x0FA8, "plain"));
  EXPECT_EQ(PowerPointText(slide, {}).text, "绝密★\n30年\nplain\n");
  const std::string object = record(0x10, 0x1011, Le(9, 4) + "packed");
  const auto objects = PowerPointObjects(object);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0].bytes, "packed");
}

TEST(OutlookText, UnpacksItsBody) {
  // MS-OXRTFCP 4.1.1: the example of the specification.
  const std::string packed =
      "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0"
      "\x6c\x64\x7d\x0a\x80\x0f\xa0"s;
  EXPECT_EQ(UnpackRtf(packed), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  EXPECT_EQ(UnpackRtf("short"), "");
}

}  // namespace
}  // namespace sluice::extractor
