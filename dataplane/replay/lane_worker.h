// LaneWorker: a thread that runs some of replay's lanes, fed through a ring in capture order.
//
// The reader pushes packets and ticks and takes back what is finished; Rest waits until everything pushed was done, after
// which the reader may look at the lanes. Thread: the reader's, except Run. Failure: none; a full ring makes the reader wait.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "base/spsc_ring.h"
#include "dataplane/replay/lane.h"

namespace sluice::replay {

class LaneWorker {
 public:
  // `lanes` stay the caller's.
  explicit LaneWorker(std::vector<Lane*> lanes);
  ~LaneWorker();
  LaneWorker(const LaneWorker&) = delete;
  LaneWorker& operator=(const LaneWorker&) = delete;

  void Push(Lane& lane, packet::Packet& packet);
  void Tick(Timestamp now);
  void Drain(Timestamp now);
  void Rest();

  double busy_seconds() const { return busy_seconds_; }  // REQUIRES: at rest

 private:
  struct Work {
    enum class Kind : uint8_t { kPacket, kTick, kDrain, kStop } kind = Kind::kPacket;
    Lane* lane = nullptr;
    packet::Packet* packet = nullptr;
    Timestamp time;
  };
  void Send(Work work);
  void Run();
  bool Do(const Work& work);

  std::vector<Lane*> lanes_;
  SpscRing<Work> ring_{8192};
  uint64_t sent_ = 0;
  alignas(64) std::atomic<uint64_t> done_{0};
  double busy_seconds_ = 0;
  std::thread thread_;
};

}  // namespace sluice::replay
