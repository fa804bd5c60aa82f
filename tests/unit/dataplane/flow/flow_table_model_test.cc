// The table against a plain model (std::unordered_map and a list for each class) under random calls.
#include <list>
#include <map>
#include <random>
#include <unordered_map>

#include "dataplane/flow/flow_table.h"

namespace sluice::flow {
namespace {

using Outcome = FlowLookup::Outcome;

FlowKey Key(uint32_t n) {
  FlowKey key;
  key.low_port = static_cast<uint16_t>(n);
  key.high_port = static_cast<uint16_t>(n >> 16);
  key.ip_protocol = 17;
  return key;
}

struct ModelFlow {
  FlowIndex index;
  FlowClass flow_class = FlowClass::kNew;
  Timestamp last_use;
};

// One random life of a table. Each call's answer is compared with the model; the answers are also returned as one list,
// so that two runs can be compared.
class Walk {
 public:
  Walk(uint32_t seed, uint32_t capacity, uint32_t keys) : random_(seed), keys_(keys), table_(Make(capacity)) {}

  std::vector<uint64_t> Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      now_ = now_ + std::chrono::nanoseconds(Random(20'000'000));
      switch (Random(8)) {
        case 0: RemoveOne(); break;
        case 1: Expire(); break;
        case 2: case 3: TouchOne(); break;
        default: Lookup(); break;
      }
      EXPECT_EQ(table_.size(), model_.size());
    }
    CheckAll();
    return trace_;
  }

 private:
  static FlowTable Make(uint32_t capacity) {
    FlowTableOptions options;
    options.capacity = capacity;
    options.hash_seed = 7;
    options.idle_timeout.fill(std::chrono::seconds(4));
    return FlowTable::Create(options).value();
  }

  uint32_t Random(size_t below) { return static_cast<uint32_t>(random_() % below); }

  void Lookup() {
    const uint32_t n = Random(keys_);
    const uint64_t hash = table_.Hash(Key(n));
    FlowLookup got = table_.FindOrCreate(Key(n), hash, now_);
    const auto known = model_.find(n);
    if (known != model_.end()) {
      ASSERT_EQ(got.outcome, Outcome::kFound);
      ASSERT_EQ(got.index, known->second.index);
    } else if (model_.size() == table_.capacity()) {
      ASSERT_EQ(got.outcome, Outcome::kTableFull);
      Evict();
      return;
    } else {
      ASSERT_EQ(got.outcome, Outcome::kCreated);
      ASSERT_EQ(by_index_.count(got.index.value()), 0u) << "a live slot was given twice";
      model_[n] = {got.index, FlowClass::kNew, now_};
      by_index_[got.index.value()] = n;
    }
    trace_.push_back(got.index.value());
  }

  // The candidate is of the first evictable class that has flows, and no flow of that class is older by more than a slice.
  void Evict() {
    FlowIndex candidate;
    if (!table_.EvictionCandidate(candidate)) {
      for (const auto& [n, flow] : model_) ASSERT_FALSE(Evictable(flow.flow_class));
      return;
    }
    const ModelFlow chosen = model_.at(by_index_.at(candidate.value()));
    ASSERT_TRUE(Evictable(chosen.flow_class));
    for (const auto& [n, flow] : model_) {
      ASSERT_GE(Rank(flow.flow_class), Rank(chosen.flow_class));
      if (flow.flow_class == chosen.flow_class) {
        ASSERT_GE((flow.last_use - chosen.last_use).count(), -std::chrono::nanoseconds(std::chrono::seconds(4)).count() / 64);
      }
    }
    trace_.push_back(candidate.value());
    Forget(candidate, FlowCounter::kEvicted);
  }

  void TouchOne() {
    if (model_.empty()) return;
    ModelFlow& flow = PickOne();
    flow.last_use = now_;
    if (Random(2) == 0) flow.flow_class = static_cast<FlowClass>(Random(kFlowClasses));
    table_.Touch(flow.index, flow.flow_class, now_);
  }

  void RemoveOne() {
    if (!model_.empty()) Forget(PickOne().index, FlowCounter::kClosed);
  }

  void Expire() {
    FlowIndex expired[16];
    const size_t count = table_.CollectExpired(now_, expired);
    for (size_t i = 0; i < count; ++i) {
      const ModelFlow& flow = model_.at(by_index_.at(expired[i].value()));
      ASSERT_GE((now_ - flow.last_use).count(), std::chrono::nanoseconds(std::chrono::seconds(4)).count());
      trace_.push_back(expired[i].value());
      Forget(expired[i], FlowCounter::kExpired);
    }
    if (count == 16) return;
    // All were collected: nothing older than timeout and slack is left.
    for (const auto& [n, flow] : model_) {
      ASSERT_LT((now_ - flow.last_use).count(), std::chrono::nanoseconds(std::chrono::seconds(4)).count() * 65 / 64);
    }
  }

  void CheckAll() {
    for (uint32_t n = 0; n < keys_; ++n) {
      const FlowLookup got = table_.Find(Key(n), table_.Hash(Key(n)));
      const auto known = model_.find(n);
      ASSERT_EQ(got.outcome == Outcome::kFound, known != model_.end());
      if (known == model_.end()) continue;
      EXPECT_EQ(got.index, known->second.index);
      EXPECT_EQ(table_.flow_class(got.index), known->second.flow_class);
      EXPECT_EQ(table_.last_use(got.index), known->second.last_use);
      EXPECT_EQ(table_.key(got.index), Key(n));
    }
    const auto& counters = table_.counters();
    EXPECT_EQ(counters.value(FlowCounter::kCreated) - counters.value(FlowCounter::kExpired) -
                  counters.value(FlowCounter::kEvicted) - counters.value(FlowCounter::kClosed),
              table_.size());
  }

  static int Rank(FlowClass flow_class) {
    switch (flow_class) {
      case FlowClass::kNew: return 0;
      case FlowClass::kClosing: return 1;
      case FlowClass::kDatagram: return 2;
      default: return 3;
    }
  }
  static bool Evictable(FlowClass flow_class) { return Rank(flow_class) < 3; }

  ModelFlow& PickOne() {
    auto it = by_index_.lower_bound(Random(table_.capacity()));
    if (it == by_index_.end()) it = by_index_.begin();
    return model_.at(it->second);
  }

  void Forget(FlowIndex index, FlowCounter why) {
    model_.erase(by_index_.at(index.value()));
    by_index_.erase(index.value());
    table_.Remove(index, why);
    ASSERT_FALSE(table_.is_live(index));
  }

  std::mt19937 random_;
  uint32_t keys_;
  FlowTable table_;
  Timestamp now_ = Timestamp::FromNanoseconds(1'000'000'000'000);
  std::unordered_map<uint32_t, ModelFlow> model_;
  std::map<uint32_t, uint32_t> by_index_;
  std::vector<uint64_t> trace_;
};

TEST(FlowTableModel, AgreesWithAMapUnderRandomCalls) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    Walk(seed, 300, 1000).Run(20000);
    Walk(seed, 1, 5).Run(500);
    Walk(seed, 7, 9).Run(3000);
  }
}

TEST(FlowTableModel, GivesTheSameAnswersForTheSameCalls) {
  const auto first = Walk(11, 200, 500).Run(10000);
  const auto second = Walk(11, 200, 500).Run(10000);
  EXPECT_GT(first.size(), 1000u);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace sluice::flow
