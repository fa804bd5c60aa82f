#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

constexpr TransportKind kKinds[] = {
    {"file", MakeFile}, {"syslog_tcp", MakeSyslog}, {"syslog_tls", MakeSyslogTls}, {"webhook", MakeWebhook}, {"kafka", MakeKafka},
};

}  // namespace

std::span<const TransportKind> TransportKinds() { return kKinds; }

const TransportKind* FindTransport(std::string_view name) {
  for (const TransportKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace sluice::exports
