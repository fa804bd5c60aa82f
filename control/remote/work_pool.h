// WorkPool: a fixed number of threads and a bounded queue before them.
//
// Thread: Push by any. Allocates: yes, bounded by the queue. Failure: Push says no where the queue is full.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::remote {

class WorkPool {
 public:
  // `name` as threads have one: at most 15 characters. Signals are blocked as in the thread that makes the pool.
  WorkPool(const char* name, size_t threads, size_t max_waiting);
  // Waits for what is under way; what waits is dropped.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  bool Push(std::function<void()> job);

 private:
  void Serve();

  const size_t max_waiting_;
  std::mutex mutex_;  // guards the two below
  std::deque<std::function<void()>> waiting_;
  bool stop_ = false;
  std::condition_variable arrived_;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::remote
