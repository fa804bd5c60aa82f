// RegisterFiles: files → fingerprinted documents, through the decoders of the data plane, by as many threads as there are processors.
//
// Files that have not changed since the set was made, or since an attempt that was broken off, are not read again: what is finished is kept
// in a journal beside the set. Thread: one caller; oneTBB inside. Allocates: yes (cold path). Failure: of a file: it is left out, by
// name and reason; of the journal: Result.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "rules/fingerprint/document.h"

namespace sluice::cli {

struct RegisterOptions {
  std::shared_ptr<const fingerprint::Secrets> secrets;
  std::string journal;                 // empty: none
  uint64_t largest_file = uint64_t{64} << 30;
  bool show_progress = true;
};

struct Registration {
  std::vector<fingerprint::Document> documents;        // in the order of the files
  std::map<std::string, std::vector<std::string>> left_out;  // reason: files
  std::map<std::string, size_t> unopened;              // what of files could not be looked into, by kind
  uint64_t bytes_read = 0;
  size_t unchanged = 0;
};

// `known`: documents of an earlier time, by path hash.
using KnownDocuments = std::map<uint64_t, fingerprint::Document>;

Result<Registration> RegisterFiles(const std::vector<std::string>& files, const RegisterOptions& options, KnownDocuments known);

}  // namespace sluice::cli
