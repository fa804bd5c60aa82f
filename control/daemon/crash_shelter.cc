#include "control/daemon/crash_shelter.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include "base/control_signals.h"

namespace sluice::daemon {
namespace {

constexpr size_t kThreadName = 16;  // prctl(2), PR_GET_NAME

// What a handler can reach: constant while one is installed, or atomic.
CrashShelter::IsVital is_vital_thread = nullptr;
pid_t process = 0;
std::array<struct sigaction, kFaultSignals.size()> before;
std::atomic<uint64_t> stopped_threads{0};
std::atomic<bool> first_is_named{false};
char first_name[kThreadName];
int first_signal = 0;

// From the thread itself: a fault that the processor found, or abort(). What others send, such as a watchdog's SIGABRT, means the process.
bool IsOwnFault(const siginfo_t& info) noexcept { return info.si_code > 0 || (info.si_code == SI_TKILL && info.si_pid == process); }

void Say(const char* name) noexcept {
  char text[96] = "sluiced: a thread of control crashed and is stopped; packets go on by the last policy: ";
  std::strncat(text, name, sizeof text - std::strlen(text) - 2);
  std::strcat(text, "\n");
  static_cast<void>(!write(STDERR_FILENO, text, std::strlen(text)));
}

void Handle(int signal, siginfo_t* info, void*) noexcept {
  if (getpid() != process || !IsOwnFault(*info) || is_vital_thread()) {
    for (size_t i = 0; i < kFaultSignals.size(); ++i) {
      if (kFaultSignals[i] == signal) sigaction(signal, &before[i], nullptr);
    }
    raise(signal);  // blocked until this returns, and then it does what it always did
    return;
  }
  char name[kThreadName] = {};
  prctl(PR_GET_NAME, name);
  if (stopped_threads.fetch_add(1) == 0) {
    std::memcpy(first_name, name, sizeof first_name);
    first_signal = signal;
    first_is_named.store(true, std::memory_order_release);
  }
  Say(name);
  for (;;) pause();
}

}  // namespace

CrashShelter::CrashShelter(IsVital is_vital) {
  is_vital_thread = is_vital;
  process = getpid();
  struct sigaction action {};
  action.sa_sigaction = Handle;
  action.sa_flags = SA_SIGINFO;
  FillControlSignals(action.sa_mask);
  for (size_t i = 0; i < kFaultSignals.size(); ++i) sigaction(kFaultSignals[i], &action, &before[i]);
}

CrashShelter::~CrashShelter() {
  for (size_t i = 0; i < kFaultSignals.size(); ++i) sigaction(kFaultSignals[i], &before[i], nullptr);
}

uint64_t CrashShelter::crashes() noexcept { return stopped_threads.load(); }

std::string CrashShelter::Alarm() {
  if (!first_is_named.load(std::memory_order_acquire)) return {};
  return std::string("thread ") + first_name + " of control crashed by signal " + std::to_string(first_signal) +
         " and is stopped: packets go on by the last policy, and what it did is not done any more; start sluiced again";
}

}  // namespace sluice::daemon
