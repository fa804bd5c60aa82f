// StatsFile: the statistics of a run as one JSON object, replaced as a whole, so that a reader never sees half of it.
//
// Thread: main. Failure: the first of a run of failures is logged; writing is tried again at the next interval.
#pragma once

#include <chrono>
#include <string>

#include "dataplane/pipeline/totals.h"

namespace sluice::daemon {

class StatsFile {
 public:
  // An empty path: nothing is written.
  StatsFile(std::string path, std::chrono::seconds interval) : path_(std::move(path)), interval_(interval) {}

  bool IsDue(std::chrono::steady_clock::time_point now) const { return !path_.empty() && now >= next_; }
  void Write(const pipeline::Totals& totals, std::chrono::steady_clock::time_point now);

 private:
  std::string path_;
  std::chrono::seconds interval_;
  std::chrono::steady_clock::time_point next_{};
  bool failing_ = false;
};

}  // namespace sluice::daemon
