// The signals that threads of control block: all, for they are for the main thread; but not those of a thread's own faults, which the
// system answers by ending the process where they are blocked.
//
// Thread: any. Allocates: never.
#pragma once

#include <array>
#include <csignal>

namespace sluice {

inline constexpr std::array<int, 5> kFaultSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

inline void FillControlSignals(sigset_t& set) {
  sigfillset(&set);
  for (const int signal : kFaultSignals) sigdelset(&set, signal);
}

}  // namespace sluice
