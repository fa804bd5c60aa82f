#include "control/remote/remote_connection.h"

#include <sys/socket.h>
#include <unistd.h>

namespace sluice::remote {
namespace {

// What is read ahead of the reader.
constexpr size_t kInputBytes = 16 << 10;

}  // namespace

std::unique_ptr<RemoteConnection> RemoteConnection::Begin(int socket, std::shared_ptr<const TlsContext> context, std::string peer) {
  SSL* const tls = SSL_new(context->get());
  std::unique_ptr<RemoteConnection> connection(new RemoteConnection(socket, tls, std::move(context), std::move(peer)));
  if (tls == nullptr || SSL_set_fd(tls, socket) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_accept_state(tls);
  return connection;
}

RemoteConnection::~RemoteConnection() { close(socket_); }

RemoteConnection::Outcome RemoteConnection::OutcomeOf(int result) {
  const int error = SSL_get_error(tls_.get(), result);
  wants_to_write_ = error == SSL_ERROR_WANT_WRITE;
  ERR_clear_error();
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Outcome::kAgain : Outcome::kClosed;
}

RemoteConnection::Outcome RemoteConnection::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  if (result != 1) return OutcomeOf(result);
  certificate_ = ShownCertificate(*tls_);
  return Outcome::kDone;
}

RemoteConnection::Outcome RemoteConnection::Read() {
  if (input.size() >= kInputBytes) return Outcome::kDone;
  const size_t before = input.size();
  input.resize(kInputBytes);
  size_t got = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(tls_.get(), input.data() + before, kInputBytes - before, &got);
  input.resize(before + got);
  return result == 1 ? Outcome::kDone : OutcomeOf(result);
}

RemoteConnection::Outcome RemoteConnection::Write() {
  while (written_ < output.size()) {
    size_t sent = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(tls_.get(), output.data() + written_, output.size() - written_, &sent);
    if (result != 1) {
      // What has gone out needs no room while the rest waits.
      if (written_ > output.size() / 2) {
        output.erase(0, written_);
        written_ = 0;
      }
      return OutcomeOf(result);
    }
    written_ += sent;
  }
  output.clear();
  if (output.capacity() > kInputBytes) output.shrink_to_fit();
  written_ = 0;
  return Outcome::kDone;
}

void RemoteConnection::SayGoodbye() {
  if (SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  ERR_clear_error();
  shutdown(socket_, SHUT_WR);
}

RemoteConnection::Outcome RemoteConnection::Discard() {
  char part[4096];
  for (int parts = 0; parts < 64; ++parts) {
    const ssize_t got = recv(socket_, part, sizeof part, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return Outcome::kClosed;
    if (got < 0) break;
  }
  wants_to_write_ = false;
  return Outcome::kAgain;
}

}  // namespace sluice::remote
