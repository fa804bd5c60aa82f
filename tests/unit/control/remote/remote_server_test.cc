// The API over TLS: who is let in, what each may make the server hold, and that nobody can keep it from others.
#include "control/remote/remote_server.h"

#include <atomic>
#include <future>
#include <thread>

#include "tests/unit/control/remote/pki.h"
#include "tests/unit/control/remote/tls_client.h"

namespace sluice::remote {
namespace {

using std::chrono::milliseconds;
using testing::Pki;
using testing::TcpClient;
using testing::TlsClient;

constexpr char kGet[] = "GET /v1/x?a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

class Remote : public ::testing::Test {
 protected:
  Remote() {
    pki_.Make("ca", "", {"authority", "", true});
    pki_.Make("clients", "", {"client authority", "", true});
    pki_.Make("strangers", "", {"another authority", "", true});
    pki_.Make("server", "ca", {"localhost", "IP:127.0.0.1"});
    pki_.Make("li", "clients", {"li"});
    pki_.Make("late", "clients", {"li", "", false, -2000, -1000});
    pki_.Make("forged", "strangers", {"li"});
    pki_.Make("nobody", "clients", {"nobody"});
    options_.listen = {{"127.0.0.1", 0}};
    options_.handshake = options_.patience = options_.idle = milliseconds(10'000);
    tokens_ = access::TokenStore::Open(pki_.File("tokens.db")).value();
    viewer_ = Token("viewer", access::Role::kViewer);
    operator_ = Token("operator", access::Role::kOperator);
  }
  ~Remote() override {
    server_.reset();
    tokens_.reset();
  }
  std::string Token(const std::string& name, access::Role role) {
    access::Token token;
    token.name = token.user = name;
    token.role = role;
    return "Authorization: Bearer " + tokens_->Add(token).value() + "\r\n";
  }
  std::shared_ptr<const TlsContext> Context(const std::string& authority = "clients") {
    const bool needs = demand_ == access::Demand::kCertificate || demand_ == access::Demand::kBoth;
    return TlsContext::Make({pki_.Certificate("server"), pki_.Key("server"), pki_.Certificate(authority), "", needs}, SystemNow(), false).value();
  }
  void Begin() {
    gate_ = std::make_unique<access::Gate>(demand_, *tokens_);
    gate_->TakeClients(access::ClientList({{"cn:li", "li", access::Role::kAnalyst}}));
    auto started = RemoteServer::Start(options_, Context(), *gate_, [this](const api::Request& request) { return handle_(request); }, counters_);
    ASSERT_TRUE(started.ok()) << started.error().message();
    server_ = std::move(*started);
    port_ = server_->ports()[0];
  }
  TlsClient::Options By(const std::string& name) const { return {pki_.Certificate("ca"), pki_.Certificate(name), pki_.Key(name)}; }
  TlsClient::Options Nobody(const char* from = "127.0.0.1") const { return {pki_.Certificate("ca"), "", "", 0, from}; }
  std::string Exchange(const TlsClient::Options& options, const std::string& text) const { return TlsClient(port_, options).Exchange(text); }
  static bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
  template <typename Condition>
  static bool Soon(Condition&& condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(10));
    return condition();
  }

  Pki pki_{"server"};
  RemoteServerOptions options_;
  access::Demand demand_ = access::Demand::kEither;
  std::unique_ptr<access::TokenStore> tokens_;
  std::unique_ptr<access::Gate> gate_;
  RemoteCounters counters_;
  std::string viewer_, operator_;
  std::function<api::Response(const api::Request&)> handle_ = [](const api::Request& request) {
    if (!request.refusal.empty()) return api::Problem(401, request.refusal);
    api::Response response;
    response.body = request.method + " " + request.path + " by " + request.caller.name + " (" + request.caller.by + ") " +
                    (request.caller.role ? std::string(Name(*request.caller.role)) : "no role") + ":" + request.body;
    return response;
  };
  std::unique_ptr<RemoteServer> server_;
  uint16_t port_ = 0;
};

TEST_F(Remote, KnowsWhoAsksByCertificateAndByToken) {
  Begin();
  EXPECT_TRUE(Has(Exchange(By("li"), std::string(kGet) + "\r\n"), "GET /v1/x by li (certificate cn:li) analyst:"));
  EXPECT_TRUE(Has(Exchange(Nobody(), kGet + viewer_ + "\r\n"), "GET /v1/x by viewer (token viewer) viewer:"));
  EXPECT_TRUE(Has(Exchange(By("li"), kGet + operator_ + "\r\n"), "by operator (token operator) operator:"));
  EXPECT_TRUE(Has(Exchange(By("nobody"), std::string(kGet) + "\r\n"), "by cn:nobody (certificate cn:nobody) no role:"));
  const std::string refused = Exchange(Nobody(), std::string(kGet) + "\r\n");
  EXPECT_TRUE(Has(refused, "HTTP/1.1 401 ")) << refused;
  EXPECT_TRUE(Has(refused, "WWW-Authenticate: Bearer")) << refused;
  EXPECT_TRUE(Has(refused, "application/problem+json")) << refused;
}

TEST_F(Remote, TrustsNoCertificateThatExpiredOrIsOfAnotherAuthority) {
  Begin();
  EXPECT_EQ(Exchange(By("late"), std::string(kGet) + "\r\n"), "");
  EXPECT_EQ(Exchange(By("forged"), std::string(kGet) + "\r\n"), "");
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_handshakes_failed.load() == 2; }));
}

TEST_F(Remote, LetsNobodyInWithoutACertificateWhereOneIsNeeded) {
  demand_ = access::Demand::kCertificate;
  Begin();
  EXPECT_EQ(Exchange(Nobody(), kGet + viewer_ + "\r\n"), "");
  EXPECT_TRUE(Has(Exchange(By("li"), std::string(kGet) + "\r\n"), "200 OK"));
}

TEST_F(Remote, SpeaksNothingOlderThanTls12) {
  Begin();
  TlsClient::Options old = Nobody();
  old.max_version = TLS1_1_VERSION;
  EXPECT_FALSE(TlsClient(port_, old).shaken());
  old.max_version = TLS1_2_VERSION;
  EXPECT_TRUE(TlsClient(port_, old).shaken());
}

TEST_F(Remote, ResumesNoSession) {
  Begin();
  const TlsClient client(port_, By("li"));
  client.Exchange(std::string(kGet) + "\r\n");
  SSL_SESSION* session = SSL_get1_session(client.get());
  EXPECT_EQ(SSL_SESSION_is_resumable(session), 0);
  SSL_SESSION_free(session);
}

TEST_F(Remote, ServesSeveralRequestsOfAConnectionOneAfterAnother) {
  Begin();
  const TlsClient client(port_, Nobody());
  const std::string one = "POST /a HTTP/1.1\r\nHost: localhost\r\n" + viewer_ + "Content-Length: 3\r\n\r\none";
  client.Send(one + "POST /b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + viewer_ + "Transfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n");
  const std::string answers = client.ReadAll();
  EXPECT_TRUE(Has(answers, "POST /a by viewer (token viewer) viewer:one")) << answers;
  EXPECT_TRUE(Has(answers, "POST /b by viewer (token viewer) viewer:two")) << answers;
}

TEST_F(Remote, AsksAnewForEachRequestSoThatARevokedTokenIsOfNoUse) {
  Begin();
  const TlsClient client(port_, Nobody());
  const std::string ask = "GET /a HTTP/1.1\r\nHost: localhost\r\n" + viewer_ + "\r\n";
  client.Send(ask);
  EXPECT_TRUE(Has(client.ReadUntil("viewer:"), "200 OK"));
  ASSERT_TRUE(tokens_->Revoke("viewer").ok());
  client.Send(ask);
  EXPECT_TRUE(Has(client.ReadUntil("}"), "401"));
}

TEST_F(Remote, TakesNoBodyFromWhomItDoesNotKnow) {
  std::atomic<size_t> seen{0};
  handle_ = [&seen](const api::Request& request) {
    seen.fetch_add(request.body.size());
    return api::Problem(401, "no");
  };
  Begin();
  const std::string answer = Exchange(Nobody(), "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'a'));
  EXPECT_TRUE(Has(answer, "401")) << answer;
  EXPECT_TRUE(Has(answer, "Connection: close")) << answer;
  EXPECT_EQ(seen.load(), 0u);
}

TEST_F(Remote, TakesLargeBodiesFromThoseWhoMaySendPoliciesAlone) {
  options_.max_body_bytes = 1000;
  options_.max_policy_bytes = 100'000;
  Begin();
  const auto post = [](const std::string& token, size_t bytes) {
    return "POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + token + "Content-Length: " + std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'a');
  };
  EXPECT_TRUE(Has(Exchange(Nobody(), post(viewer_, 1001)), " 413 "));
  EXPECT_TRUE(Has(Exchange(Nobody(), post(viewer_, 1000)), " 200 "));
  EXPECT_TRUE(Has(Exchange(Nobody(), post(operator_, 100'000)), " 200 "));
  EXPECT_TRUE(Has(Exchange(Nobody(), post(operator_, 100'001)), " 413 "));
}

TEST_F(Remote, BoundsTheBodiesOfAllTogether) {
  options_.bodies_bytes = 1500;
  Begin();
  const std::string head = "POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + viewer_ + "Content-Length: 1000\r\n\r\n";
  auto first = std::make_unique<TlsClient>(port_, Nobody());
  first->Send("POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + viewer_ + "Content-Length: 1000\r\n\r\n");
  EXPECT_TRUE(Has(first->ReadUntil("\r\n\r\n"), "100 Continue"));
  const std::string busy = Exchange(Nobody(), head + std::string(1000, 'a'));
  EXPECT_TRUE(Has(busy, " 503 ")) << busy.substr(0, 400);
  EXPECT_GE(counters_.api_tls_requests_busy.load(), 1u);
  first.reset();
  EXPECT_TRUE(Soon([&] { return Has(Exchange(Nobody(), head + std::string(1000, 'a')), " 200 "); }));
}

TEST_F(Remote, AsksForABodyThatWaitsToBeAskedFor) {
  Begin();
  const TlsClient client(port_, Nobody());
  client.Send("POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n" + viewer_ + "Content-Length: 4\r\n\r\n");
  EXPECT_TRUE(Has(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue"));
  client.Send("body");
  EXPECT_TRUE(Has(client.ReadAll(), "viewer:body"));
}

TEST_F(Remote, LetsNoPageOfAnotherSiteActForAUser) {
  Begin();
  const std::string post = "POST /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", get = kGet;
  EXPECT_TRUE(Has(Exchange(By("li"), post + "Origin: https://evil.test\r\n\r\n"), " 403 "));
  EXPECT_TRUE(Has(Exchange(By("li"), post + "Origin: null\r\n\r\n"), " 403 "));
  EXPECT_TRUE(Has(Exchange(By("li"), post + "Origin: https://localhost\r\n\r\n"), " 200 "));
  EXPECT_TRUE(Has(Exchange(By("li"), get + "Origin: https://evil.test\r\n\r\n"), " 200 "));
}

TEST_F(Remote, AnswersWhatIsNoHttpWithAProblem) {
  Begin();
  for (const std::string& text : {std::string("\r\n\r\nnonsense\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"), std::string("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"),
                                  "GET /" + std::string(50000, 'x') + " HTTP/1.1\r\n\r\n"}) {
    const std::string answer = Exchange(Nobody(), text);
    EXPECT_TRUE(Has(answer, "HTTP/1.1 4")) << answer;
    EXPECT_TRUE(Has(answer, "application/problem+json")) << answer;
  }
  EXPECT_EQ(counters_.api_tls_requests_malformed.load(), 4u);
  TcpClient plain(port_);
  plain.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_handshakes_failed.load() == 1; }));
}

TEST_F(Remote, EndsConnectionsThatTakeTooLongAtAnyStep) {
  options_.handshake = options_.patience = options_.idle = milliseconds(300);
  options_.bytes_per_second = 1 << 20;
  handle_ = [](const api::Request&) {
    api::Response response;
    response.body = std::string(32 << 20, 'a');
    return response;
  };
  Begin();
  const TcpClient silent(port_);
  const TlsClient shaken(port_, Nobody()), half_head(port_, Nobody()), half_body(port_, Nobody());
  half_head.Send("GET /a HTTP/1.1\r\nHo");
  half_body.Send("POST /a HTTP/1.1\r\nHost: localhost\r\n" + viewer_ + "Content-Length: 10\r\n\r\nab");
  for (const TcpClient* client : {&silent, &shaken.tcp(), &half_head.tcp(), &half_body.tcp()}) EXPECT_TRUE(client->IsClosed(10'000));
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_connections.load() == 0; }));
  EXPECT_EQ(counters_.api_tls_deadlines_missed.load(), 4u);
}

TEST_F(Remote, EndsConnectionsThatDoNotTakeTheirAnswer) {
  options_.patience = milliseconds(300);
  options_.bytes_per_second = 1 << 30;
  handle_ = [](const api::Request&) {
    api::Response response;
    response.body = std::string(32 << 20, 'a');
    return response;
  };
  Begin();
  const TlsClient client(port_, Nobody());
  client.Send(kGet + viewer_ + "\r\n");
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_connections.load() == 0 && counters_.api_tls_connections_accepted.load() == 1; }));
  EXPECT_EQ(counters_.api_tls_deadlines_missed.load(), 1u);
}

TEST_F(Remote, CountsItselfIdleConnectionsApart) {
  options_.idle = milliseconds(200);
  Begin();
  const TlsClient client(port_, Nobody());
  client.Send("GET /a HTTP/1.1\r\nHost: localhost\r\n" + viewer_ + "\r\n");
  client.ReadUntil("viewer:");
  EXPECT_TRUE(client.tcp().IsClosed(10'000));
  EXPECT_EQ(counters_.api_tls_deadlines_missed.load(), 0u);
}

TEST_F(Remote, ServesNewcomersWhileOthersHoldEveryPlace) {
  options_.connections = 20;
  options_.connections_per_address = 10;
  Begin();
  std::vector<std::unique_ptr<TcpClient>> held;
  for (int i = 0; i < 60; ++i) held.push_back(std::make_unique<TcpClient>(port_, i % 2 == 0 ? "127.0.0.1" : i % 4 == 1 ? "127.0.0.2" : "127.0.0.3"));
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_connections_accepted.load() + counters_.api_tls_connections_refused.load() == 60; }));
  EXPECT_LE(counters_.api_tls_connections.load(), 20u);
  EXPECT_GT(counters_.api_tls_connections_refused.load(), 0u);
  EXPECT_TRUE(Has(Exchange(Nobody("127.0.0.9"), kGet + viewer_ + "\r\n"), " 200 "));
  EXPECT_GT(counters_.api_tls_connections_displaced.load(), 0u);
}

TEST_F(Remote, LetsAnAddressWithManyNotPushOutOneWithFew) {
  options_.connections = 20;
  options_.connections_per_address = 20;
  Begin();
  const TlsClient first(port_, Nobody("127.0.0.9"));
  std::vector<std::unique_ptr<TcpClient>> held;
  for (int i = 0; i < 100; ++i) held.push_back(std::make_unique<TcpClient>(port_));
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_connections_accepted.load() + counters_.api_tls_connections_refused.load() == 101; }));
  EXPECT_GT(counters_.api_tls_connections_displaced.load(), 0u);
  EXPECT_TRUE(Has(first.Exchange(kGet + viewer_ + "\r\n"), " 200 "));
}

TEST_F(Remote, LetsNobodyPushOutWhoIsAtWork) {
  options_.connections = options_.connections_per_address = 8;
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> begun{0};
  handle_ = [&](const api::Request&) {
    begun.fetch_add(1);
    gone.wait();
    return api::Response();
  };
  Begin();
  std::vector<std::unique_ptr<TlsClient>> at_work;
  for (int i = 0; i < 8; ++i) {
    at_work.push_back(std::make_unique<TlsClient>(port_, Nobody()));
    at_work.back()->Send(kGet + viewer_ + "\r\n");
  }
  EXPECT_TRUE(Soon([&] { return begun.load() == 4; }));
  // The last ones must have come so far that they wait for a thread.
  std::this_thread::sleep_for(milliseconds(300));
  const TcpClient late(port_, "127.0.0.7");
  EXPECT_TRUE(late.IsClosed(5'000));
  EXPECT_EQ(counters_.api_tls_connections_refused.load(), 1u);
  go.set_value();
  for (const auto& client : at_work) EXPECT_TRUE(Has(client->ReadAll(), " 200 "));
}

TEST_F(Remote, SaysBusyWhenTooManyRequestsWait) {
  options_.threads = 1;
  options_.max_waiting = 1;
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> begun{0};
  handle_ = [&](const api::Request&) {
    begun.fetch_add(1);
    gone.wait();
    return api::Response();
  };
  Begin();
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<TlsClient>(port_, Nobody()));
    clients.back()->Send(kGet + viewer_ + "\r\n");
    EXPECT_TRUE(Soon([&] { return begun.load() == 1; }));  // the first one is served, and no more waits
  }
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_requests_busy.load() == 2; }));
  go.set_value();
  int busy = 0;
  for (const auto& client : clients) busy += Has(client->ReadAll(), " 503 ") ? 1 : 0;
  EXPECT_EQ(busy, 2);
}

// A stream without end, with a part now and then.
api::Response Endless(std::atomic<int>& open) {
  auto counted = std::shared_ptr<std::atomic<int>>(&open, [](std::atomic<int>* counter) { counter->fetch_sub(1); });
  open.fetch_add(1);
  api::Response response;
  response.type = "text/event-stream";
  response.stream = [counted](std::string& out) {
    std::this_thread::sleep_for(milliseconds(20));
    out += "event: x\n\n";
    return true;
  };
  return response;
}

TEST_F(Remote, StreamsUntilTheClientGoes) {
  std::atomic<int> open{0};
  handle_ = [&](const api::Request&) { return Endless(open); };
  Begin();
  {
    const TlsClient client(port_, Nobody());
    client.Send(kGet + viewer_ + "\r\n");
    EXPECT_TRUE(Has(client.ReadUntil("event: x"), "Transfer-Encoding: chunked"));
  }
  EXPECT_TRUE(Soon([&] { return open.load() == 0; }));
}

TEST_F(Remote, StreamsUntilTheTokenIsRevoked) {
  std::atomic<int> open{0};
  handle_ = [&](const api::Request&) { return Endless(open); };
  Begin();
  const TlsClient client(port_, Nobody());
  client.Send(kGet + viewer_ + "\r\n");
  client.ReadUntil("event: x");
  ASSERT_TRUE(tokens_->Revoke("viewer").ok());
  EXPECT_TRUE(Has(client.ReadAll(), "0\r\n\r\n"));
  EXPECT_TRUE(Soon([&] { return open.load() == 0; }));
}

TEST_F(Remote, KeepsWithinBoundsWhatAStreamsReaderDoesNotTake) {
  options_.patience = milliseconds(500);
  options_.bytes_per_second = 1 << 30;
  std::atomic<uint64_t> made{0};
  handle_ = [&](const api::Request&) {
    api::Response response;
    response.stream = [&made](std::string& out) {
      out.assign(64 << 10, 'a');
      made.fetch_add(out.size());
      return true;
    };
    return response;
  };
  Begin();
  const TlsClient client(port_, Nobody());
  client.Send(kGet + viewer_ + "\r\n");
  EXPECT_TRUE(Soon([&] { return counters_.api_tls_deadlines_missed.load() == 1; }));
  server_.reset();
  // What the system's own buffers of both ends took, and ours.
  EXPECT_LT(made.load(), 32u << 20);
}

TEST_F(Remote, ServesRequestsWhileEveryStreamIsTaken) {
  options_.streams = 2;
  std::atomic<int> open{0};
  handle_ = [&](const api::Request& request) { return request.path == "/s" ? Endless(open) : api::Response(); };
  Begin();
  std::vector<std::unique_ptr<TlsClient>> streams;
  for (int i = 0; i < 2; ++i) {
    streams.push_back(std::make_unique<TlsClient>(port_, Nobody()));
    streams.back()->Send("GET /s HTTP/1.1\r\nHost: localhost\r\n" + viewer_ + "\r\n");
    streams.back()->ReadUntil("event: x");
  }
  EXPECT_TRUE(Has(Exchange(Nobody(), kGet + viewer_ + "\r\n"), " 200 "));
  streams.clear();
  EXPECT_TRUE(Soon([&] { return open.load() == 0; }));
}

TEST_F(Remote, EndsConnectionsOfThoseWhoAreTrustedNoMore) {
  Begin();
  const TlsClient trusted(port_, By("li"));
  trusted.Send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(Has(trusted.ReadUntil("analyst:"), "200 OK"));
  server_->TakeContext(Context("strangers"));
  EXPECT_TRUE(trusted.tcp().IsClosed(5'000));
  EXPECT_EQ(Exchange(By("li"), std::string(kGet) + "\r\n"), "");
  EXPECT_TRUE(Has(Exchange(By("forged"), std::string(kGet) + "\r\n"), "by li"));
}

TEST_F(Remote, KeepsConnectionsWhereOnlyItsOwnCertificateChanged) {
  Begin();
  const TlsClient before(port_, By("li"));
  before.Send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  before.ReadUntil("analyst:");
  pki_.Make("server", "ca", {"localhost", "IP:127.0.0.1"});
  server_->TakeContext(Context());
  before.Send("GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(Has(before.ReadUntil("analyst:"), "GET /b"));
  const TlsClient after(port_, By("li"));
  EXPECT_NE(X509_cmp(SSL_get0_peer_certificate(before.get()), SSL_get0_peer_certificate(after.get())), 0);
}

TEST_F(Remote, StopsWhileConnectionsAreOpen) {
  Begin();
  const TcpClient silent(port_);
  const TlsClient idle(port_, Nobody());
  idle.Send("GET /a HT");
  const auto begin = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, options_.patience);
}

TEST_F(Remote, SaysWhichAddressItCannotHave) {
  Begin();
  RemoteServerOptions options = options_;
  options.listen = {{"127.0.0.1", port_}};
  const auto other = RemoteServer::Start(options, Context(), *gate_, handle_, counters_);
  ASSERT_FALSE(other.ok());
  EXPECT_TRUE(Has(other.error().message(), std::to_string(port_)));
  options.listen = {{"127.0.0.1", 0}};
  options.connections = 100'000'000;
  EXPECT_FALSE(RemoteServer::Start(options, Context(), *gate_, handle_, counters_).ok());
}

}  // namespace
}  // namespace sluice::remote
