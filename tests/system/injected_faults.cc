// Faults that are asked for by making a file: a library that is loaded in front of those that `sluiced` uses (LD_PRELOAD), in tests and
// nowhere else. SLUICE_FAULTS names the folder; while the file is there
//
//   matcher-fails     hs_scan_stream returns an error instead of looking
//   matcher-stalls    the first thread that calls hs_scan_stream does not come back; others are not concerned
//   matcher-slow      each call of hs_scan_stream takes 200 microseconds longer
//   clock-ahead       the wall clock is an hour ahead
//   clock-behind      the wall clock is an hour behind
//   store-crashes     the thread that writes incidents, when it writes to its database, writes to nowhere
//   store-hangs       likewise, and waits
//   commands-abort    any other thread that writes to a database aborts: of those that answer the API, who is asked for a change
#include <dlfcn.h>
#include <hs/hs.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

bool Asked(const char* fault) {
  static const char* const folder = std::getenv("SLUICE_FAULTS");
  if (folder == nullptr) return false;
  struct stat unused {};
  return stat((std::string(folder) + "/" + fault).c_str(), &unused) == 0;
}

void WaitWhile(const char* fault) {
  while (Asked(fault)) usleep(1000);
}

bool ThreadIs(const char* name) {
  char own[16] = {};
  pthread_getname_np(pthread_self(), own, sizeof own);
  return std::strcmp(own, name) == 0;
}

template <typename Function>
Function* Behind(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::atomic<bool> stalls{false};
constexpr time_t kHour = 3600;

}  // namespace

extern "C" {

hs_error_t hs_scan_stream(hs_stream_t* stream, const char* data, unsigned length, unsigned flags, hs_scratch_t* scratch, match_event_handler handler, void* context) {
  static auto* const behind = Behind<decltype(hs_scan_stream)>("hs_scan_stream");
  if (Asked("matcher-fails")) return HS_UNKNOWN_ERROR;
  if (Asked("matcher-stalls") && !stalls.exchange(true)) {
    WaitWhile("matcher-stalls");
    stalls.store(false);
  }
  if (Asked("matcher-slow")) usleep(200);
  return behind(stream, data, length, flags, scratch, handler, context);
}

int clock_gettime(clockid_t clock, timespec* time) {
  static auto* const behind = Behind<int(clockid_t, timespec*)>("clock_gettime");
  const int code = behind(clock, time);
  if (clock != CLOCK_REALTIME || code != 0) return code;
  if (Asked("clock-ahead")) time->tv_sec += kHour;
  if (Asked("clock-behind")) time->tv_sec -= kHour;
  return code;
}

// As a program that has gone wrong does, and not as one that was sent a signal. UndefinedBehaviorSanitizer would stop it before.
[[gnu::no_sanitize("undefined")]] void Crash() { *static_cast<volatile int*>(nullptr) = 1; }

// Of all that sluiced has in it, only databases write like this.
ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
  static auto* const behind = Behind<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  if (ThreadIs("sluice-incident")) {
    if (Asked("store-crashes")) Crash();
    WaitWhile("store-hangs");
  } else if (Asked("commands-abort")) {
    std::abort();
  }
  return behind(file, data, size, offset);
}
}
