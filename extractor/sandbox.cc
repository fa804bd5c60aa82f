#include "extractor/sandbox.h"

#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace sluice::extractor {
namespace {

// Without conditions on their arguments.
constexpr uint32_t kAllowed[] = {
    SYS_futex,  SYS_brk,         SYS_munmap,         SYS_mremap,         SYS_madvise, SYS_exit,   SYS_exit_group,
    SYS_getpid, SYS_getppid,     SYS_rt_sigreturn,   SYS_rt_sigprocmask, SYS_gettid,  SYS_getrandom,
    SYS_getuid, SYS_gettimeofday, SYS_clock_gettime, SYS_setitimer,      SYS_sched_yield, SYS_restart_syscall,
#ifdef SLUICE_SANITIZED
    SYS_sigaltstack,  // AddressSanitizer asks for it before a function that does not return
#endif
};
// Libraries probe and take no for an answer.
constexpr uint32_t kRefused[] = {
    SYS_open, SYS_openat, SYS_stat, SYS_lstat, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_access, SYS_faccessat, SYS_faccessat2, SYS_readlink, SYS_readlinkat,
    SYS_read, SYS_write, SYS_writev, SYS_close, SYS_lseek, SYS_fcntl, SYS_ioctl, SYS_getcwd, SYS_sysinfo, SYS_uname, SYS_getdents64, SYS_statfs, SYS_fstatfs,
};
// Memory may be asked for, but none that can be run: no library is loaded any more.
constexpr uint32_t kNeverExecutable[] = {SYS_mmap, SYS_mprotect};

constexpr uint32_t Offset(size_t offset) { return static_cast<uint32_t>(offset); }

class Filter {
 public:
  void Add(uint16_t code, uint32_t k, uint8_t if_true = 0, uint8_t if_false = 0) { steps_.push_back({code, if_true, if_false, k}); }
  void Load(size_t offset) { Add(BPF_LD | BPF_W | BPF_ABS, Offset(offset)); }
  void Return(uint32_t value) { Add(BPF_RET | BPF_K, value); }
  void LoadCall() { Load(offsetof(seccomp_data, nr)); }
  void ReturnFor(uint32_t call, uint32_t value) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
    Return(value);
  }
  // The third argument of both is the protection.
  void RefuseExecutable(uint32_t call) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
    Load(offsetof(seccomp_data, args) + 2 * sizeof(uint64_t));
    Add(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
    Return(SECCOMP_RET_KILL_PROCESS);
    Return(SECCOMP_RET_ALLOW);
  }
  // abort() raises its signal so; no signal goes to anyone else. The low word of a process id is all of it.
  void AllowSignalTo(uint32_t call, uint32_t process) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
    Load(offsetof(seccomp_data, args));
    Add(BPF_JMP | BPF_JEQ | BPF_K, process, 0, 1);
    Return(SECCOMP_RET_ALLOW);
    Return(SECCOMP_RET_KILL_PROCESS);
  }
  bool Install() {
    sock_fprog program{static_cast<unsigned short>(steps_.size()), steps_.data()};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  std::vector<sock_filter> steps_;
};

bool InstallFilter() {
  Filter filter;
  filter.Load(offsetof(seccomp_data, arch));
  filter.Add(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
  filter.Return(SECCOMP_RET_KILL_PROCESS);
  filter.LoadCall();
  for (const uint32_t call : kAllowed) filter.ReturnFor(call, SECCOMP_RET_ALLOW);
  for (const uint32_t call : kRefused) filter.ReturnFor(call, SECCOMP_RET_ERRNO | EACCES);
  for (const uint32_t call : kNeverExecutable) filter.RefuseExecutable(call);
  filter.AllowSignalTo(SYS_tgkill, static_cast<uint32_t>(getpid()));
  filter.Return(SECCOMP_RET_KILL_PROCESS);
  return filter.Install();
}

// Soft and hard: what is not to be had cannot be asked for.
bool Limit(__rlimit_resource what, rlim_t value) {
  const rlimit limit{value, value};
  return setrlimit(what, &limit) == 0;
}

// Who starts as root goes on as nobody; whoever was given capabilities (a service with ambient ones) goes on without.
bool DropPrivileges() {
  constexpr id_t kNobody = 65534;
  if (geteuid() != 0) {
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && syscall(SYS_capset, &head, none) == 0;
  }
  return setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0 && setresuid(kNobody, kNobody, kNobody) == 0;
}

}  // namespace

Status Lock() {
#ifndef SLUICE_SANITIZED
  // Address space: a backstop far above the budget of one document (memory_budget.h), the documents' mapping included.
  constexpr rlim_t kAddressSpace = rlim_t{8} << 30;
  if (!Limit(RLIMIT_AS, kAddressSpace)) return Error::FromErrno(errno, "the limit on memory was refused");
#endif
  if (!Limit(RLIMIT_CORE, 0) || !Limit(RLIMIT_FSIZE, 0)) return Error::FromErrno(errno, "a limit was refused");
  if (!DropPrivileges()) return Error::FromErrno(errno, "privileges cannot be given up");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0) return Error::FromErrno(errno, "privileges cannot be barred");
  if (!Limit(RLIMIT_NOFILE, 0)) return Error::FromErrno(errno, "the limit on files was refused");
  if (!InstallFilter()) return Error::FromErrno(errno, "the filter of system calls was refused");
  return {};
}

void StartClock(uint32_t milliseconds) noexcept {
  itimerval timer{};
  timer.it_value.tv_sec = milliseconds / 1000;
  timer.it_value.tv_usec = static_cast<suseconds_t>(milliseconds % 1000) * 1000;
  setitimer(ITIMER_PROF, &timer, nullptr);
}

void StopClock() noexcept {
  const itimerval none{};
  setitimer(ITIMER_PROF, &none, nullptr);
}

}  // namespace sluice::extractor
