// HyperscanCalls: the library's entry points that run on the hot path, as a table.
//
// One place to choose another build of them (docs/decisions/hyperscan-instruction-set.md) and to put failures in their
// way in tests. Thread: constant data.
#pragma once

#include <hs.h>

namespace sluice::match {

struct HyperscanCalls {
  decltype(&hs_open_stream) open_stream = &hs_open_stream;
  decltype(&hs_scan_stream) scan_stream = &hs_scan_stream;
  decltype(&hs_reset_stream) reset_stream = &hs_reset_stream;
  decltype(&hs_scan) scan_block = &hs_scan;
};

}  // namespace sluice::match
