// QuarantineKeeper: the quarantines that nobody asks for by hand: those of rules whose action is `quarantine`, and the end of those
// whose time is over. The findings come on the thread that writes records; the disk and the workers are met on a thread of its own.
//
// Thread: Observe on the records' thread, counters by anyone. Allocates: yes, bounded. Failure: a request that finds the queue full or
// that the book refuses is counted, and the first of a run is logged; the flow that made it is blocked all the same.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "control/quarantine/quarantine_book.h"
#include "dataplane/event/record_observer.h"

namespace sluice::quarantine {

// Each as named in docs/operations.md.
struct KeeperCounters {
  std::atomic<uint64_t> quarantines_by_rules{0};
  std::atomic<uint64_t> quarantines_refused{0};  // asked for by a rule, and not made
};

class QuarantineKeeper final : public event::RecordObserver {
 public:
  // A rule holds back the client's way to that destination for so long; zero: until somebody releases it.
  // REQUIRES: the book outlives it.
  QuarantineKeeper(QuarantineBook& book, std::chrono::minutes time);
  ~QuarantineKeeper() override;
  QuarantineKeeper(const QuarantineKeeper&) = delete;
  QuarantineKeeper& operator=(const QuarantineKeeper&) = delete;

  void Observe(const event::Record& record, std::string_view json) noexcept override;
  const KeeperCounters& counters() const { return counters_; }

 private:
  void Run();
  void Make(Quarantine wanted);

  QuarantineBook& book_;
  const std::chrono::minutes time_;
  KeeperCounters counters_;
  bool failing_ = false;  // the thread's own

  std::mutex mutex_;  // guards the two below
  std::condition_variable wake_;
  std::deque<Quarantine> wanted_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace sluice::quarantine
