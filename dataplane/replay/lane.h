// Lane: one of replay's fixed number of pipelines, with its records and its view of what went out.
//
// Thread: the worker that runs it; the merger's while workers rest. Allocates: growing lists (replay is not the hot path).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "dataplane/pipeline/pipeline.h"
#include "dataplane/replay/record_list.h"

namespace sluice::replay {

// A frame that left, in memory that stays until the merge: the capture's, or for injected frames the lane's own.
struct SentFrame {
  uint64_t packet_index = 0;  // the packet whose processing sent it
  Timestamp time;
  packet::LinkType link_type = packet::LinkType::kEthernet;
  const uint8_t* data = nullptr;
  uint32_t length = 0, wire_length = 0;
  uint32_t injected_offset = 0;  // data == nullptr: in injected()
};

class Lane {
 public:
  static Result<std::unique_ptr<Lane>> Create(const pipeline::PipelineOptions& options, uint32_t held_packets,
                                              const std::shared_ptr<const bundle::Bundle>& policy, bool log_sent);

  void Process(packet::Packet& packet);
  void Tick(Timestamp now);
  void Drain(Timestamp now);

  // Packets that are finished since the last call; datagrams put together from fragments apart.
  std::vector<packet::Packet*>& finished() { return finished_; }
  std::vector<packet::Packet*>& recycled() { return recycled_; }

  RecordList& records() { return records_; }
  std::vector<SentFrame>& sent() { return sent_; }
  std::vector<uint8_t>& injected() { return injected_; }
  const pipeline::Statistics& statistics() const { return pipeline_->statistics(); }

 private:
  explicit Lane(uint32_t held_packets, bool log_sent);
  void Flush();  // processes the batch
  void TakeOutput(uint64_t packet_index, Timestamp time, packet::LinkType link_type);

  static constexpr size_t kBatch = 32;
  RecordList records_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  pipeline::Output out_;
  const size_t batch_size_;  // 1 where it matters which packet sent which frame
  std::vector<packet::Packet*> batch_;
  std::vector<packet::Packet*> finished_, recycled_;
  const bool log_sent_;
  std::vector<SentFrame> sent_;
  std::vector<uint8_t> injected_;
};

}  // namespace sluice::replay
