#include "control/remote/remote_door.h"

#include "tests/unit/control/remote/pki.h"
#include "tests/unit/control/remote/tls_client.h"

namespace sluice::remote {
namespace {

using testing::Pki;
using testing::TlsClient;

class Door : public ::testing::Test {
 protected:
  Door() {
    pki_.Make("ca", "", {"authority", "", true});
    pki_.Make("good", "ca", {"localhost", "IP:127.0.0.1"});
    pki_.Make("soon", "ca", {"localhost", "IP:127.0.0.1", false, -1000, 3L * 86400});
    pki_.Make("stale", "ca", {"localhost", "IP:127.0.0.1", false, -2000, -1000});
    pki_.Make("li", "ca", {"li"});
    tokens_ = access::TokenStore::Open(pki_.File("tokens.db")).value();
    options_.listen = {{"127.0.0.1", 0}};
    options_.certificate = pki_.File("live.pem");
    options_.key = pki_.File("live.key");
    options_.client_ca = pki_.Certificate("ca");
    options_.authentication = "either";
    options_.clients = {{"cn:li", "li", "analyst"}};
    options_.connections = 32;
    options_.connections_per_address = 32;
  }
  void Install(const std::string& name) const {
    for (const char* part : {".pem", ".key"}) {
      std::filesystem::copy_file(pki_.File(name + part), pki_.File(std::string("live") + part), std::filesystem::copy_options::overwrite_existing);
    }
    chmod(pki_.Key("live").c_str(), 0600);
  }
  std::string Ask() const {
    const TlsClient client(door_->ports()[0], {pki_.Certificate("ca"), pki_.Certificate("li"), pki_.Key("li")});
    return client.Exchange("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
  void Open() {
    Result<std::unique_ptr<RemoteDoor>> made = RemoteDoor::Make(options_, *tokens_);
    ASSERT_TRUE(made.ok()) << made.error().message();
    door_ = std::move(*made);
    const Status opened = door_->Open([](const api::Request& request) {
      api::Response response;
      response.body = request.caller.name + " " + (request.caller.role ? std::string(Name(*request.caller.role)) : "none");
      return response;
    });
    ASSERT_TRUE(opened.ok()) << opened.error().message();
  }
  uint64_t Count(const std::string& name) const {
    for (const metrics::Count& count : door_->Counts()) {
      if (count.name == name) return count.value;
    }
    ADD_FAILURE() << "there is no counter " << name;
    return 0;
  }

  Pki pki_{"door"};
  config::ApiOptions options_;
  std::unique_ptr<access::TokenStore> tokens_;
  std::unique_ptr<RemoteDoor> door_;
};

TEST_F(Door, SaysInTimeThatItsCertificateExpires) {
  Install("good");
  Open();
  EXPECT_TRUE(door_->Alarms().empty());
  const uint64_t before = Count("api_tls_certificate_expiry");
  Install("soon");
  ASSERT_TRUE(door_->Renew(options_).ok());
  ASSERT_EQ(door_->Alarms().size(), 1u);
  EXPECT_NE(door_->Alarms()[0].find("expires on"), std::string::npos);
  EXPECT_LT(Count("api_tls_certificate_expiry"), before);
}

TEST_F(Door, OpensWithACertificateThatHasExpiredAndSaysSo) {
  Install("stale");
  Open();
  ASSERT_EQ(door_->Alarms().size(), 1u);
  EXPECT_NE(door_->Alarms()[0].find("expired on"), std::string::npos);
}

TEST_F(Door, KeepsWhatItHasWhereTheNewFilesAreBad) {
  Install("good");
  Open();
  for (const char* name : {"stale", "nothing"}) {
    if (std::string(name) == "stale") Install("stale");
    else pki_.WriteText("live.pem", "nothing");
    options_.clients = {{"cn:li", "li", "admin"}};
    EXPECT_FALSE(door_->Renew(options_).ok());
    EXPECT_NE(Ask().find("li analyst"), std::string::npos);
    ASSERT_EQ(door_->Alarms().size(), 1u);
    EXPECT_NE(door_->Alarms()[0].find("not taken over"), std::string::npos);
  }
  EXPECT_EQ(Count("api_tls_reloads_failed"), 2u);
  Install("good");
  EXPECT_TRUE(door_->Renew(options_).ok());
  EXPECT_TRUE(door_->Alarms().empty());
  EXPECT_NE(Ask().find("li admin"), std::string::npos);
}

TEST_F(Door, TakesOverAnotherListOfClients) {
  Install("good");
  Open();
  EXPECT_NE(Ask().find("li analyst"), std::string::npos);
  options_.clients.clear();
  ASSERT_TRUE(door_->Renew(options_).ok());
  EXPECT_NE(Ask().find("cn:li none"), std::string::npos);
}

TEST_F(Door, CountsWhoIsRefused) {
  Install("good");
  Open();
  const TlsClient client(door_->ports()[0], {pki_.Certificate("ca"), "", ""});
  client.Exchange("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Count("api_tls_callers_refused"), 1u);
  EXPECT_EQ(Count("api_tls_connections_accepted"), 1u);
}

}  // namespace
}  // namespace sluice::remote
