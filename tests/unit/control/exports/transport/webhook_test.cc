// Against a server of this process.
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "control/exports/transport/transport.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::exports {
namespace {

const Message kMessages[] = {{"a-1", "{\"n\":1}", 0, "", "finding"}, {"a-2", "{\"n\":2}", 0, "", "finding"}};

class Server {
 public:
  explicit Server(int answer) {
    server_.Post("/in", [this, answer](const httplib::Request& request, httplib::Response& response) {
      last = request;
      response.status = answer;
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~Server() {
    server_.stop();
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/in"; }
  httplib::Request last;

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

std::unique_ptr<Transport> To(const std::string& url, const std::string& token_file = "") {
  config::ExportOptions options;
  options.format = "jsonl";
  options.address = url;
  options.token_file = token_file;
  auto transport = MakeWebhook(options);
  EXPECT_TRUE(transport.ok());
  return std::move(*transport);
}

TEST(Webhook, PostsARecordALineWithItsToken) {
  const incident::testing::Folder folder("webhook");
  std::ofstream(folder.File("token")) << "s3cret\n";
  Server server(204);
  ASSERT_TRUE(To(server.url(), folder.File("token"))->Deliver(kMessages));
  EXPECT_EQ(server.last.body, "{\"n\":1}\n{\"n\":2}\n");
  EXPECT_EQ(server.last.get_header_value("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(server.last.get_header_value("Authorization"), "Bearer s3cret");
  EXPECT_EQ(server.last.get_header_value("X-Sluice-First"), "a-1");
  EXPECT_EQ(server.last.get_header_value("X-Sluice-Last"), "a-2");
}

TEST(Webhook, TakesOnlySuccessForSuccess) {
  for (const int answer : {301, 400, 401, 429, 500, 503}) {
    Server server(answer);
    const Status status = To(server.url())->Deliver(kMessages);
    ASSERT_FALSE(status) << answer;
    EXPECT_NE(status.error().message().find(std::to_string(answer)), std::string::npos);
  }
}

TEST(Webhook, RefusesWhatIsNoUrl) {
  config::ExportOptions options;
  options.format = "jsonl";
  options.address = "siem.example/in";
  EXPECT_FALSE(MakeWebhook(options).ok());
}

}  // namespace
}  // namespace sluice::exports
