#include "dataplane/flow/flow_table.h"

#include <limits>

namespace sluice::flow {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Outcome = FlowLookup::Outcome;

FlowKey Key(uint32_t n) {
  uint8_t bytes[4];
  FlowKey key;
  StoreBe32(bytes, 0x0a000001);
  key.low = packet::IpAddress::FromV4(bytes);
  StoreBe32(bytes, 0x0b000000 + (n >> 16));
  key.high = packet::IpAddress::FromV4(bytes);
  key.low_port = static_cast<uint16_t>(n);
  key.high_port = 443;
  key.ip_protocol = 6;
  return key;
}

constexpr Timestamp At(std::chrono::nanoseconds since_start) {
  return Timestamp::FromNanoseconds(1'600'000'000'000'000'000) + since_start;
}

FlowTable MakeTable(uint32_t capacity, bool evict_when_full = true) {
  FlowTableOptions options;
  options.capacity = capacity;
  options.evict_when_full = evict_when_full;
  auto table = FlowTable::Create(options);
  EXPECT_TRUE(table.ok());
  return std::move(*table);
}

FlowIndex Add(FlowTable& table, uint32_t n, Timestamp now, FlowClass flow_class = FlowClass::kNew) {
  const FlowLookup lookup = table.FindOrCreate(Key(n), table.Hash(Key(n)), now);
  EXPECT_EQ(lookup.outcome, Outcome::kCreated);
  table.Touch(lookup.index, flow_class, now);
  return lookup.index;
}

std::vector<FlowIndex> Expired(const FlowTable& table, Timestamp now, size_t room = 64) {
  std::vector<FlowIndex> expired(room);
  expired.resize(table.CollectExpired(now, expired));
  return expired;
}

// Keys that all have the same home bucket and tag, as an adversary with the seed would send them.
std::vector<FlowKey> CollidingKeys(const FlowTable& table, size_t count, uint64_t bucket_mask) {
  std::vector<FlowKey> keys;
  const uint64_t wanted = table.Hash(Key(0)) & bucket_mask;
  for (uint32_t n = 0; keys.size() < count; ++n) {
    if ((table.Hash(Key(n)) & bucket_mask) == wanted) keys.push_back(Key(n));
  }
  return keys;
}

TEST(FlowTable, FindsWhatItCreated) {
  FlowTable table = MakeTable(16);
  const FlowLookup created = table.FindOrCreate(Key(1), table.Hash(Key(1)), At(seconds(0)));
  ASSERT_EQ(created.outcome, Outcome::kCreated);
  const FlowLookup found = table.FindOrCreate(Key(1), table.Hash(Key(1)), At(seconds(1)));
  EXPECT_EQ(found.outcome, Outcome::kFound);
  EXPECT_EQ(found.index, created.index);
  EXPECT_EQ(table.Find(Key(1), table.Hash(Key(1))).outcome, Outcome::kFound);
  EXPECT_EQ(table.Find(Key(2), table.Hash(Key(2))).outcome, Outcome::kTableFull);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.key(created.index), Key(1));
  EXPECT_EQ(table.hash(created.index), table.Hash(Key(1)));
  EXPECT_EQ(table.flow_class(created.index), FlowClass::kNew);
  EXPECT_EQ(table.last_use(created.index), At(seconds(0)));
  EXPECT_TRUE(table.is_live(created.index));
  EXPECT_FALSE(table.is_live(FlowIndex(created.index.value() + 1)));
  EXPECT_FALSE(table.is_live(FlowIndex(16)));
}

TEST(FlowTable, CreatesANewFlowWhenATupleIsUsedAgainAfterRemoval) {
  FlowTable table = MakeTable(16);
  const FlowIndex first = Add(table, 1, At(seconds(0)), FlowClass::kClosing);
  table.Remove(first, FlowCounter::kClosed);
  EXPECT_FALSE(table.is_live(first));
  const FlowLookup again = table.FindOrCreate(Key(1), table.Hash(Key(1)), At(seconds(5)));
  EXPECT_EQ(again.outcome, Outcome::kCreated);
  EXPECT_EQ(table.flow_class(again.index), FlowClass::kNew);
  EXPECT_EQ(table.last_use(again.index), At(seconds(5)));
  EXPECT_EQ(table.counters().value(FlowCounter::kCreated), 2u);
  EXPECT_EQ(table.counters().value(FlowCounter::kClosed), 1u);
}

TEST(FlowTable, FillsToItsWholeCapacityAndThenSaysFull) {
  for (const uint32_t capacity : {1u, 4u, 5u, 64u, 1000u, 4096u, 100000u}) {
    FlowTable table = MakeTable(capacity);
    for (uint32_t n = 0; n < capacity; ++n) Add(table, n, At(seconds(0)));
    EXPECT_EQ(table.size(), capacity);
    EXPECT_EQ(table.FindOrCreate(Key(capacity), table.Hash(Key(capacity)), At(seconds(0))).outcome, Outcome::kTableFull);
    for (uint32_t n = 0; n < capacity; ++n) {
      ASSERT_EQ(table.FindOrCreate(Key(n), table.Hash(Key(n)), At(seconds(0))).outcome, Outcome::kFound);
    }
    EXPECT_EQ(table.counters().value(FlowCounter::kTableFull), 1u);
    EXPECT_EQ(table.counters().value(FlowCounter::kBucketsFull), 0u);
  }
}

TEST(FlowTable, EvictsOldestNewFlowWhenFull) {
  FlowTable table = MakeTable(4);
  Add(table, 0, At(seconds(0)), FlowClass::kDatagram);
  Add(table, 1, At(seconds(1)), FlowClass::kClosing);
  const FlowIndex oldest_new = Add(table, 2, At(seconds(2)));
  FlowIndex candidate;
  EXPECT_FALSE(table.EvictionCandidate(candidate)) << "there is room";
  Add(table, 3, At(seconds(3)));
  ASSERT_TRUE(table.EvictionCandidate(candidate));
  EXPECT_EQ(candidate, oldest_new);
  table.Remove(candidate, FlowCounter::kEvicted);
  EXPECT_EQ(table.FindOrCreate(Key(9), table.Hash(Key(9)), At(seconds(4))).outcome, Outcome::kCreated);
  EXPECT_EQ(table.counters().value(FlowCounter::kEvicted), 1u);
}

TEST(FlowTable, EvictsNewThenClosingThenDatagramAndNeverEstablishedOrBlocked) {
  FlowTable table = MakeTable(5);
  const FlowIndex datagram = Add(table, 0, At(seconds(0)), FlowClass::kDatagram);
  const FlowIndex closing = Add(table, 1, At(seconds(1)), FlowClass::kClosing);
  const FlowIndex fresh = Add(table, 2, At(seconds(2)));
  Add(table, 3, At(seconds(0)), FlowClass::kEstablished);
  Add(table, 4, At(seconds(0)), FlowClass::kBlocked);
  uint32_t next = 5;
  for (const FlowIndex expected : {fresh, closing, datagram}) {
    FlowIndex candidate;
    ASSERT_TRUE(table.EvictionCandidate(candidate));
    EXPECT_EQ(candidate, expected);
    table.Remove(candidate, FlowCounter::kEvicted);
    Add(table, next++, At(seconds(3)), FlowClass::kEstablished);
  }
  FlowIndex candidate;
  EXPECT_FALSE(table.EvictionCandidate(candidate));
}

TEST(FlowTable, NamesNoCandidateWhenEvictionIsOff) {
  FlowTable table = MakeTable(1, /*evict_when_full=*/false);
  Add(table, 0, At(seconds(0)));
  FlowIndex candidate;
  EXPECT_FALSE(table.EvictionCandidate(candidate));
}

TEST(FlowTable, ExpiresEachClassAfterItsOwnTimeout) {
  FlowTable table = MakeTable(8);
  const FlowIndex fresh = Add(table, 0, At(seconds(0)));                             // 30 s
  const FlowIndex established = Add(table, 1, At(seconds(0)), FlowClass::kEstablished);  // 600 s
  const FlowIndex closing = Add(table, 2, At(seconds(0)), FlowClass::kClosing);      // 10 s
  EXPECT_TRUE(Expired(table, At(seconds(9))).empty());
  EXPECT_EQ(Expired(table, At(seconds(10))), std::vector<FlowIndex>{closing});
  table.Remove(closing, FlowCounter::kExpired);
  EXPECT_EQ(Expired(table, At(seconds(30))), std::vector<FlowIndex>{fresh});
  table.Remove(fresh, FlowCounter::kExpired);
  EXPECT_TRUE(Expired(table, At(seconds(599))).empty());
  EXPECT_EQ(Expired(table, At(seconds(600))), std::vector<FlowIndex>{established});
  EXPECT_EQ(table.counters().value(FlowCounter::kExpired), 2u);
}

TEST(FlowTable, CollectsOldestFirstAndNoMoreThanThereIsRoomFor) {
  FlowTable table = MakeTable(8);
  std::vector<FlowIndex> flows;
  for (uint32_t n = 0; n < 5; ++n) flows.push_back(Add(table, n, At(seconds(n))));
  table.Touch(flows[0], FlowClass::kNew, At(seconds(10)));
  EXPECT_EQ(Expired(table, At(seconds(40)), 3), (std::vector<FlowIndex>{flows[1], flows[2], flows[3]}));
  EXPECT_EQ(Expired(table, At(seconds(40))), (std::vector<FlowIndex>{flows[1], flows[2], flows[3], flows[4], flows[0]}));
}

TEST(FlowTable, NeverReportsEarlyAndAtMostOneSliceLate) {
  FlowTable table = MakeTable(64);
  const auto timeout = table.idle_timeout(FlowClass::kNew);
  const auto slack = timeout / 64;
  // Touched often, within and across slices, in an order that is not the list's.
  for (uint32_t n = 0; n < 50; ++n) Add(table, n, At(milliseconds(n)));
  for (uint32_t round = 0; round < 40; ++round) {
    for (uint32_t n = 0; n < 50; ++n) {
      const uint32_t flow = (n * 7 + round * 13) % 50;
      const auto found = table.Find(Key(flow), table.Hash(Key(flow)));
      table.Touch(found.index, FlowClass::kNew, At(milliseconds(100 + round * 37 + n / 2)));
    }
  }
  size_t reported = 0;
  for (auto now = timeout; reported < 50; now += milliseconds(10)) {
    ASSERT_LT(now, timeout * 2);
    for (const FlowIndex index : Expired(table, At(now))) {
      const auto idle = At(now) - table.last_use(index);
      EXPECT_GE(idle, timeout);
      EXPECT_LE(idle, timeout + slack + milliseconds(10));
      table.Remove(index, FlowCounter::kExpired);
      ++reported;
    }
  }
}

TEST(FlowTable, TellsThatAFoundFlowHasExpiredBeforeItIsCollected) {
  FlowTable table = MakeTable(8);
  const FlowIndex flow = Add(table, 0, At(seconds(0)));
  EXPECT_FALSE(table.IsExpired(flow, At(seconds(30) - std::chrono::nanoseconds(1))));
  EXPECT_TRUE(table.IsExpired(flow, At(seconds(30))));
}

TEST(FlowTable, ExpiresFlowsOfAnotherTimeWhenTimeIsSetBack) {
  FlowTable table = MakeTable(8);
  const FlowIndex future = Add(table, 0, At(seconds(4'000'000)));
  const FlowIndex present = Add(table, 1, At(seconds(0)));
  EXPECT_EQ(Expired(table, At(seconds(1))), std::vector<FlowIndex>{future});
  EXPECT_FALSE(table.IsExpired(present, At(seconds(1))));
  // A packet a little older than its neighbours is nothing special.
  table.Touch(present, FlowClass::kNew, At(seconds(2)));
  EXPECT_FALSE(table.IsExpired(present, At(seconds(1))));
}

TEST(FlowTable, TakesAnyTimestampWithoutOverflow) {
  FlowTable table = MakeTable(8);
  const auto lowest = Timestamp::FromNanoseconds(std::numeric_limits<int64_t>::min());
  const auto highest = Timestamp::FromNanoseconds(std::numeric_limits<int64_t>::max());
  const FlowIndex flow = Add(table, 0, lowest);
  table.Touch(flow, FlowClass::kNew, highest);
  EXPECT_EQ(table.last_use(flow), highest);
  EXPECT_EQ(Expired(table, At(seconds(0))).size(), 1u);
}

TEST(FlowTable, ChangingClassMovesAFlowToTheEndOfTheOtherList) {
  FlowTable table = MakeTable(2);
  const FlowIndex a = Add(table, 0, At(seconds(0)));
  const FlowIndex b = Add(table, 1, At(seconds(0)));
  table.Touch(a, FlowClass::kEstablished, At(seconds(0)));
  table.Touch(a, FlowClass::kNew, At(seconds(0)));
  FlowIndex candidate;
  ASSERT_TRUE(table.EvictionCandidate(candidate));
  EXPECT_EQ(candidate, b);
}

TEST(FlowTable, FindsFlowsThatWereDisplacedFromAFullBucket) {
  constexpr uint32_t kCapacity = 1024;  // 256 buckets
  FlowTable table = MakeTable(kCapacity);
  const auto keys = CollidingKeys(table, 100, 255);
  std::vector<FlowIndex> flows;
  for (const FlowKey& key : keys) flows.push_back(table.FindOrCreate(key, table.Hash(key), At(seconds(0))).index);
  for (size_t i = 0; i < keys.size(); i += 2) table.Remove(flows[i], FlowCounter::kClosed);
  for (size_t i = 0; i < keys.size(); ++i) {
    const FlowLookup found = table.Find(keys[i], table.Hash(keys[i]));
    ASSERT_EQ(found.outcome, i % 2 == 0 ? Outcome::kTableFull : Outcome::kFound);
    if (i % 2 == 1) {
      EXPECT_EQ(found.index, flows[i]);
    }
  }
}

TEST(FlowTable, RefusesAimedCollisionsByNameInsteadOfSearchingForever) {
  FlowTable table = MakeTable(1024);
  const size_t reachable = FlowBucket::kSlots * FlowBucket::kMaxProbe;
  const auto keys = CollidingKeys(table, reachable + 10, 255);
  for (const FlowKey& key : keys) table.FindOrCreate(key, table.Hash(key), At(seconds(0)));
  EXPECT_EQ(table.size(), reachable);
  EXPECT_EQ(table.counters().value(FlowCounter::kTableFull), 10u);
  EXPECT_EQ(table.counters().value(FlowCounter::kBucketsFull), 10u);
  FlowIndex candidate;
  EXPECT_FALSE(table.EvictionCandidate(candidate)) << "evicting another flow would not help this one";
  EXPECT_EQ(table.FindOrCreate(Key(900'001), table.Hash(Key(900'001)), At(seconds(0))).outcome, Outcome::kCreated);
}

TEST(FlowTable, PrefetchFlowNamesTheSlotOfAnExistingFlow) {
  FlowTable table = MakeTable(64);
  const FlowIndex flow = Add(table, 3, At(seconds(0)));
  table.Prefetch(table.Hash(Key(3)));
  FlowIndex likely(99);
  EXPECT_TRUE(table.PrefetchFlow(table.Hash(Key(3)), likely));
  EXPECT_EQ(likely, flow);
  EXPECT_FALSE(table.PrefetchFlow(table.Hash(Key(4)), likely));
}

TEST(FlowTable, WorksWithHashesOfAnotherSeed) {
  FlowTable table = MakeTable(64);
  const FlowHasher other(123);
  std::vector<FlowIndex> flows;
  for (uint32_t n = 0; n < 64; ++n) flows.push_back(table.FindOrCreate(Key(n), other(Key(n)), At(seconds(0))).index);
  for (uint32_t n = 0; n < 64; ++n) EXPECT_EQ(table.Find(Key(n), other(Key(n))).index, flows[n]);
  for (const FlowIndex flow : flows) table.Remove(flow, FlowCounter::kClosed);
  EXPECT_EQ(table.size(), 0u);
}

TEST(FlowTable, KeepsItsFlowsWhenMoved) {
  FlowTable first = MakeTable(16);
  const FlowIndex flow = Add(first, 1, At(seconds(0)));
  FlowTable second = std::move(first);
  EXPECT_EQ(second.Find(Key(1), second.Hash(Key(1))).index, flow);
  FlowTable third = MakeTable(2);
  third = std::move(second);
  EXPECT_EQ(third.Find(Key(1), third.Hash(Key(1))).index, flow);
  EXPECT_EQ(third.capacity(), 16u);
}

TEST(FlowTable, PrefaultedTableWorksTheSame) {
  FlowTableOptions options;
  options.capacity = 4096;
  options.prefault = true;
  auto table = FlowTable::Create(options);
  ASSERT_TRUE(table.ok());
  Add(*table, 1, At(seconds(0)));
  EXPECT_EQ(table->size(), 1u);
}

TEST(FlowTable, CostsLessThanAHundredBytesAFlow) {
  const FlowTable table = MakeTable(1u << 20);
  EXPECT_LT(table.bytes() / table.capacity(), 100u);
}

TEST(FlowTable, NamesWhatIsWrongWithItsOptions) {
  FlowTableOptions options;
  options.capacity = 0;
  EXPECT_EQ(FlowTable::Create(options).error().code(), ErrorCode::kInvalidArgument);
  options.capacity = FlowTable::kMaxCapacity + 1;
  EXPECT_NE(FlowTable::Create(options).error().message().find("67108865"), std::string::npos);
  options.capacity = 16;
  options.idle_timeout[1] = seconds(-1);
  EXPECT_NE(FlowTable::Create(options).error().message().find("idle timeout"), std::string::npos);
}

}  // namespace
}  // namespace sluice::flow
