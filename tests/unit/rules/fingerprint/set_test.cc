// A set finds what it was given, says so of nothing else, and takes no damaged or foreign file for a set.
#include "rules/fingerprint/set.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/unit/rules/fingerprint/fixture.h"

namespace sluice::fingerprint {
namespace {

using test::EnglishText;
using test::HeldSet;
using test::SetOf;

const HeldSet& ThreeDocuments() {
  static const HeldSet held = SetOf("three", {{"first", EnglishText(60'000, 1)}, {"second", EnglishText(800, 2)}, {"third", test::BinaryData(500'000, 3)}});
  return held;
}

TEST(Set, FindsEveryFingerprintItWasGiven) {
  const Set& set = *ThreeDocuments().set;
  const Document first = test::DocumentOf(*test::TestSecrets(), {"first", EnglishText(60'000, 1)});
  uint32_t place = 0;
  for (const Fingerprint f : first.parts[0].fingerprints) {
    const Set::Found found = set.Find(f);
    ASSERT_EQ(found.count, 1);
    EXPECT_EQ(found.ordinals[0], place++);
    EXPECT_EQ(set.PartOf(found.ordinals[0])->document, 0u);
  }
  EXPECT_GT(place, 1000u);
}

TEST(Set, FindsManyAsItFindsOne) {
  const Set& set = *ThreeDocuments().set;
  std::vector<Fingerprint> wanted;
  set.ForEachEntry([&](Fingerprint f, uint32_t) { wanted.push_back(f); });
  std::mt19937_64 random(4);
  for (int i = 0; i < 5000; ++i) wanted.push_back(random() & kFingerprintMask);
  std::array<Set::Found, Set::kBatch> found;
  for (size_t at = 0; at + Set::kBatch <= wanted.size(); at += Set::kBatch) {
    set.FindAll({wanted.data() + at, Set::kBatch}, found);
    for (size_t i = 0; i < Set::kBatch; ++i) EXPECT_EQ(found[i].count, set.Find(wanted[at + i]).count);
  }
}

TEST(Set, KnowsNothingThatItWasNotGiven) {
  const Set& set = *ThreeDocuments().set;
  std::mt19937_64 random(5);
  for (int i = 0; i < 200'000; ++i) EXPECT_EQ(set.Find(random() & kFingerprintMask).count, 0);
}

TEST(Set, HasNamesPartsAndWholes) {
  const Set& set = *ThreeDocuments().set;
  ASSERT_EQ(set.documents().size(), 3u);
  EXPECT_EQ(set.name(), "three");
  EXPECT_EQ(set.DisplayName(2), "third");
  EXPECT_EQ(set.PartsOf(set.documents()[2]).front().kind, static_cast<uint32_t>(Kind::kBinary));
  EXPECT_EQ(set.members().size(), 3u);
  EXPECT_EQ(set.PartOf(UINT32_MAX), nullptr);
}

TEST(Set, CreditsAFingerprintToAFewDocumentsOnly) {
  std::vector<test::NamedContent> copies;
  for (int i = 0; i < 12; ++i) copies.push_back({"copy", EnglishText(2000, 6)});
  const HeldSet held = SetOf("copies", copies);
  EXPECT_GT(held.set->shared_beyond_limit(), 0u);
  held.set->ForEachEntry([&](Fingerprint f, uint32_t) { EXPECT_EQ(held.set->Find(f).count, kMostDocumentsOfOne); });
}

TEST(Set, CreditsASharedFingerprintToEachOfItsDocuments) {
  const std::string shared = EnglishText(3000, 6);
  const HeldSet held = SetOf("shared", {{"a", EnglishText(3000, 7) + shared}, {"b", shared + EnglishText(3000, 8)}, {"c", EnglishText(3000, 9)}});
  size_t of_one = 0, of_two = 0;
  held.set->ForEachEntry([&](Fingerprint f, uint32_t ordinal) {
    const Set::Found found = held.set->Find(f);
    (found.count == 1 ? of_one : of_two) += 1;
    EXPECT_NE(std::find(found.all().begin(), found.all().end(), ordinal), found.all().end());
    if (found.count == 2) {
      EXPECT_NE(held.set->PartOf(found.ordinals[0])->document, held.set->PartOf(found.ordinals[1])->document);
    }
  });
  EXPECT_GT(of_one, 150u);
  EXPECT_GT(of_two, 150u);
  EXPECT_EQ(of_one + of_two, held.set->entries());
  const auto again = WriteSet(ReadBack(*held.set), *test::TestSecrets());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *held.bytes);
}

TEST(Set, RefusesASetOfAnEarlierVersion) {
  std::vector<uint8_t> bytes = *ThreeDocuments().bytes;
  StoreLe32(bytes.data() + HeaderAt::kVersion, kSetVersion - 1);
  const auto opened = Set::Parse({bytes.data(), bytes.size()}, test::TestSecrets());
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message().find("make it again"), std::string::npos);
}

TEST(Set, WithoutDocumentsFindsNothing) {
  const HeldSet held = SetOf("empty", {});
  EXPECT_EQ(held.set->Find(kFingerprintMask).count, 0);
  EXPECT_TRUE(held.set->MembersThatBegin(0).empty());
}

TEST(Set, RefusesAnotherKey) {
  const HeldSet& held = ThreeDocuments();
  const auto opened = Set::Parse({held.bytes->data(), held.bytes->size()}, test::TestSecrets(9));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message().find("another key"), std::string::npos);
}

TEST(Set, RefusesEveryDamagedByte) {
  const HeldSet held = SetOf("small", {{"d", EnglishText(600, 7)}});
  const auto secrets = test::TestSecrets();
  for (size_t at = 0; at < held.bytes->size(); at += at < 600 ? 1 : 13) {
    std::vector<uint8_t> damaged = *held.bytes;
    damaged[at] ^= 0x20;
    const auto opened = Set::Parse({damaged.data(), damaged.size()}, secrets);
    // Between sections lies filling, which says nothing.
    if (opened.ok()) EXPECT_EQ((*opened)->entries(), held.set->entries()) << at;
    else EXPECT_FALSE(opened.error().message().empty());
  }
  for (size_t size = 0; size < held.bytes->size(); size += 37) EXPECT_FALSE(Set::Parse({held.bytes->data(), size}, secrets).ok()) << size;
}

TEST(Set, IsReadBackAsItWasWritten) {
  const HeldSet& held = ThreeDocuments();
  SetContents contents = ReadBack(*held.set);
  const auto again = WriteSet(contents, *test::TestSecrets());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *held.bytes);
}

TEST(SetWriter, LeavesOutWhatIsBenign) {
  const auto secrets = test::TestSecrets();
  const std::string shared = EnglishText(4000, 20);
  SetContents contents;
  contents.name = "s";
  contents.documents = {test::DocumentOf(*secrets, {"d", EnglishText(4000, 21) + shared}), test::DocumentOf(*secrets, {"template", shared})};
  Benign benign;
  benign.Learn(test::DocumentOf(*secrets, {"template", shared}));
  LeaveOut(benign, contents);
  EXPECT_GT(contents.benign_left_out, 100u);
  EXPECT_GT(contents.documents[0].parts[0].fingerprints.size(), 80u);
  EXPECT_TRUE(contents.documents[1].parts[0].fingerprints.empty());
  EXPECT_TRUE(contents.documents[1].wholes.empty());
  for (const Fingerprint f : contents.documents[0].parts[0].fingerprints) EXPECT_EQ(benign.fingerprints.count(f), 0u);
}

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("sluice-key-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder_);
    path_ = folder_ / "set.key";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(KeyFile, IsForItsOwnerOnlyAndNeverOverwritten) {
  ASSERT_TRUE(WriteNewKey(path_).ok());
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(WriteNewKey(path_).ok());
  ASSERT_TRUE(ReadKey(path_).ok());
  ::chmod(path_.c_str(), 0640);
  const auto refused = ReadKey(path_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("chmod 600"), std::string::npos);
}

TEST_F(KeyFile, OfAnotherKindIsRefused) {
  std::ofstream(path_) << "sluice-secret-key ed25519 00\n";
  ::chmod(path_.c_str(), 0600);
  EXPECT_FALSE(ReadKey(path_).ok());
  EXPECT_FALSE(ReadKey(path_ + ".absent").ok());
}

}  // namespace
}  // namespace sluice::fingerprint
