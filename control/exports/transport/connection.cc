#include "control/exports/transport/connection.h"

#include <linux/sockios.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

constexpr std::chrono::milliseconds kLook{10};

Error TlsError(const std::string& what) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return Error(ErrorCode::kIo, what + ": " + text);
}

// A socket connected within kPatience, whose sends and receives then wait no longer than that.
Result<int> Connect(const addrinfo& address, const std::string& name) {
  const int socket = ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol);
  if (socket < 0) return Error::FromErrno(errno, name);
  timeval patience{};
  patience.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(kPatience).count();
  // socket(7): SO_SNDTIMEO holds for connect as well.
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(socket, address.ai_addr, address.ai_addrlen) == 0) return socket;
  const int error = errno;
  close(socket);
  return Error::FromErrno(error == EINPROGRESS ? ETIMEDOUT : error, name);
}

Result<int> ConnectToAny(const HostPort& to) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string name = to.host + ":" + to.port;
  if (const int code = getaddrinfo(to.host.c_str(), to.port.c_str(), &hints, &found); code != 0) {
    return Error(ErrorCode::kNotFound, name + ": " + gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, freeaddrinfo);
  Result<int> socket = Error(ErrorCode::kNotFound, name + ": no address");
  for (const addrinfo* address = found; address != nullptr && !socket; address = address->ai_next) socket = Connect(*address, name);
  return socket;
}

// OpenSSL writes with write(2): a receiver that is gone would otherwise end the process.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before_);
  }
  ~WithoutPipeSignal() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    const timespec now{};
    while (sigtimedwait(&pipe, nullptr, &now) > 0) {}
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Result<HostPort> ParseHostPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return Error(ErrorCode::kInvalidArgument, "'" + address + "' is not HOST:PORT");
  }
  HostPort out{address.substr(0, colon), address.substr(colon + 1)};
  const bool bracketed = out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']';
  if (bracketed) out.host = out.host.substr(1, out.host.size() - 2);
  if (!bracketed && out.host.find(':') != std::string::npos) {
    return Error(ErrorCode::kInvalidArgument, "'" + address + "' is not HOST:PORT; an IPv6 address stands in brackets");
  }
  return out;
}

Result<std::unique_ptr<TlsContext>> TlsContext::Make(const TlsFiles& files) {
  std::unique_ptr<TlsContext> out(new TlsContext());
  out->context_ = SSL_CTX_new(TLS_client_method());
  if (out->context_ == nullptr) return TlsError("TLS");
  SSL_CTX_set_min_proto_version(out->context_, TLS1_2_VERSION);
  SSL_CTX_set_verify(out->context_, SSL_VERIFY_PEER, nullptr);
  const bool trusts = files.authority.empty() ? SSL_CTX_set_default_verify_paths(out->context_) == 1
                                              : SSL_CTX_load_verify_locations(out->context_, files.authority.c_str(), nullptr) == 1;
  if (!trusts) return TlsError("certificates of authorities in " + files.authority);
  if (files.certificate.empty()) return out;
  if (SSL_CTX_use_certificate_chain_file(out->context_, files.certificate.c_str()) != 1) return TlsError("certificate " + files.certificate);
  if (SSL_CTX_use_PrivateKey_file(out->context_, files.key.c_str(), SSL_FILETYPE_PEM) != 1) return TlsError("key " + files.key);
  if (SSL_CTX_check_private_key(out->context_) != 1) return TlsError("key " + files.key + " of certificate " + files.certificate);
  return out;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::unique_ptr<Connection>> Connection::Open(const HostPort& to, const TlsContext* tls) {
  const Result<int> socket = ConnectToAny(to);
  if (!socket) return socket.error();
  std::unique_ptr<Connection> connection(new Connection(*socket));
  if (tls != nullptr) {
    if (Status status = connection->Handshake(to.host, *tls); !status) return status.error().WithContext(to.host + ":" + to.port);
  }
  return connection;
}

Status Connection::Handshake(const std::string& host, const TlsContext& tls) {
  const WithoutPipeSignal quiet;
  tls_ = SSL_new(tls.get());
  if (tls_ == nullptr || SSL_set_fd(tls_, socket_) != 1) return TlsError("TLS");
  // RFC 5425, 5.2: the name or the address that was configured is that of the certificate.
  X509_VERIFY_PARAM* const verify = SSL_get0_param(tls_);
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) != 1) {
    ERR_clear_error();
    // SSL_set_tlsext_host_name, without the cast of that macro.
    SSL_ctrl(tls_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    if (SSL_set1_host(tls_, host.c_str()) != 1) return TlsError("TLS");
  }
  if (SSL_connect(tls_) == 1) return {};
  if (const long verdict = SSL_get_verify_result(tls_); verdict != X509_V_OK) {
    return Error(ErrorCode::kPermissionDenied, std::string("the receiver's certificate is not trusted: ") + X509_verify_cert_error_string(verdict));
  }
  return TlsError("TLS handshake");
}

Connection::~Connection() {
  if (tls_ != nullptr) {
    const WithoutPipeSignal quiet;
    SSL_shutdown(tls_);
    SSL_free(tls_);
    ERR_clear_error();
  }
  close(socket_);
}

Status Connection::Send(std::string_view bytes) {
  if (Status open = StillOpen(); !open) return open;
  const WithoutPipeSignal quiet;
  while (!bytes.empty()) {
    if (tls_ != nullptr) {
      size_t sent = 0;
      if (SSL_write_ex(tls_, bytes.data(), bytes.size(), &sent) != 1) return TlsError("sending by TLS");
      bytes.remove_prefix(sent);
      continue;
    }
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return Error::FromErrno(errno == EAGAIN ? ETIMEDOUT : errno, "sending");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return {};
}

Status Connection::StillOpen() {
  pollfd look{socket_, POLLIN | POLLRDHUP, 0};
  if (poll(&look, 1, 0) <= 0) return {};
  const Error closed(ErrorCode::kIo, "the receiver has closed the connection");
  if ((look.revents & (POLLHUP | POLLERR | POLLRDHUP)) != 0) return closed;
  // TLS speaks of itself after the handshake (RFC 8446, 4.6); what it says is read, so that a close behind it is seen. A receiver of
  // syslog says nothing else.
  char ignored[1024];
  if (tls_ == nullptr) return recv(socket_, ignored, sizeof ignored, MSG_DONTWAIT) == 0 ? Status(closed) : Status();
  const WithoutPipeSignal quiet;
  SSL_clear_mode(tls_, SSL_MODE_AUTO_RETRY);
  const int count = SSL_read(tls_, ignored, sizeof ignored);
  if (count > 0 || SSL_get_error(tls_, count) == SSL_ERROR_WANT_READ) return {};
  ERR_clear_error();
  return closed;
}

Status Connection::Settle(std::chrono::milliseconds settle) {
  const auto begin = std::chrono::steady_clock::now();
  // tcp(7): bytes in the send queue that the other side has not acknowledged.
  for (int unacknowledged = 1; unacknowledged > 0;) {
    if (ioctl(socket_, SIOCOUTQ, &unacknowledged) != 0) return Error::FromErrno(errno, "asking what is acknowledged");
    if (Status open = StillOpen(); !open) return open;
    if (unacknowledged == 0) break;
    if (std::chrono::steady_clock::now() - begin > kPatience) return Error(ErrorCode::kIo, "the receiver acknowledges nothing");
    std::this_thread::sleep_for(kLook);
  }
  for (const auto end = std::chrono::steady_clock::now() + settle; std::chrono::steady_clock::now() < end;) {
    std::this_thread::sleep_for(kLook);
    if (Status open = StillOpen(); !open) return open;
  }
  return {};
}

}  // namespace sluice::exports
