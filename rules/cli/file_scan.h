// ScanFiles: a policy over files at rest, by as many threads as there are processors. Each file is opened by the data plane's
// own decoders (file_views.h), and each view of it is judged as an object of its own, as on the wire.
//
// Thread: one caller; oneTBB inside. Allocates: yes (cold path). Failure: of a file, in its outcome.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/cli/file_views.h"

namespace sluice::cli {

// The first hit of a rule that fired. A rule that fires because something is absent has none.
struct ShownHit {
  model::DetectorIndex detector = 0;
  std::string masked;    // never the content
  std::string encoding;  // "utf-8", "utf-8/percent"
  uint64_t offset = 0, length = 0;
  uint64_t line = 0;     // from 1, by line feeds before it
};

// A registered document, as a finding names it.
struct ShownDocument {
  std::string set, name;
  uint32_t number = 0, percent = 0;
  uint64_t bytes = 0, run = 0;
  bool whole = false;
};

struct FiredRule {
  uint32_t rule = 0;  // of the bundle
  std::vector<std::string> path = {"file"};  // to the view it fired in
  size_t count = 0;   // hits of its detectors
  model::Marking marking;  // of the first of them that is a marking; none: nation is kNone
  std::optional<ShownHit> first;
  std::vector<ShownDocument> documents;  // the first few
};

struct FileOutcome {
  std::string path;
  uint64_t bytes = 0;
  std::vector<FiredRule> fired;  // in the order of rules: of the file as it lies, then of what is in it
  std::vector<Unopened> unopened;  // what could not be looked into
  std::string problem;           // one sentence; empty where the file was looked through
};

// Hands each file's outcome to `on_file`, one at a time and in the order of `files`, while others are looked through. `-` is standard
// input. `names_charset`: how names in containers are shown that declare none (one of decode::kNameCharsets; empty: as they are).
void ScanFiles(const bundle::Bundle& bundle, const std::vector<std::string>& files, const std::string& names_charset, const std::function<void(const FileOutcome&)>& on_file);

}  // namespace sluice::cli
