#include "control/daemon/worker_watch.h"

#include <algorithm>

#include "base/log.h"

namespace sluice::daemon {
namespace {

std::string Named(size_t thread) { return "thread " + std::to_string(thread) + " of the data plane"; }
std::string Stalls(size_t thread) { return Named(thread) + " stalls: what it should receive is not forwarded"; }

}  // namespace

bool WorkerWatch::Look(const std::vector<uint64_t>& heartbeats, Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (watched_.size() != heartbeats.size()) {
    watched_.clear();
    for (const uint64_t count : heartbeats) watched_.push_back({count, now, {}});
  }
  for (size_t thread = 0; thread < heartbeats.size(); ++thread) {
    Watched& watched = watched_[thread];
    if (heartbeats[thread] != watched.heartbeats) {
      if (watched.thread.stalls) LogInfo(Named(thread) + " goes on");
      watched = {heartbeats[thread], now, {false, watched.thread.times}};
    } else if (!watched.thread.stalls && now - watched.since >= stall_after_) {
      watched.thread = {true, watched.thread.times + 1};
      LogError(Stalls(thread));
    }
  }
  return std::none_of(watched_.begin(), watched_.end(), [](const Watched& watched) { return watched.thread.stalls; });
}

std::vector<std::string> WorkerWatch::Alarms() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> alarms;
  for (size_t thread = 0; thread < watched_.size(); ++thread) {
    if (watched_[thread].thread.stalls) alarms.push_back(Stalls(thread));
  }
  return alarms;
}

std::vector<WorkerWatch::Thread> WorkerWatch::Threads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Thread> threads;
  for (const Watched& watched : watched_) threads.push_back(watched.thread);
  return threads;
}

}  // namespace sluice::daemon
