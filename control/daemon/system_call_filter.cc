#include "control/daemon/system_call_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

namespace sluice::daemon {
namespace {

constexpr uint32_t kRefused[] = {
    // other processes
#ifndef SLUICE_SANITIZED  // whose search for leaks looks at its own process by it
    SYS_ptrace,
#endif
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    // file systems and name spaces
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr,
    SYS_unshare, SYS_setns, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_fanotify_init, SYS_mknod, SYS_mknodat, SYS_quotactl, SYS_swapon, SYS_swapoff, SYS_acct,
    // the kernel, the machine and its clock
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_iopl, SYS_ioperm, SYS_syslog, SYS_sethostname,
    SYS_setdomainname, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_vhangup, SYS_perf_event_open,
    // what exploits of the kernel begin with
    SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_modify_ldt,
};
constexpr uint32_t kPrograms[] = {SYS_execve, SYS_execveat};

constexpr uint32_t kRefusal = SECCOMP_RET_ERRNO | EPERM;
// A call by the numbers of another architecture (x32) would pass by the list.
constexpr uint32_t kForeign = 0x40000000;

sock_filter Statement(int code, uint32_t value) { return {static_cast<uint16_t>(code), 0, 0, value}; }
sock_filter Jump(int code, uint32_t value, uint8_t if_true, uint8_t if_false) { return {static_cast<uint16_t>(code), if_true, if_false, value}; }

void Refuse(std::vector<sock_filter>& filter, uint32_t call) {
  filter.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
  filter.push_back(Statement(BPF_RET | BPF_K, kRefusal));
}

// Where the third argument, the protection of memory, has all of these bits.
void RefuseProtection(std::vector<sock_filter>& filter, uint32_t call, uint32_t protection) {
  filter.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 5));
  filter.push_back(Statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(uint64_t)));
  filter.push_back(Statement(BPF_ALU | BPF_AND | BPF_K, protection));
  filter.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, protection, 0, 1));
  filter.push_back(Statement(BPF_RET | BPF_K, kRefusal));
  filter.push_back(Statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

}  // namespace

Status RefuseSystemCalls(const SystemCallRules& rules) {
  std::vector<sock_filter> filter;
  filter.push_back(Statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  filter.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
  filter.push_back(Statement(BPF_RET | BPF_K, kRefusal));
  filter.push_back(Statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  filter.push_back(Jump(BPF_JMP | BPF_JGE | BPF_K, kForeign, 0, 1));
  filter.push_back(Statement(BPF_RET | BPF_K, kRefusal));
  for (const uint32_t call : kRefused) Refuse(filter, call);
  if (!rules.may_start_programs) {
    for (const uint32_t call : kPrograms) Refuse(filter, call);
  }
  // A library that is loaded later maps its code from a file, and never writes through that mapping.
  RefuseProtection(filter, SYS_mmap, PROT_WRITE | PROT_EXEC);
  RefuseProtection(filter, SYS_mprotect, PROT_EXEC);
  RefuseProtection(filter, SYS_pkey_mprotect, PROT_EXEC);
  filter.push_back(Statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Error::FromErrno(errno, "privileges cannot be barred");
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  // All threads at once: those of DPDK, of the API and of the receivers run already.
  const long done = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (done < 0) return Error::FromErrno(errno, "the filter of system calls was refused");
  if (done > 0) return Error(ErrorCode::kUnsupported, "the filter of system calls was refused: thread " + std::to_string(done) + " has another one");
  return {};
}

}  // namespace sluice::daemon
