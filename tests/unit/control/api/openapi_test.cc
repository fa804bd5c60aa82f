// docs/openapi.json against the running server: every operation of the document is called, every answer is of the kind and the
// shape that it says, and neither knows a route that the other does not.
#include <algorithm>
#include <set>

#include "control/api/local_server.h"
#include "tests/unit/control/api/contract.h"
#include "tests/unit/control/api/local_socket.h"

namespace sluice::api {
namespace {

using testing::Answer;
using testing::AnswerFrom;
using testing::Call;
using testing::Calls;
using testing::Document;
using testing::Faults;
using testing::Json;
using testing::Laboratory;
using testing::TextOf;
using testing::LocalSocket;

// The stream has no end; its operation is checked by its first event.
constexpr char kStream[] = "/v1/stream";

Answer Ask(const std::string& socket_path, const Call& call) {
  const LocalSocket socket(socket_path);
  socket.Send(TextOf(call, ""));
  return AnswerFrom(socket.ReadAll());
}

class OpenApi : public ::testing::Test {
 protected:
  OpenApi() {
    LocalServerOptions options;
    options.path = lab_.File("api.sock");
    testing::Furnish(lab_);
    server_ = LocalServer::Start(options, [this](const Request& request) { return lab_.api->Handle(request); }).value();
  }
  const Json document_ = Document();
  Laboratory lab_;
  std::unique_ptr<LocalServer> server_;
};

TEST_F(OpenApi, DescribesEveryAnswerOfTheServer) {
  for (const Call& call : Calls()) {
    for (const std::string& fault : Faults(document_, call, Ask(lab_.File("api.sock"), call))) ADD_FAILURE() << call.method << " " << call.path << ": " << fault;
  }
}

TEST_F(OpenApi, KnowsTheSameRoutesAsTheServer) {
  std::set<std::string> documented, called{std::string("get ") + kStream};
  for (const auto& [path, operations] : document_["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) documented.insert(method + " " + path);
  }
  for (const Call& call : Calls()) called.insert(call.method + " " + call.pattern);
  std::set<std::string> served;
  for (std::string route : Api::Routes()) {
    const auto space = route.begin() + static_cast<std::ptrdiff_t>(route.find(' '));
    std::transform(route.begin(), space, route.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    served.insert(route);
  }
  EXPECT_EQ(documented, served);
  EXPECT_EQ(documented, called) << "an operation is not tried";
}

TEST_F(OpenApi, ShowsFindingsAsTheRecordsDo) {
  const Answer answer = Ask(lab_.File("api.sock"), {"get", "/v1/incidents/1", "", "", 200});
  const auto schema = sluice::testing::JsonSchema::FromFile(places::SourceFolder() + "/docs/schema/finding.schema.json");
  EXPECT_EQ(schema.Violations(Json::parse(answer.body)["sample"]), std::vector<std::string>());
}

TEST_F(OpenApi, SendsNothingThatSteersATerminal) {
  const Answer answer = Ask(lab_.File("api.sock"), {"get", "/v1/incidents", "", "", 200});
  EXPECT_NE(answer.body.find("\\u001b[2J"), std::string::npos);
  EXPECT_EQ(answer.body.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sluice::api
