#include "dataplane/pipeline/expectation_table.h"

#include <utility>

#include "base/byte_order.h"

namespace sluice::pipeline {

Result<ExpectationTable> ExpectationTable::Create(Statistics* statistics) {
  auto flows = SlabPool<ExpectedFlow>::Create(kCapacity);
  if (!flows.ok()) return flows.error();
  return ExpectationTable(std::move(flows).value(), statistics);
}

// Not keyed: whoever fills a bucket on purpose fills the table no faster, and its age bounds both.
size_t ExpectationTable::BucketOf(const Endpoint& at) noexcept {
  const uint64_t high = LoadLe64(at.address.bytes.data()), low = LoadLe64(at.address.bytes.data() + 8);
  uint64_t h = (high ^ (low * 0x9e3779b97f4a7c15ULL)) + at.port;
  h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9ULL;
  return (h >> 40) % kBuckets;
}

ExpectedFlow* ExpectationTable::Find(const Endpoint& at) noexcept {
  ExpectedFlow* flow = buckets_[BucketOf(at)];
  while (flow != nullptr && !(flow->at == at)) flow = flow->next;
  return flow;
}

ExpectedFlow* ExpectationTable::Announce(const Endpoint& at, Timestamp now) noexcept {
  Expire(now);
  ExpectedFlow* flow = Find(at);
  if (flow != nullptr && flow->met) {
    UnlinkBucket(*flow);  // its connection keeps it
    flow = nullptr;
  }
  statistics_->counters.Add(PipelineCounter::kExpectationsAnnounced);
  if (flow != nullptr) {
    statistics_->counters.Add(PipelineCounter::kExpectationsUnmet);
    UnlinkAge(*flow);
    ExpectedFlow* next = flow->next;
    *flow = ExpectedFlow{};
    flow->at = at;
    flow->next = next;
  } else {
    while ((flow = flows_.Take()) == nullptr && oldest_ != nullptr) {
      statistics_->counters.Add(PipelineCounter::kExpectationTableFull);
      Forget(*oldest_);
    }
    if (flow == nullptr) {  // all of them are met and under way
      statistics_->counters.Add(PipelineCounter::kExpectationTableFull);
      return nullptr;
    }
    flow->at = at;
    flow->next = std::exchange(buckets_[BucketOf(at)], flow);
  }
  flow->announced = now;
  LinkAge(*flow);
  return flow;
}

ExpectedFlow* ExpectationTable::Meet(const Endpoint& at, Timestamp now) noexcept {
  ExpectedFlow* flow = Find(at);
  if (flow == nullptr || flow->met || now - flow->announced > kPatience) return nullptr;
  UnlinkAge(*flow);
  flow->met = true;
  statistics_->counters.Add(PipelineCounter::kExpectationsMet);
  return flow;
}

void ExpectationTable::Give(ExpectedFlow* flow) noexcept {
  if (flow == nullptr) return;
  UnlinkBucket(*flow);
  flows_.Give(flow);
}

void ExpectationTable::Expire(Timestamp now) noexcept {
  constexpr int kAtOnce = 8;  // more than come in: the table empties, and no call takes long
  for (int i = 0; i < kAtOnce && oldest_ != nullptr && now - oldest_->announced > kPatience; ++i) Forget(*oldest_);
}

void ExpectationTable::Forget(ExpectedFlow& flow) noexcept {
  statistics_->counters.Add(PipelineCounter::kExpectationsUnmet);
  UnlinkAge(flow);
  UnlinkBucket(flow);
  flows_.Give(&flow);
}

void ExpectationTable::LinkAge(ExpectedFlow& flow) noexcept {
  flow.older = newest_;
  flow.newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = &flow;
  newest_ = &flow;
}

void ExpectationTable::UnlinkAge(ExpectedFlow& flow) noexcept {
  (flow.older != nullptr ? flow.older->newer : oldest_) = flow.newer;
  (flow.newer != nullptr ? flow.newer->older : newest_) = flow.older;
  flow.older = flow.newer = nullptr;
}

void ExpectationTable::UnlinkBucket(ExpectedFlow& flow) noexcept {
  ExpectedFlow** link = &buckets_[BucketOf(flow.at)];
  while (*link != nullptr && *link != &flow) link = &(*link)->next;
  if (*link != nullptr) *link = flow.next;
  flow.next = nullptr;
}

}  // namespace sluice::pipeline
