#include "control/metrics/talkers.h"

#include <algorithm>
#include <exception>
#include <tuple>

namespace sluice::metrics {
namespace {

auto Weight(const Talker& talker) { return std::tuple(talker.bytes, talker.findings, talker.flows); }

}  // namespace

void Talkers::Observe(const event::Record& record, std::string_view) noexcept {
  if (record.kind == event::RecordKind::kFinding) Add(record.flow, {0, 0, 1});
}

void Talkers::ObserveFlow(const event::Record& record) noexcept {
  const event::Flow& flow = record.body.flow;
  Add(record.flow, {flow.totals[0].bytes + flow.totals[1].bytes, flow.final ? 1u : 0u, 0});
}

void Talkers::Add(const event::FlowRef& flow, const Share& share) noexcept {
  const Clock::time_point now = Clock::now();
  const std::lock_guard<std::mutex> lock(mutex_);
  while (now - halved_ >= kHalfLife) {
    Halve();
    halved_ = std::max(halved_ + kHalfLife, now - 64 * kHalfLife);
  }
  try {
    Add(flow.src, share, clients_);
    Add(flow.dst, share, destinations_);
  } catch (const std::exception&) {
    // No memory: a statistic that is a little too small.
  }
}

void Talkers::Add(const packet::IpAddress& address, const Share& share, Table& table) {
  auto place = table.find(address);
  if (place == table.end()) {
    Talker talker;
    if (table.size() >= kPlaces) {
      const auto least = std::min_element(table.begin(), table.end(), [](const auto& a, const auto& b) { return Weight(a.second) < Weight(b.second); });
      talker.bytes = talker.bytes_of_others = least->second.bytes;
      table.erase(least);
    }
    talker.address = address;
    place = table.emplace(address, talker).first;
  }
  place->second.bytes += share.bytes;
  place->second.flows += share.flows;
  place->second.findings += share.findings;
}

void Talkers::Halve() noexcept {
  for (Table* table : {&clients_, &destinations_}) {
    for (auto one = table->begin(); one != table->end();) {
      Talker& talker = one->second;
      talker.bytes /= 2;
      talker.flows /= 2;
      talker.findings /= 2;
      talker.bytes_of_others /= 2;
      one = Weight(talker) == std::tuple(0u, 0u, 0u) ? table->erase(one) : std::next(one);
    }
  }
}

std::vector<Talker> Talkers::Greatest(const Table& table, size_t limit) const {
  std::vector<Talker> all;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [address, talker] : table) all.push_back(talker);
  }
  std::stable_sort(all.begin(), all.end(), [](const Talker& a, const Talker& b) { return Weight(a) > Weight(b); });
  all.resize(std::min(all.size(), limit));
  return all;
}

}  // namespace sluice::metrics
