// BareScan: hs_scan_stream alone over the payload of uploads, with the policy's patterns and the packets' own chunking. The limit that the
// pipeline is measured against: with the stream databases of the bundle, which leave out what is tried in windows only, or with every
// pattern in stream databases, literals in one and expressions in another, which is the same work as the pipeline's.
#pragma once

#include <hs.h>

#include <memory>
#include <vector>

#include "perf/replay/traffic.h"
#include "rules/bundle/bundle.h"

namespace sluice::perf {

class BareScan {
 public:
  enum class Search : uint8_t { kStreamDatabases, kEveryPattern };
  explicit BareScan(const bundle::Bundle& policy, Search search = Search::kStreamDatabases);
  ~BareScan();
  BareScan(const BareScan&) = delete;
  BareScan& operator=(const BareScan&) = delete;

  // Opens a stream for each flow and database, scans, closes. Returns the number of matches.
  uint64_t Run(const Traffic& traffic, uint32_t flows);

  // The same by hand: streams for all flows, the next bytes of one, the end of all.
  std::vector<hs_stream_t*> Open(uint32_t flows) const;
  void Scan(const std::vector<hs_stream_t*>& streams, uint32_t flow, ByteView bytes, uint64_t& matches) const;
  void Close(const std::vector<hs_stream_t*>& streams, uint64_t& matches) const;

 private:
  void Add(hs_database_t* database);

  std::vector<hs_database_t*> databases_;
  hs_scratch_t* scratch_ = nullptr;
};

}  // namespace sluice::perf
