// webhook: a POST for each batch, a record a line; an answer of 200 to 299 means that the receiver has them.
#include <httplib.h>

#include <fstream>

#include "control/exports/format/format.h"
#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

// Of an answer that nobody reads: what a receiver may make us hold.
constexpr size_t kMostAnswer = 65536;

struct Url {
  std::string origin, path;  // "https://host:port", "/a/b?c"
};

Result<Url> ParseUrl(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos || (url.substr(0, scheme) != "http" && url.substr(0, scheme) != "https")) {
    return Error(ErrorCode::kInvalidArgument, "'" + url + "' is not a URL that begins with http:// or https://");
  }
  const size_t slash = url.find('/', scheme + 3);
  return Url{url.substr(0, slash), slash == std::string::npos ? "/" : url.substr(slash)};
}

class Webhook final : public Transport {
 public:
  Webhook(const Url& url, const config::ExportOptions& options, std::string token)
      : path_(url.path), origin_(url.origin), type_(FindFormat(options.format)->media_type), token_(std::move(token)),
        client_(options.certificate.empty() ? httplib::Client(url.origin) : httplib::Client(url.origin, options.certificate, options.key)) {
    client_.set_connection_timeout(kPatience);
    client_.set_read_timeout(kPatience);
    client_.set_write_timeout(kPatience);
    client_.set_keep_alive(true);
    if (!options.ca_file.empty()) client_.set_ca_cert_path(options.ca_file);
    client_.enable_server_certificate_verification(true);
  }

  Status Deliver(std::span<const Message> messages) override {
    httplib::Request request;
    request.method = "POST";
    request.path = path_;
    request.set_header("Content-Type", type_);
    request.set_header("X-Sluice-Records", std::to_string(messages.size()));
    request.set_header("X-Sluice-First", messages.front().id);
    request.set_header("X-Sluice-Last", messages.back().id);
    if (!token_.empty()) request.set_header("Authorization", "Bearer " + token_);
    for (const Message& message : messages) request.body += message.text + "\n";
    size_t answered = 0;
    request.content_receiver = [&answered](const char*, size_t size, uint64_t, uint64_t) {
      answered += size;
      return answered <= kMostAnswer;
    };
    const httplib::Result answer = client_.send(request);
    if (!answer) return Error(ErrorCode::kIo, origin_ + ": " + httplib::to_string(answer.error()));
    if (answer->status >= 200 && answer->status < 300) return {};
    return Error(ErrorCode::kIo, origin_ + " answered " + std::to_string(answer->status));
  }

 private:
  const std::string path_, origin_, type_, token_;
  httplib::Client client_;
};

}  // namespace

Result<std::unique_ptr<Transport>> MakeWebhook(const config::ExportOptions& options) {
  const Result<Url> url = ParseUrl(options.address);
  if (!url) return url.error();
  std::string token;
  if (!options.token_file.empty()) {
    std::ifstream in(options.token_file);
    if (!std::getline(in, token) || token.empty()) return Error(ErrorCode::kNotFound, "no token on the first line of " + options.token_file);
  }
  return std::unique_ptr<Transport>(std::make_unique<Webhook>(*url, options, std::move(token)));
}

}  // namespace sluice::exports
