// RegisterTable: a CSV file → the keyed hashes of its rows' values.
//
// The first line names the columns. Rows that do not hold together are left out, by number and reason, on standard error; values that are too
// short to be looked for are counted. Thread: one. Allocates: yes (cold path). Failure: no column that says anything, or one in which all values
// are alike.
#pragma once

#include <string>

#include "base/result.h"
#include "rules/fingerprint/document.h"

namespace sluice::cli {

Result<fingerprint::Document> RegisterTable(const std::string& path, const fingerprint::Secrets& secrets);

}  // namespace sluice::cli
