// syslog_tcp and syslog_tls: RFC 5424 messages, counted in octets (RFC 6587, 3.4.1; RFC 5425, 4.3).
//
// The protocol has no acknowledgement. What counts as one: all bytes are acknowledged by the receiver's system and the connection is
// still open kSettle later; a receiver that ends with unread bytes resets it before, and the batch is sent again.
#include <unistd.h>

#include "control/exports/transport/connection.h"
#include "control/exports/transport/syslog_message.h"
#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

constexpr std::chrono::milliseconds kSettle{200};

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) return "-";
  return name;
}

class SyslogTransport final : public Transport {
 public:
  SyslogTransport(HostPort to, std::unique_ptr<TlsContext> tls) : to_(std::move(to)), tls_(std::move(tls)), host_(HostName()) {}

  Status Deliver(std::span<const Message> messages) override {
    const Status delivered = Attempt(messages);
    if (!delivered) connection_.reset();
    return delivered;
  }

 private:
  Status Attempt(std::span<const Message> messages) {
    if (!connection_) {
      Result<std::unique_ptr<Connection>> opened = Connection::Open(to_, tls_.get());
      if (!opened) return opened.error();
      connection_ = std::move(*opened);
    }
    std::string frames;
    for (const Message& message : messages) AppendSyslogFrame(message, host_, frames);
    if (Status sent = connection_->Send(frames); !sent) return sent.error().WithContext(to_.host + ":" + to_.port);
    if (Status settled = connection_->Settle(kSettle); !settled) return settled.error().WithContext(to_.host + ":" + to_.port);
    return {};
  }

  const HostPort to_;
  const std::unique_ptr<TlsContext> tls_;
  const std::string host_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<Transport>> MakeSyslog(const config::ExportOptions& options) {
  Result<HostPort> to = ParseHostPort(options.address);
  if (!to) return to.error();
  return std::unique_ptr<Transport>(std::make_unique<SyslogTransport>(std::move(*to), nullptr));
}

Result<std::unique_ptr<Transport>> MakeSyslogTls(const config::ExportOptions& options) {
  Result<HostPort> to = ParseHostPort(options.address);
  if (!to) return to.error();
  Result<std::unique_ptr<TlsContext>> tls = TlsContext::Make({options.ca_file, options.certificate, options.key});
  if (!tls) return tls.error();
  return std::unique_ptr<Transport>(std::make_unique<SyslogTransport>(std::move(*to), std::move(*tls)));
}

}  // namespace sluice::exports
