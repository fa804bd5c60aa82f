// Progress: how many files are done, redrawn in place, and only where somebody watches.
//
// Thread: Step from any. Allocates: never.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace sluice::cli {

class Progress {
 public:
  explicit Progress(size_t total, bool wanted = true) : total_(total), shown_(wanted && ::isatty(STDERR_FILENO) == 1) {}
  void Step() {
    const size_t done = ++done_;
    if (shown_ && (done % 64 == 0 || done == total_)) std::fprintf(stderr, "\r%zu of %zu files%s", done, total_, done == total_ ? "\n" : "");
  }

 private:
  size_t total_;
  bool shown_;
  std::atomic<size_t> done_{0};
};

}  // namespace sluice::cli
