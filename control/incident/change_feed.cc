#include "control/incident/change_feed.h"

#include <algorithm>

namespace sluice::incident {

void ChangeFeed::Add(const std::vector<IncidentId>& incidents) {
  if (incidents.empty()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  kept_.insert(kept_.end(), incidents.begin(), incidents.end());
  end_ += incidents.size();
  while (kept_.size() > kKept) kept_.pop_front();
  changed_.notify_all();
}

uint64_t ChangeFeed::End() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return end_;
}

ChangeFeed::Changes ChangeFeed::Wait(uint64_t from, std::chrono::milliseconds timeout) const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return closed_ || end_ > from; });
  Changes changes;
  changes.next = end_;
  const uint64_t begin = end_ - kept_.size();
  changes.missed = from < begin;
  for (uint64_t at = std::max(from, begin); at < end_; ++at) {
    const IncidentId id = kept_[at - begin];
    changes.incidents.erase(std::remove(changes.incidents.begin(), changes.incidents.end(), id), changes.incidents.end());
    changes.incidents.push_back(id);
  }
  return changes;
}

void ChangeFeed::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool ChangeFeed::closed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return closed_;
}

}  // namespace sluice::incident
