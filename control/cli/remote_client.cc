// sluicectl over TLS: the connection, and why there is none, in one line that says what to do.
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>

#include "control/cli/http_client.h"

namespace sluice::cli {
namespace {

constexpr int kConnectMilliseconds = 10'000;
constexpr int kAnswerMilliseconds = static_cast<int>(kTimeoutSeconds) * 1000;

// OpenSSL writes with write(2): a server that is gone would otherwise end the process without a word.
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

struct Server {
  std::string host, port = "443";

  std::string name() const { return host + " port " + port; }
  // As a Host field has it.
  std::string authority() const { return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port; }
};

Result<Server> ParseServer(const std::string& url) {
  const Error wrong(ErrorCode::kInvalidArgument, "--server " + url + " is not https://HOST:PORT");
  constexpr std::string_view kScheme = "https://";
  if (url.compare(0, kScheme.size(), kScheme) != 0) return wrong;
  std::string rest = url.substr(kScheme.size());
  if (!rest.empty() && rest.back() == '/') rest.pop_back();
  if (rest.empty() || rest.find_first_of("/?#@") != std::string::npos) return wrong;
  Server server;
  const size_t bracket = rest.front() == '[' ? rest.find(']') : std::string::npos;
  if (rest.front() == '[' && bracket == std::string::npos) return wrong;
  const size_t colon = bracket == std::string::npos ? rest.find(':') : rest.find(':', bracket);
  server.host = bracket == std::string::npos ? rest.substr(0, colon) : rest.substr(1, bracket - 1);
  if (colon != std::string::npos) server.port = rest.substr(colon + 1);
  const bool digits = !server.port.empty() && server.port.size() <= 5 && server.port.find_first_not_of("0123456789") == std::string::npos;
  if (server.host.empty() || !digits) return wrong;
  return server;
}

Result<std::string> ReadToken(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error::FromErrno(errno, "--token-file " + path);
  struct stat status {};
  const bool known = fstat(file, &status) == 0;
  close(file);
  if (known && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0) {
    return Error(ErrorCode::kPermissionDenied, "--token-file " + path + " can be used by others: chmod 0600 " + path);
  }
  std::ifstream in(path);
  std::string token;
  std::getline(in, token);
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  const bool plain = std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (token.empty() || !plain) return Error(ErrorCode::kInvalidArgument, "--token-file " + path + " has no token on its first line");
  return token;
}

bool WaitFor(int socket, short what, int milliseconds) {
  pollfd one{socket, what, 0};
  int ready = -1;
  do {
    ready = poll(&one, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

// A connected socket that does not block.
Result<int> ConnectTo(const addrinfo& address, const std::string& name) {
  const int socket = ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
  if (socket < 0) return Error::FromErrno(errno, name);
  int error = connect(socket, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    socklen_t size = sizeof error;
    if (!WaitFor(socket, POLLOUT, kConnectMilliseconds)) error = ETIMEDOUT;
    else if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  }
  if (error == 0) return socket;
  close(socket);
  return Error::FromErrno(error, name);
}

Result<int> Connect(const Server& server) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(server.host.c_str(), server.port.c_str(), &hints, &found); code != 0) {
    return Error(ErrorCode::kNotFound, "--server: " + server.host + " cannot be found: " + gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, freeaddrinfo);
  Result<int> socket = Error(ErrorCode::kNotFound, server.name() + ": no address");
  for (const addrinfo* address = found; address != nullptr && !socket; address = address->ai_next) socket = ConnectTo(*address, server.name());
  if (socket) return socket;
  return Error(ErrorCode::kIo, socket.error().message() + " (does sluiced run there with `api: listen:` at this port, and is it let through on the way?)");
}

std::string NamesOf(const X509* certificate) {
  std::string names;
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type == GEN_DNS) {
      names += (names.empty() ? "" : ", ") + std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)), static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      const unsigned char* bytes = ASN1_STRING_get0_data(name->d.iPAddress);
      if (ASN1_STRING_length(name->d.iPAddress) == 4) {
        names += names.empty() ? "" : ", ";
        for (int j = 0; j < 4; ++j) names += (j > 0 ? "." : "") + std::to_string(bytes[j]);
      }
    }
  }
  GENERAL_NAMES_free(all);
  return names.empty() ? "no name at all" : names;
}

// Why the server's certificate was not taken.
Error Distrust(const Server& server, const Endpoint& endpoint, long verdict, const std::string& names) {
  const std::string whose = "the certificate of " + server.name() + " ";
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Error(ErrorCode::kPermissionDenied, whose + "has expired: renew it on the appliance and reload sluiced (or set the clock of this machine)");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Error(ErrorCode::kPermissionDenied, whose + "is not valid yet: is the clock of this machine right?");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Error(ErrorCode::kPermissionDenied, whose + "is for " + names + " and not for " + server.host + ": use a name of it with --server");
    default: break;
  }
  const std::string where = endpoint.authority.empty() ? "name the file of its authority with --ca" : "is " + endpoint.authority + " (--ca) the authority that made it?";
  return Error(ErrorCode::kPermissionDenied, whose + "is not trusted: " + X509_verify_cert_error_string(verdict) + "; " + where);
}

// What the server said of our certificate, or of TLS as such (RFC 8446, 6.2).
std::string ReasonOf(unsigned long code, const Endpoint& endpoint) {
  const std::string ours = endpoint.certificate.empty() ? "a client certificate" : "the client certificate " + endpoint.certificate;
  switch (ERR_GET_REASON(code)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return endpoint.certificate.empty() ? "it wants a client certificate: --cert FILE --key FILE" : "it does not take " + ours;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA: return "it does not trust the authority of " + ours + " (`api: client_ca` of the appliance)";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED: return ours + " has expired: have it renewed";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED: return ours + " was revoked: have another made";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR: return "it does not take " + ours + " as one of a client";
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return "it speaks no version of TLS that this program speaks (1.2 or later)";
    case SSL_R_WRONG_VERSION_NUMBER: return "there is no TLS at that port";
    case SSL_R_UNEXPECTED_EOF_WHILE_READING: code = 0; break;
    default: break;
  }
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "it closed the connection (it may serve too many already; `sluicectl status` at the appliance counts them)";
}

class TlsStream final : public httplib::Stream {
 public:
  TlsStream(SSL* tls, int socket, unsigned long& fault) : tls_(tls), socket_(socket), fault_(fault) {}

  bool is_readable() const override { return SSL_pending(tls_) > 0 || WaitFor(socket_, POLLIN, kAnswerMilliseconds); }
  bool is_writable() const override { return WaitFor(socket_, POLLOUT, kAnswerMilliseconds); }
  ssize_t read(char* into, size_t size) override {
    return Repeat([&](size_t& done) { return SSL_read_ex(tls_, into, size, &done); });
  }
  ssize_t write(const char* from, size_t size) override {
    return Repeat([&](size_t& done) { return SSL_write_ex(tls_, from, size, &done); });
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip.clear(), port = 0; }
  socket_t socket() const override { return socket_; }

 private:
  template <typename Try>
  ssize_t Repeat(Try&& once) {
    const WithoutPipeSignal quiet;
    while (true) {
      size_t done = 0;
      ERR_clear_error();
      const int result = once(done);
      if (result == 1) return static_cast<ssize_t>(done);
      const int error = SSL_get_error(tls_, result);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      const short what = error == SSL_ERROR_WANT_READ ? POLLIN : error == SSL_ERROR_WANT_WRITE ? POLLOUT : 0;
      if (what != 0 && WaitFor(socket_, what, kAnswerMilliseconds)) continue;
      if (const unsigned long code = ERR_peek_last_error(); code != 0) fault_ = code;
      ERR_clear_error();
      return -1;
    }
  }

  SSL* const tls_;
  const int socket_;
  unsigned long& fault_;
};

class RemoteHttpClient final : public HttpClient {
 public:
  RemoteHttpClient(Server server, Endpoint endpoint, SSL_CTX* context, const std::string& token)
      : HttpClient(server.host, std::stoi(server.port)), server_(std::move(server)), endpoint_(std::move(endpoint)), context_(context) {
    set_read_timeout(kTimeoutSeconds);
    httplib::Headers headers{{"Host", server_.authority()}};
    if (!token.empty()) headers.emplace("Authorization", "Bearer " + token);
    set_default_headers(headers);
  }
  ~RemoteHttpClient() override {
    EndTls();
    SSL_CTX_free(context_);
  }
  RemoteHttpClient(const RemoteHttpClient&) = delete;
  RemoteHttpClient& operator=(const RemoteHttpClient&) = delete;

  Error Unreachable(httplib::Error error) const override {
    if (refusal_) return *refusal_;
    if (fault_ != 0) return Error(ErrorCode::kPermissionDenied, server_.name() + " refused the connection: " + ReasonOf(fault_, endpoint_));
    return Error(ErrorCode::kIo, server_.name() + " gave no answer: " + httplib::to_string(error));
  }

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    error = httplib::Error::Connection;
    const Result<int> connected = Connect(server_);
    if (!connected) {
      refusal_ = connected.error();
      return false;
    }
    if (Status status = Handshake(*connected); !status) {
      refusal_ = status.error();
      EndTls();
      close(*connected);
      return false;
    }
    socket.sock = *connected;
    error = httplib::Error::Success;
    return true;
  }

  bool process_socket(const Socket& socket, std::function<bool(httplib::Stream&)> callback) override {
    TlsStream stream(tls_, socket.sock, fault_);
    return callback(stream);
  }

  Status Handshake(int socket) {
    const WithoutPipeSignal quiet;
    tls_ = SSL_new(context_);
    const Error failed(ErrorCode::kIo, server_.name() + ": TLS cannot begin");
    if (tls_ == nullptr || SSL_set_fd(tls_, socket) != 1) return failed;
    SSL_set_ex_data(tls_, 0, this);
    SSL_set_verify(tls_, SSL_VERIFY_PEER, Note);
    // RFC 9525: the name or the address that was asked for is one of the certificate.
    X509_VERIFY_PARAM* const verify = SSL_get0_param(tls_);
    if (X509_VERIFY_PARAM_set1_ip_asc(verify, server_.host.c_str()) != 1) {
      ERR_clear_error();
      // SSL_set_tlsext_host_name, without the cast of that macro.
      SSL_ctrl(tls_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(server_.host.c_str()));
      if (SSL_set1_host(tls_, server_.host.c_str()) != 1) return failed;
    }
    while (true) {
      ERR_clear_error();
      const int result = SSL_connect(tls_);
      if (result == 1) return {};
      const int error = SSL_get_error(tls_, result);
      const short what = error == SSL_ERROR_WANT_READ ? POLLIN : error == SSL_ERROR_WANT_WRITE ? POLLOUT : 0;
      if (what != 0 && WaitFor(socket, what, kConnectMilliseconds)) continue;
      if (what != 0) return Error(ErrorCode::kIo, server_.name() + " does not answer in TLS");
      return WhyNot();
    }
  }

  // What is refused is seen here alone: OpenSSL keeps no certificate that was not taken.
  static int Note(int good, X509_STORE_CTX* seen) {
    if (good == 1 || X509_STORE_CTX_get_error_depth(seen) != 0) return good;
    const auto* tls = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(seen, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (const X509* certificate = X509_STORE_CTX_get_current_cert(seen); tls != nullptr && certificate != nullptr) {
      static_cast<RemoteHttpClient*>(SSL_get_ex_data(tls, 0))->names_ = NamesOf(certificate);
    }
    return good;
  }

  Error WhyNot() const {
    const unsigned long code = ERR_peek_last_error();
    if (const long verdict = SSL_get_verify_result(tls_); verdict != X509_V_OK) return Distrust(server_, endpoint_, verdict, names_);
    return Error(ErrorCode::kPermissionDenied, server_.name() + " refused the connection: " + ReasonOf(code, endpoint_));
  }

  void EndTls() {
    if (tls_ == nullptr) return;
    const WithoutPipeSignal quiet;
    if (SSL_is_init_finished(tls_) != 0) SSL_shutdown(tls_);
    ERR_clear_error();
    SSL_free(tls_);
    tls_ = nullptr;
  }

  const Server server_;
  const Endpoint endpoint_;
  SSL_CTX* const context_;
  SSL* tls_ = nullptr;
  std::string names_;        // in a certificate that was refused
  unsigned long fault_ = 0;  // OpenSSL's, of reading and writing
  std::optional<Error> refusal_;
};

Error FileFault(const std::string& option, const std::string& path) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  const std::string why = access(path.c_str(), R_OK) != 0 ? std::string(Error::FromErrno(errno, "").message().substr(2)) : reason != nullptr ? reason : "no reason given";
  ERR_clear_error();
  return Error(ErrorCode::kInvalidArgument, option + " " + path + ": " + why);
}

Status Load(SSL_CTX* context, const Endpoint& endpoint) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (endpoint.authority.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, endpoint.authority.c_str()) != 1) {
    return FileFault("--ca", endpoint.authority);
  }
  if (endpoint.certificate.empty() != endpoint.key.empty()) return Error(ErrorCode::kInvalidArgument, "--cert and --key go together");
  if (endpoint.certificate.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, endpoint.certificate.c_str()) != 1) return FileFault("--cert", endpoint.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, endpoint.key.c_str(), SSL_FILETYPE_PEM) != 1) return FileFault("--key", endpoint.key);
  if (SSL_CTX_check_private_key(context) != 1) return Error(ErrorCode::kInvalidArgument, "--key " + endpoint.key + " is not the key of " + endpoint.certificate);
  return {};
}

}  // namespace

Result<std::unique_ptr<HttpClient>> MakeRemoteClient(const Endpoint& endpoint) {
  Result<Server> server = ParseServer(endpoint.server);
  if (!server) return server.error();
  std::string token;
  if (!endpoint.token_file.empty()) {
    Result<std::string> read = ReadToken(endpoint.token_file);
    if (!read) return read.error();
    token = std::move(*read);
  }
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return Error(ErrorCode::kInternal, "TLS cannot be used");
  if (Status loaded = Load(context, endpoint); !loaded) {
    SSL_CTX_free(context);
    return loaded.error();
  }
  return std::unique_ptr<HttpClient>(std::make_unique<RemoteHttpClient>(std::move(*server), endpoint, context, token));
}

}  // namespace sluice::cli
