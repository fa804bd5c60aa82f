#include "rules/bundle/signature.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "rules/bundle/bundle.h"
#include "rules/bundle/bundle_writer.h"
#include "rules/bundle/key_file.h"

namespace sluice::bundle {
namespace {

namespace fs = std::filesystem;

ByteView View(const std::vector<uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

SecretKey KeyOf(uint8_t number) {
  Seed seed{};
  seed[0] = number;
  return std::move(SecretKey::FromSeed(seed)).value();
}

std::vector<uint8_t> UnsignedBundle() {
  Contents contents;
  contents.platform = {0, 0, "5.4.0"};
  contents.sources = {{"pack.yaml", "rules: []"}};
  return WriteBundle(contents);
}

std::vector<uint8_t> SignedBundle(const SecretKey& key) { return *SignBundle(View(UnsignedBundle()), key); }

// RFC 8032, 7.1, TEST 1: the public key of this seed.
TEST(Signature, DerivesThePublicKeyOfTheStandard) {
  const Seed seed = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                     0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
  const Result<SecretKey> key = SecretKey::FromSeed(seed);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(Fingerprint(key->public_key()), "d75a980182b10ab7");
}

TEST(Signature, IsAcceptedFromATrustedKey) {
  const SecretKey key = KeyOf(1);
  const auto bundle = Parse(View(SignedBundle(key)), {KeyOf(2).public_key(), key.public_key()});
  ASSERT_TRUE(bundle.ok()) << bundle.error().message();
  EXPECT_EQ((*bundle)->signer(), key.public_key());
}

TEST(Signature, IsNotAskedForWithoutTrustedKeys) {
  const auto bundle = Parse(View(UnsignedBundle()));
  ASSERT_TRUE(bundle.ok());
  EXPECT_FALSE((*bundle)->signer().has_value());
}

TEST(Signature, LeavesTheDigestAsItWas) {
  EXPECT_EQ((*Parse(View(SignedBundle(KeyOf(1)))))->digest(), (*Parse(View(UnsignedBundle())))->digest());
}

TEST(Signature, IsTheSameEachTime) { EXPECT_EQ(SignedBundle(KeyOf(1)), SignedBundle(KeyOf(1))); }

TEST(Signature, TakesThePlaceOfAnEarlierOne) {
  EXPECT_EQ(*SignBundle(View(SignedBundle(KeyOf(1))), KeyOf(2)), SignedBundle(KeyOf(2)));
}

TEST(Signature, OfAnotherKeyIsRefusedAndBothAreNamed) {
  const auto bundle = Parse(View(SignedBundle(KeyOf(1))), {KeyOf(2).public_key()});
  ASSERT_FALSE(bundle.ok());
  EXPECT_EQ(bundle.error().code(), ErrorCode::kPermissionDenied);
  EXPECT_NE(bundle.error().message().find(Fingerprint(KeyOf(1).public_key())), std::string::npos);
  EXPECT_NE(bundle.error().message().find(Fingerprint(KeyOf(2).public_key())), std::string::npos);
}

TEST(Signature, ThatIsMissingIsRefused) {
  const auto bundle = Parse(View(UnsignedBundle()), {KeyOf(1).public_key()});
  ASSERT_FALSE(bundle.ok());
  EXPECT_NE(bundle.error().message().find("not signed"), std::string::npos);
}

// With a trusted key and without: a signature that does not hold is never taken for none.
TEST(Signature, RefusesEveryFlippedBitOfASignedBundle) {
  const SecretKey key = KeyOf(1);
  const std::vector<uint8_t> good = SignedBundle(key);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::vector<uint8_t> bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_FALSE(Parse(View(bad)).ok()) << "bit " << bit;
    ASSERT_FALSE(Parse(View(bad), {key.public_key()}).ok()) << "bit " << bit;
  }
}

TEST(Signature, RefusesEveryTruncationWhereOneIsAskedFor) {
  const SecretKey key = KeyOf(1);
  const std::vector<uint8_t> good = SignedBundle(key);
  for (size_t size = 0; size < good.size(); ++size) ASSERT_FALSE(Parse(View(good).First(size), {key.public_key()}).ok()) << size;
}

TEST(Signature, OfOneBundleDoesNotFitAnother) {
  const SecretKey key = KeyOf(1);
  Contents other;
  other.platform = {0, 0, "5.4.0"};
  other.sources = {{"pack.yaml", "rules: {}"}};
  std::vector<uint8_t> bytes = WriteBundle(other);
  const std::vector<uint8_t> good = SignedBundle(key);
  bytes.insert(bytes.end(), good.end() - static_cast<std::ptrdiff_t>(kSignatureBlockBytes), good.end());
  EXPECT_FALSE(Parse(View(bytes)).ok());
}

class KeyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / ("sluice-keys-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    fs::permissions(Path(name), fs::perms::owner_read | fs::perms::owner_write);
    return Path(name);
  }

  fs::path folder_;
};

TEST_F(KeyFile, ReadsBackBothHalves) {
  const SecretKey key = KeyOf(7);
  ASSERT_TRUE(WriteKeyPair(Path("policy"), key).ok());
  const Result<SecretKey> secret = ReadSecretKey(Path("policy.key"));
  ASSERT_TRUE(secret.ok()) << secret.error().message();
  EXPECT_EQ(secret->RevealSeed(), key.RevealSeed());
  EXPECT_EQ(*ReadPublicKey(Path("policy.pub")), key.public_key());
}

TEST_F(KeyFile, KeepsTheSecretHalfForItsOwner) {
  const mode_t before = ::umask(0);
  const Status written = WriteKeyPair(Path("policy"), KeyOf(7));
  ::umask(before);
  ASSERT_TRUE(written.ok());
  struct stat status {};
  ASSERT_EQ(::stat(Path("policy.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(KeyFile, IsNeverWrittenOver) {
  ASSERT_TRUE(WriteKeyPair(Path("policy"), KeyOf(7)).ok());
  EXPECT_FALSE(WriteKeyPair(Path("policy"), KeyOf(8)).ok());
  EXPECT_EQ(*ReadPublicKey(Path("policy.pub")), KeyOf(7).public_key());
}

TEST_F(KeyFile, LeavesNoSecretHalfWhereThePublicOneIsInTheWay) {
  Write("policy.pub", "in the way");
  EXPECT_FALSE(WriteKeyPair(Path("policy"), KeyOf(7)).ok());
  EXPECT_FALSE(fs::exists(Path("policy.key")));
}

TEST_F(KeyFile, RefusesASecretThatOthersCanRead) {
  ASSERT_TRUE(WriteKeyPair(Path("policy"), KeyOf(7)).ok());
  fs::permissions(Path("policy.key"), fs::perms::group_read, fs::perm_options::add);
  const Result<SecretKey> key = ReadSecretKey(Path("policy.key"));
  ASSERT_FALSE(key.ok());
  EXPECT_NE(key.error().message().find("chmod 600"), std::string::npos);
}

TEST_F(KeyFile, SaysWhenItIsTheOtherHalf) {
  ASSERT_TRUE(WriteKeyPair(Path("policy"), KeyOf(7)).ok());
  EXPECT_NE(ReadSecretKey(Path("policy.pub")).error().message().find("is a public key"), std::string::npos);
  EXPECT_NE(ReadPublicKey(Path("policy.key")).error().message().find("is a secret key"), std::string::npos);
}

TEST_F(KeyFile, RefusesWhatIsNoKey) {
  const std::string digits(64, 'a');
  for (const std::string& text : {std::string(), std::string("# only a comment\n"), "sluice-public-key ed25519 " + digits.substr(1),
                                  "sluice-public-key ed25519 " + digits + "a", "sluice-public-key ed25519 " + digits.substr(1) + "g",
                                  "sluice-public-key rsa " + digits, std::string(5000, 'a')}) {
    EXPECT_FALSE(ReadPublicKey(Write("bad.pub", text)).ok()) << text;
  }
  EXPECT_TRUE(ReadPublicKey(Write("good.pub", "# note\n\nsluice-public-key ed25519 " + digits + "\n")).ok());
  EXPECT_FALSE(ReadPublicKey(Path("absent.pub")).ok());
}

}  // namespace
}  // namespace sluice::bundle
