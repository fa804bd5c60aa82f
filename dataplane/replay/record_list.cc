#include "dataplane/replay/record_list.h"

namespace sluice::replay {

event::Record* RecordList::Claim(event::RecordKind kind) noexcept {
  if (size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<event::Record[]>(kBlock));
  event::Record& record = blocks_[size_ / kBlock][size_ % kBlock];
  event::Reset(record, kind);
  return &record;
}

}  // namespace sluice::replay
