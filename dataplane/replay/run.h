// Run: the machinery of one replay: packets out of captures, through intake, to lanes, and their records merged.
//
// Thread: the reader's. With one worker the lanes run on it directly. See replay.h for what it promises.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "dataplane/pipeline/intake.h"
#include "dataplane/replay/lane.h"
#include "dataplane/replay/lane_worker.h"

namespace sluice::replay {

struct RunOptions {
  pipeline::IntakeOptions intake;
  pipeline::PipelineOptions pipeline;
  uint32_t workers = 1;
  bool log_sent = false;
};

// What a merge hands out, in order.
struct Merged {
  std::vector<const event::Record*> records;
  struct Sent {
    const SentFrame* frame;
    ByteView bytes;
  };
  std::vector<Sent> sent;
};

class Run {
 public:
  // What the intake of a run should be given for max_ready_datagrams: half of them may wait for the next merge.
  static constexpr uint32_t kReadyDatagrams = 2048;
  using Sink = std::function<void(const Merged&)>;

  static Result<std::unique_ptr<Run>> Create(const RunOptions& options, const std::shared_ptr<const bundle::Bundle>& policy, Sink sink);
  ~Run();

  // A packet to fill: data, lengths, time, link type, checksum_trusted. Then Push it.
  packet::Packet& Claim();
  void Push(packet::Packet& packet);
  // No more packets: every flow ends, every record is handed out.
  void Finish();

  const pipeline::IntakeStatistics& intake_statistics() const { return intake_->statistics(); }
  const std::vector<std::unique_ptr<Lane>>& lanes() const { return lanes_; }
  std::vector<double> BusySeconds() const;  // REQUIRES: finished

 private:
  explicit Run(Sink sink) : sink_(std::move(sink)), intake_out_(kIntakeOutput) {}
  static size_t LaneOf(const packet::Conversation& conversation);
  void Dispatch(packet::Packet& packet);
  void TakeIntakeOutput(Timestamp time, packet::LinkType link_type);
  void TickUpTo(Timestamp time);
  void Merge();
  void GatherRecords(Merged& merged);
  void GatherSent(Merged& merged);
  void TakeBack(Lane& lane);

  // 16 lanes bound the workers of a replay; each has a sixteenth of the tables.
  static constexpr size_t kLanes = 16;
  static constexpr uint64_t kMergeEvery = 4096;  // packets
  static constexpr size_t kIntakeOutput = 1u << 16;
  static constexpr int64_t kTickNanoseconds = 100'000'000;

  Sink sink_;
  std::unique_ptr<pipeline::Intake> intake_;
  RecordList intake_records_;
  pipeline::Output intake_out_;
  std::vector<SentFrame> intake_sent_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<LaneWorker>> workers_;  // empty with one worker
  std::deque<packet::Packet> packets_;                // all that exist
  std::vector<packet::Packet*> free_;
  uint64_t next_index_ = 0;
  uint64_t since_merge_ = 0;
  size_t datagrams_out_ = 0;
  int64_t last_tick_ = INT64_MIN;
  Timestamp now_;
  bool log_sent_ = false;
};

}  // namespace sluice::replay
