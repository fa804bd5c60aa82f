#include "dataplane/replay/run.h"

#include <algorithm>

namespace sluice::replay {

Result<std::unique_ptr<Run>> Run::Create(const RunOptions& options, const std::shared_ptr<const bundle::Bundle>& policy, Sink sink) {
  std::unique_ptr<Run> run(new Run(std::move(sink)));
  run->log_sent_ = options.log_sent;
  auto intake = pipeline::Intake::Create(options.intake, &run->intake_records_);
  if (!intake.ok()) return intake.error();
  run->intake_ = std::move(intake).value();
  for (size_t i = 0; i < kLanes; ++i) {
    auto lane = Lane::Create(options.pipeline, options.pipeline.tcp.max_held_packets, policy, options.log_sent);
    if (!lane.ok()) return lane.error();
    run->lanes_.push_back(std::move(lane).value());
  }
  for (size_t w = 0; options.workers > 1 && w < std::min<size_t>(options.workers, kLanes); ++w) {
    std::vector<Lane*> mine;
    for (size_t i = w; i < kLanes; i += std::min<size_t>(options.workers, kLanes)) mine.push_back(run->lanes_[i].get());
    run->workers_.push_back(std::make_unique<LaneWorker>(std::move(mine)));
  }
  return run;
}

Run::~Run() = default;

packet::Packet& Run::Claim() {
  if (free_.empty()) {
    packets_.emplace_back();
    return packets_.back();
  }
  packet::Packet& packet = *free_.back();
  free_.pop_back();
  packet = packet::NewPacket();
  return packet;
}

void Run::Push(packet::Packet& packet) {
  TickUpTo(packet.time);
  packet.index = next_index_++;
  const Timestamp time = packet.time;
  const packet::LinkType link_type = packet.link_type;
  packet::Packet* ready = intake_->Accept(packet, intake_out_);
  TakeIntakeOutput(time, link_type);
  if (ready != nullptr) Dispatch(*ready);
  if (++since_merge_ >= kMergeEvery || datagrams_out_ >= kReadyDatagrams / 2) Merge();
}

// By the two hosts alone, so that a connection that another one announces (FTP's data) is in the lane of its announcement.
size_t Run::LaneOf(const packet::Conversation& conversation) {
  uint64_t h = 0;
  for (size_t i = 0; i < sizeof(conversation.low.bytes); i += 8) {
    h += (LoadLe64(conversation.low.bytes.data() + i) ^ LoadLe64(conversation.high.bytes.data() + i)) * 0x9e3779b97f4a7c15ULL;
    h ^= h >> 29;
  }
  return (h * 0xbf58476d1ce4e5b9ULL >> 48) % kLanes;
}

void Run::Dispatch(packet::Packet& packet) {
  if (packet.is_datagram) ++datagrams_out_;
  const size_t lane = LaneOf(packet.conversation);
  if (workers_.empty()) {
    lanes_[lane]->Process(packet);
  } else {
    workers_[lane % workers_.size()]->Push(*lanes_[lane], packet);
  }
}

void Run::TakeIntakeOutput(Timestamp time, packet::LinkType link_type) {
  for (const pipeline::Forward& forward : intake_out_.forward) {
    const packet::Packet& packet = *forward.packet;
    if (log_sent_) intake_sent_.push_back({next_index_ - 1, time, link_type, packet.data, packet.length, packet.wire_length, 0});
    free_.push_back(forward.packet);
  }
  free_.insert(free_.end(), intake_out_.drop.begin(), intake_out_.drop.end());
  intake_out_.Clear();
}

// Timers see the same times in every lane, whatever packets came its way.
void Run::TickUpTo(Timestamp time) {
  if (time > now_) now_ = time;
  const int64_t tick = now_.nanoseconds() / kTickNanoseconds;
  if (tick <= last_tick_) return;
  last_tick_ = tick;
  const Timestamp at = Timestamp::FromNanoseconds(tick * kTickNanoseconds);
  intake_->Tick(at, intake_out_);
  TakeIntakeOutput(at, packet::LinkType::kEthernet);
  if (workers_.empty()) {
    for (auto& lane : lanes_) lane->Tick(at);
  }
  for (auto& worker : workers_) worker->Tick(at);
}

void Run::Finish() {
  intake_->Drain(intake_out_);
  TakeIntakeOutput(now_, packet::LinkType::kEthernet);
  if (workers_.empty()) {
    for (auto& lane : lanes_) lane->Drain(now_);
  }
  for (auto& worker : workers_) worker->Drain(now_);
  Merge();
}

void Run::TakeBack(Lane& lane) {
  free_.insert(free_.end(), lane.finished().begin(), lane.finished().end());
  lane.finished().clear();
  for (packet::Packet* datagram : lane.recycled()) intake_->Recycle(*datagram);
  lane.recycled().clear();
}

void Run::GatherRecords(Merged& merged) {
  const auto gather = [&merged](const RecordList& list) {
    for (size_t i = 0; i < list.size(); ++i) merged.records.push_back(&list[i]);
  };
  gather(intake_records_);
  for (auto& lane : lanes_) gather(lane->records());
  std::stable_sort(merged.records.begin(), merged.records.end(),
                   [](const event::Record* a, const event::Record* b) { return a->rank < b->rank; });
}

void Run::GatherSent(Merged& merged) {
  for (const SentFrame& frame : intake_sent_) merged.sent.push_back({&frame, {frame.data, frame.length}});
  for (auto& lane : lanes_) {
    for (const SentFrame& frame : lane->sent()) {
      const uint8_t* bytes = frame.data != nullptr ? frame.data : lane->injected().data() + frame.injected_offset;
      merged.sent.push_back({&frame, {bytes, frame.length}});
    }
  }
  std::stable_sort(merged.sent.begin(), merged.sent.end(),
                   [](const Merged::Sent& a, const Merged::Sent& b) { return a.frame->packet_index < b.frame->packet_index; });
}

// A barrier: the workers rest, everything up to here is put in order and handed out, packets come home.
void Run::Merge() {
  for (auto& worker : workers_) worker->Rest();
  Merged merged;
  GatherRecords(merged);
  GatherSent(merged);
  sink_(merged);
  intake_records_.Clear();
  intake_sent_.clear();
  for (auto& lane : lanes_) {
    lane->records().Clear();
    lane->sent().clear();
    lane->injected().clear();
    TakeBack(*lane);
  }
  since_merge_ = 0;
  datagrams_out_ = 0;
}

std::vector<double> Run::BusySeconds() const {
  std::vector<double> seconds;
  for (const auto& worker : workers_) seconds.push_back(worker->busy_seconds());
  return seconds;
}

}  // namespace sluice::replay
