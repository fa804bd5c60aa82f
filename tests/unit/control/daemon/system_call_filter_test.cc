// What is refused is refused to every thread, and what an appliance needs goes on; in a process of its own, since there is no way back.
#include "control/daemon/system_call_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <thread>

namespace sluice::daemon {
namespace {

bool IsRefused(long result) { return result == -1 && errno == EPERM; }

bool EverythingIsRefused() {
  const timespec epoch{};
#ifndef SLUICE_SANITIZED  // which looks for leaks by it
  if (!IsRefused(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr))) return false;
#endif
  return IsRefused(unshare(CLONE_NEWUSER)) && IsRefused(mount("none", "/nowhere", "tmpfs", 0, nullptr)) &&
         IsRefused(syscall(SYS_io_uring_setup, 1, nullptr)) && IsRefused(syscall(SYS_userfaultfd, 0)) && IsRefused(clock_settime(CLOCK_REALTIME, &epoch)) &&
         IsRefused(syscall(SYS_keyctl, 0, 0, 0, 0, 0)) && IsRefused(syscall(SYS_init_module, nullptr, 0, "")) &&
         IsRefused(syscall(0x40000000L | SYS_getpid));  // by the numbers of x32
}

bool NeedfulGoesOn() {
  const int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  return file >= 0 && connection >= 0 && syscall(SYS_getpid) > 0;
}

// The exit code of a child that ran `body`.
int InChild(int (*body)()) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int StartTrue() {
  execl("/bin/true", "true", nullptr);
  return errno == EPERM ? 77 : 78;
}

TEST(SystemCallFilter, HoldsForThreadsThatRanBefore) {
  EXPECT_EQ(InChild([] {
              std::atomic<int> step{0};
              bool refused_beside = false, goes_on_beside = false;
              std::thread other([&] {
                step = 1;
                while (step < 2) std::this_thread::yield();
                refused_beside = EverythingIsRefused();
                goes_on_beside = NeedfulGoesOn();
              });
              while (step < 1) std::this_thread::yield();
              const bool installed = RefuseSystemCalls({}).ok();
              step = 2;
              other.join();
              return installed && refused_beside && goes_on_beside && EverythingIsRefused() && NeedfulGoesOn() ? 0 : 1;
            }),
            0);
}

TEST(SystemCallFilter, LetsProgramsStartOnlyWhereExtractorsAre) {
  EXPECT_EQ(InChild([] { return RefuseSystemCalls({.may_start_programs = true}).ok() ? StartTrue() : 1; }), 0);
  EXPECT_EQ(InChild([] { return RefuseSystemCalls({}).ok() ? StartTrue() : 1; }), 77);
}

TEST(SystemCallFilter, LetsNoMemoryBeWrittenAndRun) {
  EXPECT_EQ(InChild([] {
              if (!RefuseSystemCalls({}).ok()) return 1;
              if (mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) return 2;
              void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              if (page == MAP_FAILED) return 3;
              if (!IsRefused(mprotect(page, 4096, PROT_READ | PROT_EXEC))) return 4;
              return mprotect(page, 4096, PROT_READ) == 0 ? 0 : 5;
            }),
            0);
}

}  // namespace
}  // namespace sluice::daemon
