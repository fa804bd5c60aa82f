// BareScan: hs_scan_stream alone over the payload of uploads, with the policy's own databases and the packets' own chunking.
// The limit that the pipeline is measured against.
#pragma once

#include <hs.h>

#include <memory>
#include <vector>

#include "perf/replay/traffic.h"
#include "rules/bundle/bundle.h"

namespace sluice::perf {

class BareScan {
 public:
  explicit BareScan(const bundle::Bundle& policy);
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
  std::vector<hs_database_t*> databases_;
  hs_scratch_t* scratch_ = nullptr;
};

}  // namespace sluice::perf
