// A raw connection over TLS, for the tests: what is sent is exactly what is written here.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace sluice::remote::testing {

// A connection over TCP, in clear.
class TcpClient {
 public:
  explicit TcpClient(uint16_t port, const char* from = "127.0.0.1") : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, from, &address.sin_addr);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons(port);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~TcpClient() { close(socket_); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  bool connected() const { return connected_; }
  int socket() const { return socket_; }
  bool Send(const std::string& text) const { return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()); }
  // The other side has closed, or does within that time.
  bool IsClosed(int milliseconds) const {
    pollfd one{socket_, POLLIN, 0};
    char byte = 0;
    return poll(&one, 1, milliseconds) > 0 && recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
  }

 private:
  const int socket_;
  bool connected_ = false;
};

class TlsClient {
 public:
  struct Options {
    std::string authority;         // path; empty: whoever it is
    std::string certificate, key;  // paths; empty: none
    int max_version = 0;
    const char* from = "127.0.0.1";
  };
  TlsClient(uint16_t port, const Options& options) : tcp_(port, options.from), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, options.max_version != 0 ? 0 : 2);
    if (options.max_version != 0) SSL_CTX_set_max_proto_version(context_, options.max_version);
    if (!options.authority.empty()) {
      SSL_CTX_load_verify_file(context_, options.authority.c_str());
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    }
    if (!options.certificate.empty()) {
      SSL_CTX_use_certificate_chain_file(context_, options.certificate.c_str());
      SSL_CTX_use_PrivateKey_file(context_, options.key.c_str(), SSL_FILETYPE_PEM);
    }
    tls_ = SSL_new(context_);
    SSL_set_fd(tls_, tcp_.socket());
    timeval patience{10, 0};
    setsockopt(tcp_.socket(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    shaken_ = tcp_.connected() && SSL_connect(tls_) == 1;
    ERR_clear_error();
  }
  ~TlsClient() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool shaken() const { return shaken_; }
  const TcpClient& tcp() const { return tcp_; }
  SSL* get() const { return tls_; }
  bool Send(const std::string& text) const {
    size_t sent = 0;
    const bool all = SSL_write_ex(tls_, text.data(), text.size(), &sent) == 1 && sent == text.size();
    ERR_clear_error();
    return all;
  }
  // What has come when `end` is in it, or the server closed.
  std::string ReadUntil(const std::string& end) const {
    std::string all;
    char buffer[4096];
    size_t got = 0;
    while (all.find(end) == std::string::npos && SSL_read_ex(tls_, buffer, sizeof buffer, &got) == 1) all.append(buffer, got);
    ERR_clear_error();
    return all;
  }
  std::string ReadAll() const { return ReadUntil(std::string(40, '\0')); }
  std::string Exchange(const std::string& text) const {
    Send(text);
    return ReadAll();
  }

 private:
  TcpClient tcp_;
  SSL_CTX* context_;
  SSL* tls_ = nullptr;
  bool shaken_ = false;
};

}  // namespace sluice::remote::testing
