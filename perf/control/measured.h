// What the measurements of the control plane share: findings as workers make them, a folder that goes away again, and clocks.
#pragma once

#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace sluice::perf {

[[noreturn]] inline void Stop(const std::string& what) {
  std::fprintf(stderr, "control_perf: %s\n", what.c_str());
  std::exit(1);
}

inline double WallSeconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

inline double ProcessorSecondsOf(clockid_t clock) {
  timespec time{};
  (void)clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// A folder of this run alone in `parent`; removed with all in it.
class WorkFolder {
 public:
  explicit WorkFolder(const std::filesystem::path& parent) : path_(parent / ("sluice-control-perf-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  const std::filesystem::path path_;
};

struct PagesOptions {
  std::filesystem::path folder;
  uint64_t incidents = 0;
  int rounds = 0;
  std::string store;  // one that this program has filled before, in place of a new one
};
// How long the first and a late page of a store of so many incidents take, by filter.
void MeasurePages(const PagesOptions& options);

struct StormOptions {
  std::filesystem::path folder;
  uint64_t rate = 0;      // findings a second
  uint64_t seconds = 0;
  uint64_t subjects = 0;  // that they are about
};
// Findings at a rate, from a worker's ring over the file of findings to incidents on disk.
void MeasureStorm(const StormOptions& options);

}  // namespace sluice::perf
