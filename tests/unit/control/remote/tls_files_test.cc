#include "control/remote/tls_files.h"

#include "control/remote/tls_context.h"
#include "tests/unit/control/remote/pki.h"

namespace sluice::remote {
namespace {

using testing::Pki;

class Files : public ::testing::Test {
 protected:
  Files() {
    pki_.Make("ca", "", {"authority", "", true});
    pki_.Make("server", "ca", {"localhost", "DNS:localhost"});
    pki_.Make("stale", "ca", {"localhost", "DNS:localhost", false, -2000, -1000});
    pki_.Make("early", "ca", {"localhost", "DNS:localhost", false, 1000, 2000});
  }
  TlsFiles Of(const std::string& name) const { return {pki_.Certificate(name), pki_.Key(name), pki_.Certificate("ca"), "", true}; }
  static bool Says(const std::vector<TlsFault>& faults, const std::string& part) {
    for (const TlsFault& fault : faults) {
      if (fault.sentence.find(part) != std::string::npos) return true;
    }
    return false;
  }
  std::vector<TlsFault> Check(const TlsFiles& files) const { return CheckTlsFiles(files, SystemNow()); }

  Pki pki_{"files"};
};

TEST_F(Files, ThatAreGoodAreGood) {
  EXPECT_TRUE(Check(Of("server")).empty());
  EXPECT_TRUE(TlsContext::Make(Of("server"), SystemNow(), false).ok());
}

TEST_F(Files, AreAllNamedAtOnce) {
  const std::vector<TlsFault> faults = Check({"/no/such.pem", "/no/such.key", "/no/ca.pem", "/no/crl.pem", true});
  ASSERT_EQ(faults.size(), 4u);
  for (const char* part : {"certificate: /no/such.pem", "key: /no/such.key", "client_ca: /no/ca.pem", "client_crl: /no/crl.pem"}) EXPECT_TRUE(Says(faults, part)) << part;
}

TEST_F(Files, SayWhatTheyAreNot) {
  pki_.WriteText("empty", "");
  const std::string empty = pki_.File("empty");
  EXPECT_TRUE(Says(Check({empty, pki_.Key("server"), "", "", false}), "no certificate in PEM"));
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), empty, "", "", false}), "no private key in PEM"));
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), pki_.Key("ca"), "", "", false}), "is not the key of the certificate"));
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), pki_.Key("server"), empty, "", true}), "client_ca: " + empty + " has no certificate"));
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), pki_.Key("server"), pki_.Certificate("server"), "", true}), "none of an authority"));
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), pki_.Key("server"), pki_.Certificate("ca"), empty, true}), "has no list in PEM"));
  EXPECT_TRUE(Says(Check({"/", pki_.Key("server"), "", "", false}), "certificate: /"));
}

TEST_F(Files, SayWhenTheyAreGood) {
  EXPECT_TRUE(Says(Check(Of("early")), "is not valid before"));
  const std::vector<TlsFault> stale = Check(Of("stale"));
  ASSERT_EQ(stale.size(), 1u);
  EXPECT_TRUE(stale[0].expired);
  EXPECT_TRUE(Says(stale, "expired on"));
  EXPECT_FALSE(TlsContext::Make(Of("stale"), SystemNow(), false).ok());
  EXPECT_TRUE(TlsContext::Make(Of("stale"), SystemNow(), true).ok());
  EXPECT_FALSE(TlsContext::Make(Of("early"), SystemNow(), true).ok());
}

TEST_F(Files, OfAKeyAreNotOpenToOthers) {
  chmod(pki_.Key("server").c_str(), 0640);
  EXPECT_TRUE(Check(Of("server")).empty());
  for (const mode_t mode : {0644, 0604, 0660, 0602}) {
    chmod(pki_.Key("server").c_str(), mode);
    EXPECT_TRUE(Says(Check(Of("server")), "open to others")) << std::oct << mode;
  }
}

TEST_F(Files, OfAKeyWithAPassPhraseAreSaidToBe) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  std::FILE* file = std::fopen(pki_.File("locked.key").c_str(), "w");
  PEM_write_PrivateKey(file, key, EVP_aes_256_cbc(), reinterpret_cast<const unsigned char*>("secret"), 6, nullptr, nullptr);
  std::fclose(file);
  EVP_PKEY_free(key);
  chmod(pki_.File("locked.key").c_str(), 0600);
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), pki_.File("locked.key"), "", "", false}), "pass phrase"));
}

TEST_F(Files, OfAuthoritiesThatHaveExpiredTrustNobody) {
  pki_.Make("old-ca", "", {"old", "", true, -2000, -1000});
  EXPECT_TRUE(Says(Check({pki_.Certificate("server"), pki_.Key("server"), pki_.Certificate("old-ca"), "", true}), "no client would be trusted"));
}

TEST_F(Files, ThatTrustOthersHaveAnotherDigest) {
  pki_.Make("other-ca", "", {"other", "", true});
  TlsFiles files = Of("server");
  const auto one = TlsContext::Make(files, SystemNow(), false), same = TlsContext::Make(files, SystemNow(), false);
  files.client_ca = pki_.Certificate("other-ca");
  const auto other = TlsContext::Make(files, SystemNow(), false);
  EXPECT_EQ((*one)->trust_digest(), (*same)->trust_digest());
  EXPECT_NE((*one)->trust_digest(), (*other)->trust_digest());
}

}  // namespace
}  // namespace sluice::remote
