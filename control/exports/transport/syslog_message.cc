#include "control/exports/transport/syslog_message.h"

#include <unistd.h>

namespace sluice::exports {
namespace {

// RFC 5424, 6.2.1: facility 13 is "log audit"; severities 6 informational, 5 notice, 4 warning, 3 error, 2 critical.
constexpr int kFacility = 13;
constexpr int kSeverities[] = {6, 5, 4, 3, 2};

// RFC 5424, 6: header fields are of PRINTUSASCII, bounded; "-" where there is nothing.
std::string HeaderField(const std::string& text, size_t most) {
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c < 0x7f && out.size() < most) out += c;
  }
  return out.empty() ? "-" : out;
}

// RFC 5424, 6.2.3: at most six digits of a second's fraction.
std::string TimeField(const std::string& time) {
  const size_t dot = time.find('.');
  if (dot == std::string::npos || time.empty() || time.back() != 'Z') return HeaderField(time, 32);
  return time.substr(0, std::min(dot + 7, time.size() - 1)) + "Z";
}

}  // namespace

void AppendSyslogFrame(const Message& message, const std::string& host, std::string& out) {
  const int priority = kFacility * 8 + kSeverities[message.severity < 0 || message.severity > 4 ? 0 : message.severity];
  std::string line = "<" + std::to_string(priority) + ">1 " + TimeField(message.time) + " " + HeaderField(host, 255) + " sluice " +
                     std::to_string(getpid()) + " " + HeaderField(message.event, 32);
  // 32473 is the number that RFC 5612 keeps for documents; Sluice has none of its own.
  line += " [sluice@32473 id=\"" + HeaderField(message.id, 64) + "\"] " + message.text;
  out += std::to_string(line.size()) + " " + line;
}

}  // namespace sluice::exports
