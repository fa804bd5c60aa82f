// The JSON lines of `sluicec scan` (docs/records.md).
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>

#include "rules/bundle/bundle.h"
#include "rules/cli/file_scan.h"

namespace sluice::cli {

// A finding, and an anomaly: what could not be looked into is never clean. Without a line end.
std::string ScanRecord(const bundle::Bundle& bundle, const FileOutcome& file, const FiredRule& fired);
std::string ScanRecord(const bundle::Bundle& bundle, const FileOutcome& file, const Unopened& unopened);

}  // namespace sluice::cli
