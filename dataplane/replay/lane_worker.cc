#include "dataplane/replay/lane_worker.h"

#include <x86intrin.h>

#include <chrono>

namespace sluice::replay {

LaneWorker::LaneWorker(std::vector<Lane*> lanes) : lanes_(std::move(lanes)), thread_([this] { Run(); }) {}

LaneWorker::~LaneWorker() {
  Send({Work::Kind::kStop, nullptr, nullptr, {}});
  thread_.join();
}

void LaneWorker::Send(Work work) {
  while (!ring_.Push(work)) std::this_thread::yield();
  ++sent_;
}

void LaneWorker::Push(Lane& lane, packet::Packet& packet) { Send({Work::Kind::kPacket, &lane, &packet, {}}); }
void LaneWorker::Tick(Timestamp now) { Send({Work::Kind::kTick, nullptr, nullptr, now}); }
void LaneWorker::Drain(Timestamp now) { Send({Work::Kind::kDrain, nullptr, nullptr, now}); }

void LaneWorker::Rest() {
  while (done_.load(std::memory_order_acquire) != sent_) std::this_thread::yield();
}

bool LaneWorker::Do(const Work& work) {
  switch (work.kind) {
    case Work::Kind::kPacket: work.lane->Process(*work.packet); return true;
    case Work::Kind::kTick:
      for (Lane* lane : lanes_) lane->Tick(work.time);
      return true;
    case Work::Kind::kDrain:
      for (Lane* lane : lanes_) lane->Drain(work.time);
      return true;
    case Work::Kind::kStop: break;
  }
  return false;
}

void LaneWorker::Run() {
  const auto start = std::chrono::steady_clock::now();
  const uint64_t first_tick = __rdtsc();
  uint64_t busy_ticks = 0;
  Work work;
  for (bool going = true; going;) {
    if (!ring_.Pop(work)) {
      std::this_thread::yield();
      continue;
    }
    const uint64_t before = __rdtsc();
    going = Do(work);
    busy_ticks += __rdtsc() - before;
    if (work.kind != Work::Kind::kPacket) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      busy_seconds_ = elapsed.count() * static_cast<double>(busy_ticks) / static_cast<double>(__rdtsc() - first_tick + 1);
    }
    done_.store(done_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
}

}  // namespace sluice::replay
