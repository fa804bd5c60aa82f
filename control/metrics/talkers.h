// Talkers: which clients and destinations had most to do lately, in a table of fixed size, whoever they are and however many.
//
// Space-saving (Metwally, Agrawal, El Abbadi 2005): one that has no place takes that of the least, and with it what that one had counted, so
// that the greatest are always there; how much may be another's is said. Counts are halved each minute. Bytes come from flow records and
// are there only where the configuration has those written; findings always.
// Thread: Observe on the records' thread, Top by anyone. Allocates: up to kPlaces for each side.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "dataplane/event/record_observer.h"

namespace sluice::metrics {

struct Talker {
  packet::IpAddress address;
  uint64_t bytes = 0, flows = 0, findings = 0;
  uint64_t bytes_of_others = 0;  // at most so many of `bytes` belong to whoever had the place before
};

class Talkers final : public event::RecordObserver {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kPlaces = 512;
  static constexpr std::chrono::seconds kHalfLife{60};

  void Observe(const event::Record& record, std::string_view json) noexcept override;
  void ObserveFlow(const event::Record& record) noexcept override;
  // The greatest first: by bytes, then by findings.
  std::vector<Talker> Clients(size_t limit) const { return Greatest(clients_, limit); }
  std::vector<Talker> Destinations(size_t limit) const { return Greatest(destinations_, limit); }
  // For the tests; Observe reads the clock.
  void Halve() noexcept;

 private:
  using Table = std::map<packet::IpAddress, Talker>;
  struct Share {
    uint64_t bytes = 0, flows = 0, findings = 0;
  };
  void Add(const event::FlowRef& flow, const Share& share) noexcept;
  static void Add(const packet::IpAddress& address, const Share& share, Table& table);
  std::vector<Talker> Greatest(const Table& table, size_t limit) const;

  mutable std::mutex mutex_;  // guards all below
  Table clients_, destinations_;
  Clock::time_point halved_ = Clock::now();
};

}  // namespace sluice::metrics
