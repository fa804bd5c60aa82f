// RecordList: the sink of a lane in replay: grows, so that nothing is lost, and is emptied at every merge.
//
// Thread: the lane's; the merger's while lanes rest. Allocates: in blocks that are kept and used again.
#pragma once

#include <memory>
#include <vector>

#include "dataplane/event/record_sink.h"

namespace sluice::replay {

class RecordList : public event::RecordSink {
 public:
  event::Record* Claim(event::RecordKind kind) noexcept override;
  void Publish() noexcept override { ++size_; }

  size_t size() const { return size_; }
  const event::Record& operator[](size_t i) const { return blocks_[i / kBlock][i % kBlock]; }
  void Clear() { size_ = 0; }

 private:
  static constexpr size_t kBlock = 256;
  std::vector<std::unique_ptr<event::Record[]>> blocks_;
  size_t size_ = 0;
};

}  // namespace sluice::replay
