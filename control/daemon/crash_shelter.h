// CrashShelter: a crash of a thread of control does not take the data plane with it. The thread is stopped where it is, for good; workers
// hold no lock of it and go on by the last policy, and the main thread says what happened.
//
// What that thread held, others of control may wait for in vain: it is an emergency, in which packets run until the process is started
// again. A worker's own fault ends the process, since nobody knows what its tables hold then.
// Thread: made and gone on the main thread; the rest by any. Allocates: no. One at a time. Failure: none.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::daemon {

class CrashShelter {
 public:
  // Tells whether the calling thread is one whose crash must end the process. Called in a signal handler.
  using IsVital = bool (*)() noexcept;

  explicit CrashShelter(IsVital is_vital);
  ~CrashShelter();
  CrashShelter(const CrashShelter&) = delete;
  CrashShelter& operator=(const CrashShelter&) = delete;

  // How many threads have been stopped, and a sentence about the first; empty where there is none.
  static uint64_t crashes() noexcept;
  static std::string Alarm();
};

}  // namespace sluice::daemon
