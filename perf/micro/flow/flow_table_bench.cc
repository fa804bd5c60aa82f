// What the flow stage costs for each packet: searches in bursts of 32 over random flows, with and without prefetching,
// touches, and the life of a short flow. Arguments are the number of flows in the table.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "dataplane/flow/flow_table.h"

namespace sluice::flow {
namespace {

constexpr size_t kBurst = 32;

FlowKey Key(uint32_t n) {
  uint8_t bytes[4];
  FlowKey key;
  StoreBe32(bytes, 0x0a000000 + (n >> 15));
  key.low = packet::IpAddress::FromV4(bytes);
  StoreBe32(bytes, 0xc6336401);
  key.high = packet::IpAddress::FromV4(bytes);
  key.low_port = static_cast<uint16_t>(1024 + (n & 0x7fff));
  key.high_port = 443;
  key.ip_protocol = 6;
  return key;
}

FlowTable MakeTable(uint32_t flows, uint32_t capacity) {
  FlowTableOptions options;
  options.capacity = capacity;
  options.hash_seed = 0x5eed;
  options.prefault = true;
  FlowTable table = FlowTable::Create(options).value();
  for (uint32_t n = 0; n < flows; ++n) table.FindOrCreate(Key(n), table.Hash(Key(n)), Timestamp());
  return table;
}

// Keys in an order that no cache or stride predictor knows; long enough that they are not all cached at 1 M flows.
std::vector<FlowKey> RandomKeys(uint32_t flows) {
  std::mt19937 random(1);
  std::vector<FlowKey> keys(1u << 18);
  for (FlowKey& key : keys) key = Key(static_cast<uint32_t>(random() % flows));
  return keys;
}

void FindEach(benchmark::State& state) {
  const auto flows = static_cast<uint32_t>(state.range(0));
  FlowTable table = MakeTable(flows, flows);
  const auto keys = RandomKeys(flows);
  size_t next = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < kBurst; ++i) {
      const FlowKey& key = keys[next + i];
      benchmark::DoNotOptimize(table.FindOrCreate(key, table.Hash(key), Timestamp()));
    }
    next = (next + kBurst) % keys.size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBurst));
}

// One lookup must end before the next begins, as when each packet is carried through all stages before the next one.
void FindOneAfterAnother(benchmark::State& state) {
  const auto flows = static_cast<uint32_t>(state.range(0));
  FlowTable table = MakeTable(flows, flows);
  const auto keys = RandomKeys(flows);
  size_t next = 0;
  for (auto _ : state) {
    const FlowKey& key = keys[next];
    const FlowLookup found = table.FindOrCreate(key, table.Hash(key), Timestamp());
    next = (next + 1 + (found.index.value() & 1)) % keys.size();
  }
  state.SetItemsProcessed(state.iterations());
}

void FindPrefetched(benchmark::State& state) {
  const auto flows = static_cast<uint32_t>(state.range(0));
  FlowTable table = MakeTable(flows, flows);
  const auto keys = RandomKeys(flows);
  size_t next = 0;
  uint64_t hashes[kBurst];
  Timestamp now;
  for (auto _ : state) {
    now = now + std::chrono::microseconds(3);
    for (size_t i = 0; i < kBurst; ++i) {
      hashes[i] = table.Hash(keys[next + i]);
      table.Prefetch(hashes[i]);
    }
    FlowIndex likely;
    for (const uint64_t hash : hashes) table.PrefetchFlow(hash, likely);
    for (size_t i = 0; i < kBurst; ++i) {
      const FlowLookup found = table.FindOrCreate(keys[next + i], hashes[i], now);
      table.Touch(found.index, FlowClass::kEstablished, now);
    }
    next = (next + kBurst) % keys.size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBurst));
}

// A table that is kept at its number of flows: each step one flow ends and another begins.
void CreateAndRemove(benchmark::State& state) {
  const auto flows = static_cast<uint32_t>(state.range(0));
  FlowTable table = MakeTable(flows, flows);
  uint32_t oldest = 0, newest = flows;
  for (auto _ : state) {
    for (size_t i = 0; i < kBurst; ++i) {
      table.Prefetch(table.Hash(Key(oldest + static_cast<uint32_t>(i))));
      table.Prefetch(table.Hash(Key(newest + static_cast<uint32_t>(i))));
    }
    for (size_t i = 0; i < kBurst; ++i) {
      const FlowKey gone = Key(oldest++);
      table.Remove(table.Find(gone, table.Hash(gone)).index, FlowCounter::kClosed);
      const FlowKey fresh = Key(newest++);
      benchmark::DoNotOptimize(table.FindOrCreate(fresh, table.Hash(fresh), Timestamp()));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBurst));
  state.counters["bytes_per_flow"] = static_cast<double>(table.bytes()) / table.capacity();
}

void HashOnly(benchmark::State& state) {
  const FlowHasher hasher(1);
  FlowKey key = Key(1);
  for (auto _ : state) {
    key.tunnel_id = static_cast<uint32_t>(hasher(key));
    benchmark::DoNotOptimize(key.tunnel_id);
  }
}

BENCHMARK(HashOnly);
BENCHMARK(FindEach)->Arg(1 << 10)->Arg(1 << 16)->Arg(1 << 20);
BENCHMARK(FindOneAfterAnother)->Arg(1 << 10)->Arg(1 << 16)->Arg(1 << 20);
BENCHMARK(FindPrefetched)->Arg(1 << 10)->Arg(1 << 16)->Arg(1 << 20);
BENCHMARK(CreateAndRemove)->Arg(1 << 10)->Arg(1 << 16)->Arg(1 << 20);

}  // namespace
}  // namespace sluice::flow
