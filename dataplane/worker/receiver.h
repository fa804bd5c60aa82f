// Receiver: one thread's way in: frames from its queues become packets, pass the intake, and go to the worker that owns
// their flow: this one's batch, or another one's ring.
//
// Thread: one. Allocates: in the constructor only. Failure: a ring that is full is overload, and the policy's fail mode decides:
// the packet is dropped, or forwarded without inspection; both are counted, and its bytes have that fate.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "dataplane/pipeline/intake.h"
#include "dataplane/worker/transmitter.h"
#include "dataplane/worker/wiring.h"
#include "rules/model/words.h"

namespace sluice::worker {

class Receiver {
 public:
  static constexpr size_t kBurst = 32;  // frames of one queue at a time

  Receiver(Wiring& wiring, uint16_t thread, std::unique_ptr<pipeline::Intake> intake, Transmitter& transmitter,
           WorkerStatistics& statistics);

  uint16_t thread() const noexcept { return thread_; }
  size_t max_batch() const noexcept { return queues_.size() * kBurst; }
  // One burst of each queue. Packets of this thread's own flows are appended to `own`, others are handed over; what the
  // intake finished is in `out`. Returns how many frames there were.
  size_t Poll(Timestamp now, model::FailMode overload, std::vector<packet::Packet*>& own, pipeline::Output& out) noexcept;
  void Tick(Timestamp now, pipeline::Output& out) noexcept { intake_->Tick(now, out); }
  // Everything that the intake holds comes out; called when the queues are no longer polled.
  void Drain(pipeline::Output& out) noexcept { intake_->Drain(out); }
  // Datagrams that this intake made, from this thread's pipeline or others'. Returns how many came from others.
  void Recycle(packet::Packet& datagram) noexcept { intake_->Recycle(datagram); }
  size_t TakeReturns() noexcept;

  const pipeline::IntakeStatistics& intake_statistics() const noexcept { return intake_->statistics(); }

 private:
  static constexpr size_t kStage = 64;
  struct Stage {
    std::array<packet::Packet*, kStage> packets;
    size_t count = 0;
  };
  struct PolledQueue {
    const port::Port* port = nullptr;
    QueueRef ref;
  };

  void Take(const PolledQueue& queue, std::span<rte_mbuf*> frames, Timestamp now, model::FailMode overload,
            std::vector<packet::Packet*>& own, pipeline::Output& out) noexcept;
  packet::Packet* Prepare(rte_mbuf* frame, const PolledQueue& queue, Timestamp now) noexcept;
  void HandOver(packet::Packet& packet, uint16_t owner, model::FailMode overload) noexcept;
  void FlushStage(uint16_t owner, model::FailMode overload) noexcept;
  void GiveUp(packet::Packet& packet, model::FailMode overload) noexcept;
  void GiveUpFrame(packet::Packet& packet, model::FailMode overload) noexcept;

  Wiring& wiring_;
  const uint16_t thread_;
  std::unique_ptr<pipeline::Intake> intake_;
  Transmitter& transmitter_;
  WorkerStatistics& statistics_;
  std::vector<PolledQueue> queues_;
  std::vector<Stage> stages_;  // by worker
  uint64_t next_index_ = 0;
};

}  // namespace sluice::worker
