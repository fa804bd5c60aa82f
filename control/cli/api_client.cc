#include "control/cli/api_client.h"

#include <httplib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <nlohmann/json.hpp>

namespace sluice::cli {
namespace {

// A policy of many rules takes a while to compile and try, out of the way of packets.
constexpr time_t kTimeoutSeconds = 600;

class LocalHttpClient final : public httplib::ClientImpl {
 public:
  explicit LocalHttpClient(const std::string& path) : httplib::ClientImpl("localhost", 80), path_(path) {
    set_read_timeout(kTimeoutSeconds);
    set_default_headers({{"Host", "localhost"}});
  }

  int connect_error() const { return connect_error_; }

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

Error Unreachable(const std::string& socket, const LocalHttpClient& client, httplib::Error error) {
  if (client.connect_error() != 0) {
    return Error::FromErrno(client.connect_error(), "sluiced cannot be reached at " + socket + " (is it running, with `control:` in its configuration?)");
  }
  return Error(ErrorCode::kIo, "sluiced at " + socket + " gave no answer: " + httplib::to_string(error));
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
  LocalHttpClient client(socket_);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  if (!body.empty()) request.headers.emplace("Content-Type", type);
  httplib::Result result = client.send(request);
  if (!result) return Unreachable(socket_, client, result.error());
  if (result->status < 300) return std::move(result->body);
  const std::string detail = DetailOf(result->body);
  return Error(ErrorCode::kInvalidArgument, detail.empty() ? "sluiced answered " + std::to_string(result->status) : detail);
}

Status ApiClient::Stream(const std::string& path, const std::function<bool(std::string_view)>& take) const {
  LocalHttpClient client(socket_);
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
  httplib::Result result = client.send(request);
  if (stopped) return {};
  if (!result) return Unreachable(socket_, client, result.error());
  if (status == 200) return {};
  return Error(ErrorCode::kInvalidArgument, DetailOf(refusal));
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
