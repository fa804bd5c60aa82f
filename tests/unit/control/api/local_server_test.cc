// HTTP over the Unix socket: requests as clients send them, and as nobody should.
#include "control/api/local_server.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/control/api/local_socket.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::api {
namespace {

using testing::LocalSocket;

class Server : public ::testing::Test {
 protected:
  void Begin() {
    options_.path = folder_.File("api.sock");
    options_.idle = std::chrono::milliseconds(200);
    auto started = LocalServer::Start(options_, [this](const Request& request) { return handle_(request); });
    ASSERT_TRUE(started.ok()) << started.error().message();
    server_ = std::move(*started);
  }
  std::string Exchange(const std::string& text) const {
    const LocalSocket socket(options_.path);
    EXPECT_TRUE(socket.connected());
    socket.Send(text);
    return socket.ReadAll();
  }

  incident::testing::Folder folder_{"local_server"};
  LocalServerOptions options_;
  std::function<Response(const Request&)> handle_ = [](const Request& request) {
    Response response;
    response.body = request.method + " " + request.path + " by " + request.caller.name + ":" + request.body;
    for (const auto& [name, value] : request.query) response.body += " " + name + "=" + value;
    return response;
  };
  std::unique_ptr<LocalServer> server_;
};

TEST_F(Server, HandsOnMethodPathQueryBodyAndWhoAsks) {
  Begin();
  const std::string answer =
      Exchange("PATCH /v1/a%20b?x=1&y=%E5%AF%86 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_NE(answer.find("HTTP/1.1 200"), std::string::npos) << answer;
  EXPECT_NE(answer.find("PATCH /v1/a b by "), std::string::npos) << answer;
  EXPECT_NE(answer.find(":{} x=1 y=密"), std::string::npos) << answer;
}

TEST_F(Server, ServesSeveralRequestsOfAConnection) {
  Begin();
  const std::string one = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string answer = Exchange(one + "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("GET /a"), std::string::npos) << answer;
}

TEST_F(Server, RefusesABodyThatIsTooLarge) {
  options_.max_body_bytes = options_.max_policy_bytes = 1000;
  Begin();
  const std::string answer =
      Exchange("POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'a'));
  EXPECT_NE(answer.find("413"), std::string::npos) << answer;
}

TEST_F(Server, OutlivesWhateverIsNoHttp) {
  Begin();
  for (const std::string& text : {std::string("\r\n\r\n"), std::string(100000, 'x'), "GET " + std::string(9000, '/') + " HTTP/1.1\r\n\r\n",
                                  std::string("GET / HTTP/1.1\r\nContent-Length: -1\r\nHost: x\r\nConnection: close\r\n\r\n"), std::string("\0\0\0\n", 4),
                                  std::string("FROB /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")}) {
    Exchange(text);
  }
  EXPECT_NE(Exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").find("200"), std::string::npos);
}

TEST_F(Server, EndsAConnectionThatTakesTooLongOrSendsTooManyHeaders) {
  options_.patience = std::chrono::milliseconds(200);
  options_.max_body_bytes = 1000;
  Begin();
  const LocalSocket slow(options_.path);
  slow.Send("GET /a HTTP/1.1\r\nHost");
  EXPECT_EQ(slow.ReadAll().find("(still open)"), std::string::npos);
  std::string headers = "GET /a HTTP/1.1\r\n";
  for (int i = 0; i < 20000; ++i) headers += "H" + std::to_string(i) + ": x\r\n";
  EXPECT_EQ(Exchange(headers).find("200"), std::string::npos);
}

TEST_F(Server, AnswersBusyWhenTooManyWait) {
  options_.threads = 1;
  options_.max_waiting = 2;
  Begin();
  std::vector<std::unique_ptr<LocalSocket>> held;
  for (int i = 0; i < 300 && options_.refused->load() == 0; ++i) {
    held.push_back(std::make_unique<LocalSocket>(options_.path));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GT(options_.refused->load(), 0u);
  EXPECT_NE(held.back()->ReadAll().find("503"), std::string::npos);
}

TEST_F(Server, StreamsUntilTheSourceEnds) {
  int left = 3;
  handle_ = [&left](const Request&) {
    Response response;
    response.type = "text/event-stream";
    response.stream = [&left](std::string& out) {
      out = "part" + std::to_string(left) + "\n";
      return left-- > 0;
    };
    return response;
  };
  Begin();
  const std::string answer = Exchange("GET /s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  for (const char* part : {"part3", "part2", "part1"}) EXPECT_NE(answer.find(part), std::string::npos) << answer;
}

TEST_F(Server, LetsOnlyRootNearItsSocketUnlessThereAreUsers) {
  using std::filesystem::perms;
  Begin();
  EXPECT_EQ(std::filesystem::status(options_.path).permissions() & (perms::group_all | perms::others_all), perms::none);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(options_.path));
  options_.users = {{"nobody", Role::kViewer}};
  Begin();
  EXPECT_NE(std::filesystem::status(options_.path).permissions() & perms::others_write, perms::none);
}

TEST_F(Server, StopsWhileConnectionsAreOpen) {
  Begin();
  const LocalSocket idle(options_.path);
  idle.Send("GET /a HTTP/1.1\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto begin = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, options_.patience);
}

}  // namespace
}  // namespace sluice::api
