// The book of quarantines: what is in it is on disk and with the workers, and what was dropped is remembered.
#include "control/quarantine/quarantine_book.h"

#include <gtest/gtest.h>

#include "tests/unit/control/incident/findings.h"

namespace sluice::quarantine {
namespace {

using verdict::QuarantineSet;

class Book : public ::testing::Test {
 protected:
  void Open(int64_t now = 0) {
    book_.reset();
    auto opened = QuarantineBook::Open(folder_.File("quarantine.db"));
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    book_ = std::move(*opened);
    auto begun = book_->Begin(1, Timestamp::FromNanoseconds(now));
    ASSERT_TRUE(begun.ok());
    workers_ = *begun;
    book_->Connect([this](std::shared_ptr<const QuarantineSet> set) {
      EXPECT_GT(set->generation(), workers_->generation());
      workers_ = std::move(set);
      return refuses_ ? Status(Error(ErrorCode::kInternal, "stuck")) : Status();
    });
  }
  static Quarantine Source(const std::string& address, std::optional<int64_t> until = {}) {
    Quarantine entry;
    entry.subject = SubjectFrom(QuarantineKind::kSource, address, "", std::nullopt).value();
    entry.author = "root";
    entry.reason = "asked";
    entry.begun = Timestamp::FromNanoseconds(1);
    if (until) entry.until = Timestamp::FromNanoseconds(*until);
    return entry;
  }
  uint32_t Find(const std::string& source) const { return workers_->Find(*AddressFromText(source), *AddressFromText("192.0.2.1"), 5); }

  incident::testing::Folder folder_{"quarantine_book"};
  std::unique_ptr<QuarantineBook> book_;
  std::shared_ptr<const QuarantineSet> workers_;
  bool refuses_ = false;
};

TEST_F(Book, HoldsBackUntilReleased) {
  Open();
  const QuarantineId id = book_->Add(Source("10.0.0.1"))->id;
  EXPECT_NE(Find("10.0.0.1"), QuarantineSet::kNone);
  EXPECT_EQ(Find("10.0.0.2"), QuarantineSet::kNone);
  ASSERT_TRUE(book_->Release(id));
  EXPECT_EQ(Find("10.0.0.1"), QuarantineSet::kNone);
  EXPECT_EQ(book_->Release(id).error().code(), ErrorCode::kNotFound);
}

TEST_F(Book, HoldsBackFromTheFirstPacketAfterARestart) {
  Open();
  ASSERT_TRUE(book_->Add(Source("2001:db8::7")).ok());
  ASSERT_TRUE(book_->Add(Source("10.0.0.2", 100)).ok());
  Open(100);
  EXPECT_NE(Find("2001:db8::7"), QuarantineSet::kNone);
  EXPECT_EQ(Find("10.0.0.2"), QuarantineSet::kNone) << "its time was over meanwhile";
  ASSERT_EQ(book_->List().size(), 1u);
  EXPECT_EQ(book_->List()[0].author, "root");
  EXPECT_EQ(book_->List()[0].reason, "asked");
}

TEST_F(Book, LetsGoWhenTheTimeIsOver) {
  Open();
  ASSERT_TRUE(book_->Add(Source("10.0.0.1", 100)).ok());
  ASSERT_TRUE(book_->Expire(Timestamp::FromNanoseconds(99)));
  EXPECT_NE(Find("10.0.0.1"), QuarantineSet::kNone);
  ASSERT_TRUE(book_->Expire(Timestamp::FromNanoseconds(100)));
  EXPECT_EQ(Find("10.0.0.1"), QuarantineSet::kNone);
  EXPECT_TRUE(book_->List().empty());
}

TEST_F(Book, RemembersWhatWasDroppedAcrossSetsAndRestarts) {
  Open();
  ASSERT_TRUE(book_->Add(Source("10.0.0.1")).ok());
  workers_->CountDrop(0, Find("10.0.0.1"), 60);
  ASSERT_TRUE(book_->Add(Source("10.0.0.2")).ok());
  workers_->CountDrop(0, Find("10.0.0.1"), 40);
  EXPECT_EQ(book_->List()[0].dropped.packets, 2u);
  EXPECT_EQ(book_->List()[0].dropped.bytes, 100u);
  EXPECT_EQ(book_->List()[1].dropped.packets, 0u);
  book_->End();
  Open();
  EXPECT_EQ(book_->List()[0].dropped.bytes, 100u);
}

TEST_F(Book, ReplacesAnEntryOfTheSameSubject) {
  Open();
  const QuarantineId id = book_->Add(Source("10.0.0.1", 100))->id;
  EXPECT_EQ(book_->Add(Source("10.0.0.1"))->id, id);
  ASSERT_TRUE(book_->Expire(Timestamp::FromNanoseconds(1000)));
  EXPECT_EQ(book_->List().size(), 1u);
}

TEST_F(Book, SaysWhenAWorkerDoesNotFollow) {
  Open();
  refuses_ = true;
  EXPECT_FALSE(book_->Add(Source("10.0.0.1")).ok());
  EXPECT_EQ(book_->List().size(), 1u) << "it takes effect with the next set";
}

TEST(Subject, NeedsWhatItsKindNeedsAndNothingElse) {
  EXPECT_TRUE(SubjectFrom(QuarantineKind::kPair, "10.0.0.1", "::1", {}).ok());
  EXPECT_TRUE(SubjectFrom(QuarantineKind::kFlow, "", "", 7).ok());
  EXPECT_FALSE(SubjectFrom(QuarantineKind::kPair, "10.0.0.1", "", {}).ok());
  EXPECT_FALSE(SubjectFrom(QuarantineKind::kSource, "10.0.0.1", "10.0.0.2", {}).ok());
  EXPECT_FALSE(SubjectFrom(QuarantineKind::kFlow, "10.0.0.1", "", 7).ok());
  EXPECT_FALSE(SubjectFrom(QuarantineKind::kSource, "10.0.0.1/24", "", {}).ok());
}

}  // namespace
}  // namespace sluice::quarantine
