#include "extractor/shared_wait.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace sluice::extractor {

void Ring(std::atomic<uint32_t>& bell) noexcept {
  bell.fetch_add(1, std::memory_order_release);
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&bell), FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void AwaitBell(std::atomic<uint32_t>& bell, uint32_t value, int parent) noexcept {
  constexpr timespec kLookInterval{1, 0};
  while (bell.load(std::memory_order_acquire) == value) {
    syscall(SYS_futex, reinterpret_cast<uint32_t*>(&bell), FUTEX_WAIT, value, &kLookInterval, nullptr, 0);
    if (getppid() != parent) _exit(0);
  }
}

}  // namespace sluice::extractor
