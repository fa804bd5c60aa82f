// FlowScale: uploads that are all under way at a time, each next packet of another one, as many as asked for.
//
// What is measured is a worker's time for bursts that lie ready in memory, as a device leaves them: a frame is made between two
// measurements, in a buffer that was used longest ago, and is warm or cold in the caches by no doing of the number of flows.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/slab.h"
#include "perf/replay/pipeline_bench.h"

namespace sluice::perf {

class FlowScale {
 public:
  // Opens `flows` uploads, which takes 2.6 KiB for each.
  FlowScale(const std::shared_ptr<const bundle::Bundle>& policy, stream::Mode mode, uint32_t flows);

  // Nanoseconds for each packet of `packets` more, two of three with 1,400 bytes of text, the third an acknowledgement.
  double NanosecondsAPacket(size_t packets);
  uint32_t flows() const { return static_cast<uint32_t>(sent_.size()); }
  uint64_t made() const { return bench_.statistics().counters.value(pipeline::PipelineCounter::kFlowsCreated); }

 private:
  void Open(uint32_t flow);
  // An empty frame in a buffer of its own.
  uint8_t* Fill(packet::Packet& packet, size_t size);
  void FillNext(packet::Packet& packet, uint32_t flow, bool acknowledges);

  Bench bench_;
  Slab buffers_;                // in huge pages, as a driver's
  std::vector<uint32_t> sent_;  // of each flow, segments
  std::vector<uint8_t> segment_, acknowledgement_;  // of flow 0: frames with everything but who and how far
  std::vector<std::vector<uint8_t>> payloads_;
  std::mt19937 random_{1};
  uint64_t filled_ = 0;
  int64_t time_ = 1'700'000'000'000'000'000;
};

}  // namespace sluice::perf
