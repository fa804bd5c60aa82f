// RFC 5424 and the counting of octets.
#include "control/exports/transport/syslog_message.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::exports {
namespace {

std::string Framed(const Message& message) {
  std::string out;
  AppendSyslogFrame(message, "gate.example", out);
  return out;
}

TEST(SyslogMessage, IsCountedInOctetsAndHasEachField) {
  const std::string line = "<107>1 2026-01-31T23:59:59.123456Z gate.example sluice " + std::to_string(getpid()) + " finding [sluice@32473 id=\"ab-1\"] 机密";
  EXPECT_EQ(Framed({"ab-1", "机密", 3, "2026-01-31T23:59:59.123456789Z", "finding"}), std::to_string(line.size()) + " " + line);
}

TEST(SyslogMessage, HasADashWhereNothingIs) { EXPECT_NE(Framed({"", "x", 0, "", ""}).find("<110>1 - gate.example sluice"), std::string::npos); }

TEST(SyslogMessage, HasNoSeverityBeyondItsTable) { EXPECT_NE(Framed({"a", "x", 9, "", ""}).find("<110>"), std::string::npos); }

}  // namespace
}  // namespace sluice::exports
