// The way of a policy into force and back, on real bundles: what is refused, what is kept, and what survives a restart.
#include "control/deploy/deployment.h"

#include <gtest/gtest.h>

#include <fstream>

#include "rules/bundle/signature.h"
#include "rules/compile/compiler.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::deploy {
namespace {

std::string Pack(const std::string& literal, const std::string& example = "") {
  return R"(pack: {id: test, title: Test}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors: {mark: {literals: [)" +
         literal + R"(]}}
rules:
  - id: cn.mark
    title: A mark
    severity: critical
    action: block
    scope: {direction: both}
    detect: mark
    match: [)" + (example.empty() ? literal : example) + "]\n";
}

std::vector<uint8_t> Compiled(const std::string& literal) {
  Result<std::vector<uint8_t>> bytes = SelfTestSources({{"pack.yaml", Pack(literal)}});
  EXPECT_TRUE(bytes.ok()) << bytes.error().message();
  return bytes.ok() ? std::move(*bytes) : std::vector<uint8_t>();
}

ByteView View(const std::vector<uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

class StillTarget : public Target {
 public:
  Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy) override {
    if (refuses) return Error(ErrorCode::kInternal, "worker 0 did not acknowledge");
    in_force = policy->digest();
    return ++generation;
  }
  Status Try(std::shared_ptr<const bundle::Bundle> policy) override {
    tried = policy != nullptr ? policy->digest() : "";
    return {};
  }
  pipeline::ShadowReport TrialReport() override { return report; }
  std::string tried;
  pipeline::ShadowReport report;
  bool refuses = false;
  uint32_t generation = 1;
  std::string in_force;
};

class DeploymentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFile(Compiled("FIRST-MARK"));
    Open();
  }
  void WriteFile(const std::vector<uint8_t>& bytes) {
    std::ofstream out(folder_.File("policy.slb"), std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::shared_ptr<const bundle::Bundle> File() const { return bundle::Load(folder_.File("policy.slb")).value(); }
  // As at the start of the process. The digest that is in force.
  std::string Open() {
    deployment_.reset();
    DeploymentOptions options;
    options.directory = folder_.File("");
    options.trusted = trusted_;
    auto opened = Deployment::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    deployment_ = std::move(*opened);
    auto resumed = deployment_->Resume(File(), folder_.File("policy.slb"));
    EXPECT_TRUE(resumed.ok()) << resumed.error().message();
    deployment_->Connect(&target_);
    return resumed.ok() ? std::string((*resumed)->digest()) : "";
  }

  incident::testing::Folder folder_{"deployment"};
  bundle::TrustedKeys trusted_;
  StillTarget target_;
  std::unique_ptr<Deployment> deployment_;
};

TEST_F(DeploymentTest, KeepsThePolicyOfTheConfigurationAsTheFirstVersion) {
  const State state = deployment_->List().value();
  ASSERT_EQ(state.versions.size(), 1u);
  EXPECT_EQ(state.in_force, state.versions[0].id);
  EXPECT_EQ(state.versions[0].author, "sluiced");
  EXPECT_EQ(state.versions[0].rules, 1u);
}

TEST_F(DeploymentTest, PublishesAndRollsBackAndResumesAfterARestart) {
  const std::string file_digest(File()->digest());
  const Result<Version> uploaded = deployment_->UploadBundle("li", "tighter", View(Compiled("SECOND-MARK")));
  ASSERT_TRUE(uploaded.ok()) << uploaded.error().message();
  EXPECT_EQ(target_.in_force, "") << "an upload changes nothing";
  ASSERT_TRUE(deployment_->Publish("wu", uploaded->id).ok());
  EXPECT_EQ(target_.in_force, uploaded->digest);
  EXPECT_EQ(Open(), uploaded->digest) << "survives a restart";
  EXPECT_EQ(deployment_->Rollback("wu").value().how, "rollback");
  EXPECT_EQ(target_.in_force, file_digest);
  EXPECT_EQ(Open(), file_digest);
  const auto history = deployment_->History(10).value();
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[1].author, "wu");
  EXPECT_EQ(history[1].generation, 2u);
}

TEST_F(DeploymentTest, LetsTheFileHaveTheLastWordWhenItChanged) {
  const Version uploaded = deployment_->UploadBundle("li", "", View(Compiled("SECOND-MARK"))).value();
  ASSERT_TRUE(deployment_->Publish("li", uploaded.id).ok());
  WriteFile(Compiled("THIRD-MARK"));
  EXPECT_EQ(Open(), std::string(File()->digest()));
  WriteFile(Compiled("FOURTH-MARK"));
  ASSERT_TRUE(deployment_->PublishFile(File(), folder_.File("policy.slb")).ok());
  EXPECT_EQ(Open(), std::string(File()->digest()));
}

TEST_F(DeploymentTest, KeepsTheOldPolicyWhereAWorkerDoesNotAnswer) {
  const Version uploaded = deployment_->UploadBundle("li", "", View(Compiled("SECOND-MARK"))).value();
  target_.refuses = true;
  const Result<Publication> refused = deployment_->Publish("li", uploaded.id);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("worker 0"), std::string::npos);
  EXPECT_EQ(Open(), std::string(File()->digest()));
}

TEST_F(DeploymentTest, TakesSourcesThatPassTheirTestsOnly) {
  EXPECT_TRUE(deployment_->UploadSources("li", "", {{"a.yaml", Pack("SECOND-MARK")}}).ok());
  const Result<Version> failed = deployment_->UploadSources("li", "", {{"a.yaml", Pack("SECOND-MARK", "nothing of it")}});
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.error().message().find("a.yaml:"), std::string::npos) << failed.error().message();
  EXPECT_FALSE(deployment_->UploadSources("li", "", {{"a.yaml", "rules: ["}}).ok());
  EXPECT_FALSE(deployment_->UploadSources("li", "", {}).ok());
  EXPECT_EQ(deployment_->List().value().versions.size(), 2u);
}

TEST_F(DeploymentTest, RefusesWhatIsNoBundleOrWasChanged) {
  std::vector<uint8_t> bytes = Compiled("SECOND-MARK");
  bytes[bytes.size() / 2] ^= 1;
  EXPECT_FALSE(deployment_->UploadBundle("li", "", View(bytes)).ok());
  bytes.resize(10);
  EXPECT_FALSE(deployment_->UploadBundle("li", "", View(bytes)).ok());
  EXPECT_EQ(deployment_->List().value().versions.size(), 1u);
}

TEST_F(DeploymentTest, KnowsAPolicyThatComesTwice) {
  const std::vector<uint8_t> bytes = Compiled("SECOND-MARK");
  const Version first = deployment_->UploadBundle("li", "", View(bytes)).value();
  EXPECT_EQ(deployment_->UploadBundle("wu", "again", View(bytes)).value().id, first.id);
}

TEST_F(DeploymentTest, SaysWhenABundleIsGoneOrNotWhatItWas) {
  const Version uploaded = deployment_->UploadBundle("li", "", View(Compiled("SECOND-MARK"))).value();
  ASSERT_TRUE(deployment_->Publish("li", uploaded.id).ok());
  const std::string path = folder_.File("policies/" + uploaded.digest + ".slb");
  std::filesystem::copy_file(folder_.File("policy.slb"), path, std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(deployment_->Publish("li", uploaded.id).ok());
  EXPECT_EQ(Open(), std::string(File()->digest())) << "the configuration's own instead";
  ASSERT_EQ(deployment_->Alarms().size(), 1u);
  std::filesystem::remove(path);
  EXPECT_FALSE(deployment_->Publish("li", uploaded.id).ok());
}

TEST_F(DeploymentTest, TakesOnlyWhatATrustedKeySigned) {
  const bundle::SecretKey ours = bundle::SecretKey::Generate().value(), theirs = bundle::SecretKey::Generate().value();
  trusted_ = {ours.public_key()};
  WriteFile(bundle::SignBundle(View(Compiled("FIRST-MARK")), ours).value());
  Open();
  const std::vector<uint8_t> bytes = Compiled("SECOND-MARK");
  EXPECT_FALSE(deployment_->UploadBundle("li", "", View(bytes)).ok());
  EXPECT_FALSE(deployment_->UploadBundle("li", "", View(bundle::SignBundle(View(bytes), theirs).value())).ok());
  const Result<Version> uploaded = deployment_->UploadBundle("li", "", View(bundle::SignBundle(View(bytes), ours).value()));
  ASSERT_TRUE(uploaded.ok()) << uploaded.error().message();
  EXPECT_EQ(uploaded->signer, bundle::Fingerprint(ours.public_key()));
  EXPECT_EQ(deployment_->UploadSources("li", "", {{"a.yaml", Pack("THIRD-MARK")}}).error().code(), ErrorCode::kUnsupported);
}

TEST_F(DeploymentTest, TriesAPolicyUntilAnyIsPublished) {
  const Version uploaded = deployment_->UploadBundle("li", "", View(Compiled("SECOND-MARK"))).value();
  EXPECT_EQ(deployment_->LookAtTrial().error().code(), ErrorCode::kNotFound);
  target_.report.would_block = 7;
  EXPECT_EQ(deployment_->Try("wu", uploaded.id).value().report.would_block, 7u);
  EXPECT_EQ(target_.tried, uploaded.digest);
  EXPECT_EQ(target_.in_force, "") << "without effect";
  EXPECT_EQ(deployment_->List().value().tried, uploaded.id);
  EXPECT_EQ(deployment_->EndTrial().value().report.would_block, 7u);
  EXPECT_EQ(target_.tried, "");
  ASSERT_TRUE(deployment_->Try("wu", uploaded.id).ok());
  ASSERT_TRUE(deployment_->Publish("wu", uploaded.id).ok());
  EXPECT_EQ(target_.tried, "");
  EXPECT_FALSE(deployment_->EndTrial().ok());
}

TEST_F(DeploymentTest, RollsBackOnlyWhereThereWasAnother) {
  EXPECT_EQ(deployment_->Rollback("li").error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(deployment_->Publish("li", 77).error().code(), ErrorCode::kNotFound);
}

TEST_F(DeploymentTest, DoesNothingWithoutPackets) {
  const Version uploaded = deployment_->UploadBundle("li", "", View(Compiled("SECOND-MARK"))).value();
  deployment_->Connect(nullptr);
  EXPECT_FALSE(deployment_->Publish("li", uploaded.id).ok());
}

}  // namespace
}  // namespace sluice::deploy
