// `sluicec fingerprint` and its subcommands: sets of registered documents. Exit codes as in commands.h.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

struct FingerprintOptions {
  std::vector<std::string> paths;   // files and folders; of `remove`: names
  std::vector<std::string> lists;   // files with a path on each line
  std::vector<std::string> tables;  // CSV files
  std::vector<std::string> benign;  // folders of harmless files, or sets of them
  std::string key, output, name;
  uint64_t largest_file = uint64_t{64} << 30;
  bool leave_out_names = false;
  bool show_documents = false;
};

// Registers documents, or brings a set up to date.
int RunFingerprint(const FingerprintOptions& options);
int RunNewSignatureKey(const std::string& path);
int RunInspectSet(const FingerprintOptions& options);
// Of paths, the sets; a document that is in several is taken once.
int RunMergeSets(const FingerprintOptions& options);
// Of paths, the set and then the documents that are to be no longer in it.
int RunRemoveFromSet(const FingerprintOptions& options);
// Of paths, two sets. Exit 1 where they differ.
int RunCompareSets(const FingerprintOptions& options);

}  // namespace sluice::cli
