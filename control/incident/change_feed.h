// ChangeFeed: which incidents changed, in order, for those who watch. The last kKept changes; who falls further behind is told so.
//
// Thread: any. Allocates: bounded. Failure: none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "control/incident/incident.h"

namespace sluice::incident {

class ChangeFeed {
 public:
  static constexpr size_t kKept = 4096;

  struct Changes {
    std::vector<IncidentId> incidents;  // each once, in order of its last change
    uint64_t next = 0;                  // what to ask for next time
    bool missed = false;                // older changes were forgotten before they were asked for
  };

  void Add(const std::vector<IncidentId>& incidents);
  // The number that the next change will have.
  uint64_t End() const;
  // Changes from `from` on; waits for the first one, at most `timeout`, or until Close.
  Changes Wait(uint64_t from, std::chrono::milliseconds timeout) const;
  // Nobody waits any more.
  void Close();
  bool closed() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<IncidentId> kept_;
  uint64_t end_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::incident
