// docs/openapi.json against the server over TLS: every operation, as an admin's token gets it and as nobody does.
#include "control/remote/remote_server.h"
#include "tests/unit/control/api/contract.h"
#include "tests/unit/control/remote/pki.h"
#include "tests/unit/control/remote/tls_client.h"

namespace sluice::remote {
namespace {

using api::testing::Answer;
using api::testing::Call;
using testing::Pki;
using testing::TlsClient;

class RemoteOpenApi : public ::testing::Test {
 protected:
  RemoteOpenApi() {
    api::testing::Furnish(lab_);
    pki_.Make("ca", "", {"authority", "", true});
    pki_.Make("server", "ca", {"localhost", "IP:127.0.0.1"});
    access::Token token;
    token.name = "test";
    token.user = "root";
    token.role = access::Role::kAdmin;
    bearer_ = "Authorization: Bearer " + lab_.tokens->Add(token).value() + "\r\n";
    RemoteServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    auto context = TlsContext::Make({pki_.Certificate("server"), pki_.Key("server"), "", "", false}, SystemNow(), false).value();
    server_ = RemoteServer::Start(options, context, gate_, [this](const api::Request& request) { return lab_.api->Handle(request); }, counters_).value();
  }
  Answer Ask(const Call& call, const std::string& credentials) {
    TlsClient client(server_->ports()[0], {.authority = pki_.Certificate("ca"), .certificate = "", .key = ""});
    EXPECT_TRUE(client.shaken());
    return api::testing::AnswerFrom(client.Exchange(api::testing::TextOf(call, credentials)));
  }

  const api::testing::Json document_ = api::testing::Document();
  api::testing::Laboratory lab_;
  Pki pki_{"openapi"};
  access::Gate gate_{access::Demand::kToken, *lab_.tokens};
  RemoteCounters counters_;
  std::string bearer_;
  std::unique_ptr<RemoteServer> server_;
};

TEST_F(RemoteOpenApi, DescribesEveryAnswerOverTls) {
  for (const Call& call : api::testing::Calls()) {
    for (const std::string& fault : Faults(document_, call, Ask(call, bearer_))) ADD_FAILURE() << call.method << " " << call.path << ": " << fault;
  }
}

TEST_F(RemoteOpenApi, DescribesTheRefusalOfEveryOperation) {
  for (Call call : api::testing::Calls()) {
    const auto& operation = document_["paths"][call.pattern][call.method];
    if (operation["x-permission"] == "anyone") continue;
    call.status = 401;
    for (const std::string& fault : Faults(document_, call, Ask(call, ""))) ADD_FAILURE() << call.method << " " << call.path << ": " << fault;
  }
  EXPECT_EQ(lab_.log->Tail(10)->size(), 0u) << "something was done all the same";
}

}  // namespace
}  // namespace sluice::remote
