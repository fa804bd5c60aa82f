// The database: what is committed is there for others, what is not is not, and what is no database says so.
#include "control/database/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::database {
namespace {

class DatabaseFile : public ::testing::Test {
 protected:
  DatabaseFile() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~DatabaseFile() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = ::testing::TempDir() + "database_test-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path_ = folder_ + "/a.db";
};

int64_t Rows(const std::string& path) {
  Result<Database> reader = Database::Open(path, Database::Access::kRead);
  EXPECT_TRUE(reader.ok());
  return reader.ok() ? reader->Number("SELECT count(*) FROM t").value() : -1;
}

TEST_F(DatabaseFile, ShowsCommittedRowsToOthersAndUndoesTheRest) {
  Result<Database> writer = Database::Open(path_, Database::Access::kWrite);
  ASSERT_TRUE(writer.ok()) << writer.error().message();
  ASSERT_TRUE(writer->Execute("CREATE TABLE t(a)"));
  {
    Transaction transaction(*writer);
    ASSERT_TRUE(writer->Execute("INSERT INTO t VALUES(1)"));
    EXPECT_EQ(Rows(path_), 0);
    ASSERT_TRUE(transaction.Commit());
  }
  {
    Transaction undone(*writer);
    ASSERT_TRUE(writer->Execute("INSERT INTO t VALUES(2)"));
  }
  EXPECT_EQ(Rows(path_), 1);
}

TEST_F(DatabaseFile, KeepsTextsAsTheyAreWhateverTheyHold) {
  Result<Database> writer = Database::Open(path_, Database::Access::kWrite);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->Execute("CREATE TABLE t(a)"));
  const std::string text("'; DROP TABLE t; --\0x", 21);
  Result<Statement> insert = writer->Prepare("INSERT INTO t VALUES(?)");
  ASSERT_TRUE(insert.ok());
  ASSERT_TRUE(insert->Bind(1, text).Run());
  Result<Statement> select = writer->Prepare("SELECT a FROM t");
  ASSERT_TRUE(select.ok());
  ASSERT_TRUE(select->Step().value());
  EXPECT_EQ(select->Text(0), text);
}

TEST_F(DatabaseFile, IsReadableByItsOwnerAlone) {
  ASSERT_TRUE(Database::Open(path_, Database::Access::kWrite).ok());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(DatabaseFile, SaysCorruptOfBytesThatAreNoDatabase) {
  std::ofstream(path_) << std::string(8192, 'x');
  const Result<Database> opened = Database::Open(path_, Database::Access::kWrite);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorrupt);
}

TEST_F(DatabaseFile, IsSetAsideUnderANameThatNothingHas) {
  for (int round = 0; round < 2; ++round) {
    std::ofstream(path_) << "x";
    std::ofstream(path_ + "-wal") << "y";
    const Result<std::string> aside = SetAside(path_, 7);
    ASSERT_TRUE(aside.ok());
    EXPECT_TRUE(std::filesystem::exists(*aside));
    EXPECT_TRUE(std::filesystem::exists(*aside + "-wal"));
    EXPECT_FALSE(std::filesystem::exists(path_));
  }
  EXPECT_TRUE(std::filesystem::exists(path_ + ".set-aside-7-1"));
}

TEST_F(DatabaseFile, OpenedAloneItNeedsNoSharedMemoryAndNobodyElseMay) {
  Result<Database> writer = Database::Open(path_, Database::Access::kAlone);
  ASSERT_TRUE(writer.ok()) << writer.error().message();
  ASSERT_TRUE(writer->Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
  Result<Database> other = Database::Open(path_, Database::Access::kRead);
  EXPECT_FALSE(other.ok() && other->Number("SELECT count(*) FROM t").ok());
  writer = Error(ErrorCode::kNotFound, "closed");
  EXPECT_EQ(Rows(path_), 1);
}

}  // namespace
}  // namespace sluice::database
