// Items: what is sealed opens with the one key, whole or not at all.
#include <sys/stat.h>

#include "control/evidence/item_reader.h"
#include "control/evidence/item_writer.h"
#include "tests/unit/control/evidence/evidence_folder.h"

namespace sluice::evidence {
namespace {

using testing::Folder;
using testing::ReadAll;
using testing::View;

class ItemTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& object) {
    const std::string path = folder_.File("1.sle");
    std::filesystem::remove(path);
    auto writer = ItemWriter::Begin(path, key_.sealing_key(), "{\"rule\":\"a.b\"}").value();
    EXPECT_TRUE(writer->Add(BlockKind::kObject, View(object)).ok());
    EXPECT_TRUE(writer->Add(BlockKind::kCapture, View("capture")).ok());
    EXPECT_FALSE(std::filesystem::exists(path)) << "not before it is whole";
    EXPECT_TRUE(writer->Finish("{\"sha256\":\"00\"}").ok());
    return ReadAll(path);
  }
  Folder folder_{"item"};
  OpeningKey key_ = OpeningKey::Generate().value();
};

TEST_F(ItemTest, OpensToWhatWasSealedWhateverItsSize) {
  for (const size_t size : {size_t{0}, size_t{1}, kBlockBytes - 1, kBlockBytes, kBlockBytes + 1, 3 * kBlockBytes + 7}) {
    std::string object(size, 'x');
    for (size_t i = 0; i < size; ++i) object[i] = static_cast<char>(i * 31 + i / 256);
    const std::string item = Write(object);
    const Result<OpenedItem> opened = OpenItem(View(item), key_);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    EXPECT_EQ(opened->object, object);
    EXPECT_EQ(opened->capture, "capture");
    EXPECT_EQ(opened->facts, "{\"rule\":\"a.b\"}");
    EXPECT_EQ(opened->end, "{\"sha256\":\"00\"}");
  }
}

TEST_F(ItemTest, ShowsNothingOfWhatIsInIt) {
  const std::string item = Write("TOPSECRET-MARK and more");
  EXPECT_EQ(item.find("TOPSECRET"), std::string::npos);
  EXPECT_EQ(item.find("a.b"), std::string::npos);
}

TEST_F(ItemTest, RefusesEveryFlippedBitAndEveryCut) {
  const std::string item = Write("a short object");
  for (size_t at = 0; at < item.size(); ++at) {
    std::string changed = item;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    EXPECT_FALSE(OpenItem(View(changed), key_).ok()) << "byte " << at;
    EXPECT_FALSE(OpenItem(View(item.substr(0, at)), key_).ok()) << "cut at " << at;
  }
  EXPECT_FALSE(OpenItem(View(item + "x"), key_).ok());
}

TEST_F(ItemTest, DoesNotOpenWithAnotherKey) {
  const std::string item = Write("object");
  const Result<OpenedItem> opened = OpenItem(View(item), OpeningKey::Generate().value());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kPermissionDenied);
}

TEST_F(ItemTest, LeavesNoHalfBehindWhenGivenUp) {
  const std::string path = folder_.File("2.sle");
  {
    auto writer = ItemWriter::Begin(path, key_.sealing_key(), "{}").value();
    EXPECT_TRUE(std::filesystem::exists(path + ".part"));
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ItemTest, SaysWhenTheDiskIsFull) {
  // A device that takes nothing.
  std::filesystem::create_symlink("/dev/full", folder_.File("3.sle.part"));
  const auto writer = ItemWriter::Begin(folder_.File("3.sle"), key_.sealing_key(), "{}");
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().code(), ErrorCode::kResourceExhausted);
}

TEST_F(ItemTest, KeepsItsKeysApart) {
  const std::string name = folder_.File("case");
  ASSERT_TRUE(WriteKeyPair(name, key_).ok());
  EXPECT_FALSE(WriteKeyPair(name, OpeningKey::Generate().value()).ok()) << "never over a key that is there";
  const Result<SealingKey> sealing = ReadSealingKey(name + ".pub");
  ASSERT_TRUE(sealing.ok()) << sealing.error().message();
  EXPECT_EQ(sealing->bytes, key_.sealing_key().bytes);
  const Result<OpeningKey> opening = OpeningKey::Read(name + ".key");
  ASSERT_TRUE(opening.ok()) << opening.error().message();
  EXPECT_EQ(opening->sealing_key().bytes, key_.sealing_key().bytes);
  EXPECT_NE(ReadSealingKey(name + ".key").error().message().find("does not belong on the appliance"), std::string::npos);
  EXPECT_FALSE(OpeningKey::Read(name + ".pub").ok());
  chmod((name + ".key").c_str(), 0644);
  EXPECT_EQ(OpeningKey::Read(name + ".key").error().code(), ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace sluice::evidence
