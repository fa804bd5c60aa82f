#include "dataplane/replay/lane.h"

namespace sluice::replay {

Lane::Lane(uint32_t held_packets, bool log_sent)
    : out_(held_packets + kBatch), batch_size_(log_sent ? 1 : kBatch), log_sent_(log_sent) {
  batch_.reserve(kBatch);
}

Result<std::unique_ptr<Lane>> Lane::Create(const pipeline::PipelineOptions& options, uint32_t held_packets,
                                           const std::shared_ptr<const bundle::Bundle>& policy, bool log_sent) {
  std::unique_ptr<Lane> lane(new Lane(held_packets, log_sent));
  auto pipeline = pipeline::Pipeline::Create(options, policy, &lane->records_);
  if (!pipeline.ok()) return pipeline.error();
  lane->pipeline_ = std::move(pipeline).value();
  return lane;
}

void Lane::Process(packet::Packet& packet) {
  batch_.push_back(&packet);
  if (batch_.size() >= batch_size_) Flush();
}

void Lane::Flush() {
  if (batch_.empty()) return;
  const packet::Packet last = *batch_.back();
  out_.Clear();
  pipeline_->Process(batch_, out_, recycled_);
  batch_.clear();
  TakeOutput(last.index, last.time, last.link_type);
}

void Lane::Tick(Timestamp now) {
  Flush();
  out_.Clear();
  pipeline_->Tick(now, out_, recycled_);
  TakeOutput(UINT64_MAX, now, packet::LinkType::kEthernet);
}

void Lane::Drain(Timestamp now) {
  Flush();
  out_.Clear();
  pipeline_->Drain(now, out_, recycled_);
  TakeOutput(UINT64_MAX, now, packet::LinkType::kEthernet);
}

void Lane::TakeOutput(uint64_t packet_index, Timestamp time, packet::LinkType link_type) {
  for (const pipeline::Forward& forward : out_.forward) {
    const packet::Packet& packet = *forward.packet;
    if (log_sent_) sent_.push_back({packet_index, packet.time, packet.link_type, packet.data, packet.length, packet.wire_length, 0});
    if (!forward.retained) finished_.push_back(forward.packet);
  }
  finished_.insert(finished_.end(), out_.drop.begin(), out_.drop.end());
  finished_.insert(finished_.end(), out_.aside.begin(), out_.aside.end());
  finished_.insert(finished_.end(), out_.released.begin(), out_.released.end());
  if (!log_sent_) return;
  for (const pipeline::Injection& injection : out_.injections) {
    const ByteView frame = out_.FrameOf(injection);
    sent_.push_back({packet_index, time, link_type, nullptr, injection.length, injection.length, static_cast<uint32_t>(injected_.size())});
    injected_.insert(injected_.end(), frame.begin(), frame.end());
  }
}

}  // namespace sluice::replay
