#include "control/access/token_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::access {
namespace {

constexpr Timestamp At(int64_t seconds) { return Timestamp::FromNanoseconds(seconds * 1'000'000'000); }

class Tokens : public ::testing::Test {
 protected:
  Tokens() : folder_(std::filesystem::temp_directory_path() / ("sluice_tokens_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Open();
  }
  ~Tokens() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Open() {
    store_.reset();
    auto opened = TokenStore::Open(path());
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    store_ = std::move(*opened);
  }
  std::string path() const { return (folder_ / "tokens.db").string(); }
  static Token Named(const std::string& name, Role role = Role::kAnalyst) {
    Token token;
    token.name = name;
    token.user = "li";
    token.role = role;
    token.author = "root";
    token.made = At(1000);
    return token;
  }

  std::filesystem::path folder_;
  std::unique_ptr<TokenStore> store_;
};

TEST_F(Tokens, KnowWhomTheyStandFor) {
  const std::string text = store_->Add(Named("backup")).value();
  const TokenStore::Answer answer = store_->Check(text, At(2000));
  ASSERT_EQ(answer.verdict, TokenVerdict::kGood);
  EXPECT_EQ(answer.token->user, "li");
  EXPECT_EQ(answer.token->role, Role::kAnalyst);
  EXPECT_EQ(store_->Check(MakeToken().text, At(2000)).verdict, TokenVerdict::kUnknown);
  EXPECT_EQ(store_->Check("sluice_", At(2000)).verdict, TokenVerdict::kUnknown);
}

TEST_F(Tokens, AreNotTakenWithTheNumberOfOneAndTheSecretOfAnother) {
  const std::string one = store_->Add(Named("one")).value(), other = store_->Add(Named("other")).value();
  EXPECT_EQ(store_->Check(one.substr(0, 24) + other.substr(24), At(2000)).verdict, TokenVerdict::kUnknown);
}

TEST_F(Tokens, AreGoodUntilTheyExpireToTheNanosecond) {
  Token token = Named("short");
  token.expires = At(3000);
  const std::string text = store_->Add(token).value();
  EXPECT_EQ(store_->Check(text, At(3000) - std::chrono::nanoseconds(1)).verdict, TokenVerdict::kGood);
  EXPECT_EQ(store_->Check(text, At(3000)).verdict, TokenVerdict::kExpired);
}

TEST_F(Tokens, AreGoneAtOnceWhenRevoked) {
  const std::string text = store_->Add(Named("backup")).value();
  EXPECT_EQ(store_->Revoke("backup")->user, "li");
  EXPECT_EQ(store_->Check(text, At(2000)).verdict, TokenVerdict::kUnknown);
  EXPECT_EQ(store_->Revoke("backup").error().code(), ErrorCode::kNotFound);
  Open();
  EXPECT_EQ(store_->Check(text, At(2000)).verdict, TokenVerdict::kUnknown);
}

TEST_F(Tokens, OutliveTheProcessWithAuthorTimeAndLastUse) {
  Token token = Named("backup", Role::kOperator);
  token.expires = At(9000);
  const std::string text = store_->Add(token).value();
  EXPECT_EQ(store_->Check(text, At(2000)).verdict, TokenVerdict::kGood);
  Open();
  const std::vector<Token> all = store_->List();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].author, "root");
  EXPECT_EQ(all[0].made, At(1000));
  EXPECT_EQ(all[0].expires, At(9000));
  EXPECT_EQ(all[0].last_used, At(2000));
  EXPECT_EQ(all[0].role, Role::kOperator);
  EXPECT_EQ(store_->Check(text, At(2001)).verdict, TokenVerdict::kGood);
}

TEST_F(Tokens, HaveNamesOfTheirOwn) {
  ASSERT_TRUE(store_->Add(Named("backup")).ok());
  const auto again = store_->Add(Named("backup"));
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message().find("already"), std::string::npos);
  EXPECT_EQ(store_->List().size(), 1u);
}

TEST_F(Tokens, AreOnTheDiskOnlyAsDigestsThatNobodyElseReads) {
  const std::string text = store_->Add(Named("backup")).value();
  store_.reset();
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(bytes.find(text.substr(24)), std::string::npos) << file.path();
    struct stat status {};
    ASSERT_EQ(stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 077, 0u) << file.path();
  }
}

TEST_F(Tokens, OfACorruptDatabaseAreTakenNoMoreAndThatIsAnAlarm) {
  const std::string text = store_->Add(Named("backup")).value();
  store_.reset();
  std::ofstream(path(), std::ios::binary) << std::string(8192, 'x');
  Open();
  EXPECT_EQ(store_->Check(text, At(2000)).verdict, TokenVerdict::kUnknown);
  ASSERT_EQ(store_->Alarms().size(), 1u);
  EXPECT_TRUE(store_->Add(Named("backup")).ok());
}

TEST_F(Tokens, AreNotMoreThanTheirBound) {
  for (size_t i = 0; i < TokenStore::kMaxTokens; ++i) ASSERT_TRUE(store_->Add(Named("t" + std::to_string(i))).ok());
  EXPECT_EQ(store_->Add(Named("one-more")).error().code(), ErrorCode::kResourceExhausted);
}

TEST(TokenName, IsOfWhatStandsInAPathAndOnATerminalAsItIs) {
  EXPECT_TRUE(TokenStore::IsName("li@example.org"));
  for (const char* bad : {"", "a b", "a/b", "..\x1b[2J", "a%2f", "名"}) EXPECT_FALSE(TokenStore::IsName(bad)) << bad;
  EXPECT_FALSE(TokenStore::IsName(std::string(65, 'a')));
}

}  // namespace
}  // namespace sluice::access
