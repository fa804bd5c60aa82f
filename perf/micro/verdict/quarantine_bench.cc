// What a new flow pays for quarantines: a search in a set of so many entries, of which it is none.
#include <benchmark/benchmark.h>

#include <random>

#include "dataplane/verdict/quarantine_set.h"

namespace sluice::verdict {
namespace {

packet::IpAddress RandomAddress(std::mt19937_64& random) {
  const uint64_t bits = random();
  uint8_t bytes[4];
  for (size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<uint8_t>(bits >> (8 * i));
  return packet::IpAddress::FromV4(bytes);
}

// All kinds, in equal parts: each search looks for four keys.
void BM_FlowIsNotHeld(benchmark::State& state) {
  std::mt19937_64 random(7);
  std::vector<QuarantineSubject> subjects;
  for (int64_t i = 0; i < state.range(0); ++i) {
    const auto kind = static_cast<QuarantineKind>(i % 4);
    QuarantineSubject subject;
    subject.kind = kind;
    if (kind == QuarantineKind::kFlow) subject.flow = random();
    if (kind == QuarantineKind::kSource || kind == QuarantineKind::kPair) subject.source = RandomAddress(random);
    if (kind == QuarantineKind::kDestination || kind == QuarantineKind::kPair) subject.destination = RandomAddress(random);
    subjects.push_back(subject);
  }
  const QuarantineSet set(std::move(subjects), 1, 2);
  std::vector<packet::IpAddress> addresses(65536);
  for (auto& address : addresses) address = RandomAddress(random);
  size_t at = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(set.Find(addresses[at & 65535], addresses[(at + 1) & 65535], at));
    ++at;
  }
}
BENCHMARK(BM_FlowIsNotHeld)->Arg(0)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace sluice::verdict
