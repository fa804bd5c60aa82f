// DriverLog: takes what DPDK and its drivers print, hands it to our log line by line, and remembers the first one since it
// was asked, which is often the only place where a driver says why it refused.
//
// Thread: any. Allocates: yes (cold path; drivers do not log per packet at the level that is set).
#pragma once

#include <cstdio>
#include <string>

namespace sluice::port {

// A stream for rte_openlog_stream; lives until the process ends.
std::FILE* OpenDriverLog();
// Empties it, so that a later line is known to be about what follows.
std::string TakeFirstDriverLine();

}  // namespace sluice::port
