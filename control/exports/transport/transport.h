// Transport: brings finished texts to a receiver and says when the receiver has them. One file and one line of the table each.
//
// What Deliver has not confirmed is delivered again by the exporter, whole, so a receiver may see a text twice, with the same id.
// Thread: one owner. Allocates: yes. Failure: Result; never waits much longer than kPatience for anything, since a stop waits for it.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/config/configuration.h"

namespace sluice::exports {

// For a connection, an answer, an acknowledgement.
inline constexpr std::chrono::milliseconds kPatience{5000};

struct Message {
  std::string id;
  std::string text;   // one line, without its end
  int severity = 0;   // 0 (info) to 4 (critical)
  std::string time;   // of the record, RFC 3339
  std::string event;  // "finding" or "anomaly"
};

class Transport {
 public:
  virtual ~Transport() = default;
  // All are with the receiver, or the sentence says why not; some may be all the same.
  virtual Status Deliver(std::span<const Message> messages) = 0;
};

struct TransportKind {
  std::string_view name;  // as the configuration writes it
  Result<std::unique_ptr<Transport>> (*make)(const config::ExportOptions& options);
};

std::span<const TransportKind> TransportKinds();
const TransportKind* FindTransport(std::string_view name);

Result<std::unique_ptr<Transport>> MakeFile(const config::ExportOptions& options);
Result<std::unique_ptr<Transport>> MakeSyslog(const config::ExportOptions& options);     // over TCP
Result<std::unique_ptr<Transport>> MakeSyslogTls(const config::ExportOptions& options);
Result<std::unique_ptr<Transport>> MakeWebhook(const config::ExportOptions& options);
Result<std::unique_ptr<Transport>> MakeKafka(const config::ExportOptions& options);

}  // namespace sluice::exports
