#include "control/cli/api_client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "control/cli/http_client.h"

namespace sluice::cli {
namespace {

class LocalHttpClient final : public HttpClient {
 public:
  explicit LocalHttpClient(const std::string& path) : HttpClient("localhost", 80), path_(path) {
    set_read_timeout(kTimeoutSeconds);
    set_default_headers({{"Host", "localhost"}});
  }

  Error Unreachable(httplib::Error error) const override {
    if (connect_error_ != 0) {
      return Error::FromErrno(connect_error_, "sluiced cannot be reached at " + path_ + " (is it running, with `control:` in its configuration?)");
    }
    return Error(ErrorCode::kIo, "sluiced at " + path_ + " gave no answer: " + httplib::to_string(error));
  }

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    error = httplib::Error::Connection;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) {
      connect_error_ = ENAMETOOLONG;
      return false;
    }
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    socket.sock = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket.sock >= 0 && connect(socket.sock, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      error = httplib::Error::Success;
      return true;
    }
    connect_error_ = errno;
    if (socket.sock >= 0) close(socket.sock);
    socket.sock = INVALID_SOCKET;
    return false;
  }

  const std::string path_;
  int connect_error_ = 0;
};

Result<std::unique_ptr<HttpClient>> MakeClient(const Endpoint& endpoint) {
  if (!endpoint.server.empty()) return MakeRemoteClient(endpoint);
  return std::unique_ptr<HttpClient>(std::make_unique<LocalHttpClient>(endpoint.socket));
}

// What the server refused, and what can be done about it from here.
Error Refusal(int status, std::string detail, const Endpoint& endpoint) {
  if (detail.empty()) detail = "sluiced answered " + std::to_string(status);
  if (status == 401 && endpoint.token_file.empty()) detail += " (a token is shown with --token-file FILE)";
  return Error(status == 401 || status == 403 ? ErrorCode::kPermissionDenied : ErrorCode::kInvalidArgument, detail);
}

std::string DetailOf(const std::string& body) {
  const nlohmann::json problem = nlohmann::json::parse(body, nullptr, false);
  return problem.is_object() ? problem.value("detail", "") : std::string();
}

std::string Escape(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    // RFC 3986, 2.3.
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += std::string("%") + kHex[byte >> 4] + kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

Result<std::string> ApiClient::Send(const std::string& method, const std::string& path, const std::string& body, const std::string& type) const {
  const Result<std::unique_ptr<HttpClient>> client = MakeClient(endpoint_);
  if (!client) return client.error();
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  if (!body.empty()) request.headers.emplace("Content-Type", type);
  httplib::Result result = (*client)->send(request);
  if (!result) return (*client)->Unreachable(result.error());
  if (result->status < 300) return std::move(result->body);
  return Refusal(result->status, DetailOf(result->body), endpoint_);
}

Status ApiClient::Stream(const std::string& path, const std::function<bool(std::string_view)>& take) const {
  const Result<std::unique_ptr<HttpClient>> client = MakeClient(endpoint_);
  if (!client) return client.error();
  httplib::Request request;
  request.method = "GET";
  request.path = path;
  int status = 0;
  bool stopped = false;
  std::string refusal;
  request.response_handler = [&](const httplib::Response& response) {
    status = response.status;
    return true;
  };
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    if (status != 200) {
      refusal.append(data, size);
      return true;
    }
    stopped = !take(std::string_view(data, size));
    return !stopped;
  };
  httplib::Result result = (*client)->send(request);
  if (stopped) return {};
  if (!result) return (*client)->Unreachable(result.error());
  if (status == 200) return {};
  return Refusal(status, DetailOf(refusal), endpoint_);
}

std::string Query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) text += (text.empty() ? "?" : "&") + name + "=" + Escape(value);
  }
  return text;
}

std::string Segment(std::string_view text) { return Escape(text); }

}  // namespace sluice::cli
