// The commands of `sluicec`. Each prints for people on standard error, results on standard output, and returns the exit
// code: 0 clean, 1 errors in the input, 2 bad usage.
#pragma once

#include <string>
#include <vector>

#include "rules/bundle/bundle.h"

namespace sluice::cli {

int RunCheck(const std::vector<std::string>& paths);
// `signing_key` is the path of a secret key; empty: the bundle is not signed.
int RunCompile(const std::vector<std::string>& paths, const std::string& output, const std::string& signing_key);
struct RebuildOptions {
  std::string output;
  std::string signing_key;                // as above
  std::vector<std::string> trusted_keys;  // public keys, one of which must have signed the old bundle; none: any will do
};
// A bundle's own sources, compiled for this machine.
int RunRebuild(const std::string& path, const RebuildOptions& options);
// Makes NAME.key and NAME.pub.
int RunKeygen(const std::string& name);
// REQUIRES: `keys` is not empty.
int RunVerify(const std::string& path, const std::vector<std::string>& keys);
// The rules' own examples, and then the files of `benign`, in which nothing may be found.
int RunTest(const std::vector<std::string>& paths, const std::vector<std::string>& benign);
int ScanBenign(const bundle::Bundle& bundle, const std::vector<std::string>& folders);
struct ScanOptions {
  std::string policy;
  std::vector<std::string> paths;         // `-` is standard input
  std::vector<std::string> trusted_keys;  // as above
  bundle::SignatureFiles signatures;
  std::string names_charset;              // of decode::kNameCharsets, or empty
  bool as_table = false;                  // for people; else JSON lines
};
// Findings are no error.
int RunScan(const ScanOptions& options);
// Rewrites packs in canonical form; with `check` only names those that are not.
int RunFormat(const std::vector<std::string>& paths, bool check);
// The JSON Schema of a pack.
int RunSchema();
struct ImportOptions {
  std::string format, input, output;
  std::string report;  // where the loss report goes, besides standard error; may be empty
};
int RunImport(const ImportOptions& options);
// `what` is a diagnostic code or a bundle's path.
int RunExplain(const std::string& what);

}  // namespace sluice::cli
