#include "control/access/gate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace sluice::access {
namespace {

constexpr Timestamp At(int64_t seconds) { return Timestamp::FromNanoseconds(seconds * 1'000'000'000); }
constexpr Timestamp kNow = At(5000);

class GateTest : public ::testing::Test {
 protected:
  GateTest() : path_(std::filesystem::temp_directory_path() / ("sluice_gate_" + std::to_string(getpid()) + ".db")) {
    std::filesystem::remove(path_);
    store_ = TokenStore::Open(path_.string()).value();
    Token token;
    token.name = "backup";
    token.user = "wang";
    token.role = Role::kOperator;
    token.expires = At(6000);
    bearer_ = "Bearer " + store_->Add(token).value();
  }
  ~GateTest() override {
    store_.reset();
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + part);
  }
  std::unique_ptr<Gate> Demanding(Demand demand) {
    auto gate = std::make_unique<Gate>(demand, *store_);
    gate->TakeClients(ClientList({{"cn:li", "li", Role::kAnalyst}}));
    return gate;
  }
  Credentials ByCertificate() const { return {&li_, At(9000), std::nullopt}; }
  Credentials ByToken() const { return {nullptr, {}, bearer_}; }
  Credentials ByBoth() const { return {&li_, At(9000), bearer_}; }

  const CertificateNames li_{{"li"}, {}}, stranger_{{"stranger"}, {}};
  std::filesystem::path path_;
  std::unique_ptr<TokenStore> store_;
  std::string bearer_;
};

TEST_F(GateTest, TakesWhatItDemandsAndNothingElse) {
  struct Case {
    Demand demand;
    bool nothing, certificate, token, both;
  };
  for (const Case& expected : {Case{Demand::kCertificate, false, true, false, false}, Case{Demand::kToken, false, false, true, true},
                               Case{Demand::kEither, false, true, true, true}, Case{Demand::kBoth, false, false, false, true}}) {
    const auto gate = Demanding(expected.demand);
    const auto taken = [&](const Credentials& credentials) {
      const Gate::Answer answer = gate->Ask(credentials, kNow);
      EXPECT_NE(answer.identity.has_value(), !answer.refusal.empty());
      return answer.identity.has_value();
    };
    EXPECT_EQ(taken({}), expected.nothing) << Name(expected.demand);
    EXPECT_EQ(taken(ByCertificate()), expected.certificate) << Name(expected.demand);
    EXPECT_EQ(taken(ByToken()), expected.token) << Name(expected.demand);
    EXPECT_EQ(taken(ByBoth()), expected.both) << Name(expected.demand);
  }
}

TEST_F(GateTest, LetsTheTokenSayWhoAsksWhereBothAreShown) {
  const Gate::Answer answer = Demanding(Demand::kEither)->Ask(ByBoth(), kNow);
  EXPECT_EQ(answer.identity->user, "wang");
  EXPECT_EQ(answer.identity->role, Role::kOperator);
  EXPECT_EQ(answer.identity->by, "token backup");
}

TEST_F(GateTest, DoesNotFallBackToTheCertificateWhereTheTokenIsBad) {
  Credentials credentials = ByBoth();
  credentials.authorization = "Bearer nonsense";
  EXPECT_FALSE(Demanding(Demand::kEither)->Ask(credentials, kNow).identity.has_value());
}

TEST_F(GateTest, KnowsWhoIsNotListedAndGivesHimNoRole) {
  const Gate::Answer answer = Demanding(Demand::kEither)->Ask({&stranger_, At(9000), std::nullopt}, kNow);
  ASSERT_TRUE(answer.identity.has_value());
  EXPECT_EQ(answer.identity->user, "cn:stranger");
  EXPECT_EQ(answer.identity->role, std::nullopt);
}

TEST_F(GateTest, EndsATokenThatExpiredOrWasRevokedAndCountsIt) {
  const auto gate = Demanding(Demand::kToken);
  EXPECT_TRUE(gate->Ask(ByToken(), kNow).identity.has_value());
  EXPECT_NE(gate->Ask(ByToken(), At(6000)).refusal.find("expired"), std::string::npos);
  ASSERT_TRUE(store_->Revoke("backup").ok());
  EXPECT_NE(gate->Ask(ByToken(), kNow).refusal.find("revoked"), std::string::npos);
  EXPECT_EQ(gate->refused(), 2u);
}

TEST_F(GateTest, EndsACertificateThatExpiredSinceTheHandshake) {
  const Gate::Answer answer = Demanding(Demand::kCertificate)->Ask(ByCertificate(), At(9000));
  EXPECT_NE(answer.refusal.find("expired"), std::string::npos);
}

TEST_F(GateTest, TakesAnotherListFromTheNextQuestionOn) {
  const auto gate = Demanding(Demand::kCertificate);
  gate->TakeClients(ClientList({{"cn:stranger", "guest", Role::kViewer}}));
  EXPECT_EQ(gate->Ask(ByCertificate(), kNow).identity->role, std::nullopt);
  EXPECT_EQ(gate->Ask({&stranger_, At(9000), std::nullopt}, kNow).identity->user, "guest");
}

TEST_F(GateTest, RepeatsNothingOfATokenInARefusal) {
  const std::string secret = bearer_.substr(31);
  ASSERT_TRUE(store_->Revoke("backup").ok());
  EXPECT_EQ(Demanding(Demand::kEither)->Ask(ByToken(), kNow).refusal.find(secret), std::string::npos);
}

TEST(Bearer, IsOneWordBehindItsScheme) {
  EXPECT_EQ(BearerOf("Bearer abc"), "abc");
  EXPECT_EQ(BearerOf("bearer  a.b-c_d~e+f/g="), "a.b-c_d~e+f/g=");
  for (const char* bad : {"", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer a,b", "Bearerabc", "Bearer \xe5\xaf\x86"}) EXPECT_FALSE(BearerOf(bad).has_value()) << bad;
}

TEST(Demands, ReadBackFromTheirNames) {
  for (int i = 0; i < static_cast<int>(Demand::kCount); ++i) EXPECT_EQ(DemandFromName(Name(static_cast<Demand>(i))), static_cast<Demand>(i));
  EXPECT_EQ(DemandFromName("none"), std::nullopt);
}

}  // namespace
}  // namespace sluice::access
