// The fault `pool-empty` of injected_faults.cc: while the file is there, a thread beside takes every packet buffer that it can get.
#include <dlfcn.h>
#include <rte_mempool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

std::atomic<rte_mempool*> packets{nullptr};  // sluiced has one pool

// Past the caches of the threads, which are theirs.
void TakeAll(rte_mempool* pool, std::vector<void*>& taken) {
  void* buffer = nullptr;
  while (rte_mempool_generic_get(pool, &buffer, 1, nullptr) == 0) taken.push_back(buffer);
}

void Follow(std::string file) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::vector<void*> taken;
  for (;; usleep(500)) {
    struct stat unused {};
    if (stat(file.c_str(), &unused) == 0) {
      if (rte_mempool* pool = packets.load(); pool != nullptr) TakeAll(pool, taken);
    } else if (!taken.empty()) {
      rte_mempool_generic_put(packets.load(), taken.data(), static_cast<unsigned>(taken.size()), nullptr);
      taken.clear();
    }
  }
}

// Of a test that asks for it only: the library is loaded into the programs that start sluiced as well.
[[maybe_unused]] const bool follows = [] {
  const char* folder = std::getenv("SLUICE_FAULTS");
  if (folder != nullptr && std::getenv("SLUICE_POOL_FAULT") != nullptr) std::thread(Follow, std::string(folder) + "/pool-empty").detach();
  return true;
}();

}  // namespace

extern "C" int rte_mempool_populate_default(rte_mempool* pool) {
  static auto* const behind = reinterpret_cast<int (*)(rte_mempool*)>(dlsym(RTLD_NEXT, "rte_mempool_populate_default"));
  const int code = behind(pool);
  packets.store(pool);
  return code;
}
