// MemoryScanner: finds and confirms hits in text that lies whole in memory: the rules' own examples, files at rest.
//
// The data plane has its own matcher for streams (dataplane/match); both confirm with rules/evaluate, and a differential
// test holds them to the same answers. Thread: one at a time for each object. Allocates: yes (cold path).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "rules/bundle/bundle.h"
#include "rules/evaluate/evaluate.h"

namespace sluice::compile {

struct FoundHit {
  evaluate::Hit hit;
  uint32_t pattern = 0;
  model::Marking marking;  // where the detector asks for one
};

class MemoryScanner {
 public:
  // What is needed of a bundle, or of what will be one. All are copied. REQUIRES: each pattern's detector is one of `detectors`.
  struct Parts {
    std::span<const bundle::Database> databases;
    std::span<const model::Pattern> patterns;
    std::span<const model::Anchor> anchors;
    std::span<const model::Detector> detectors;
  };
  static Result<MemoryScanner> Open(const Parts& parts);
  static Result<MemoryScanner> Open(const bundle::Bundle& bundle) { return Open(Parts{bundle.databases(), bundle.patterns(), bundle.anchors(), bundle.detectors()}); }
  MemoryScanner(MemoryScanner&&) noexcept;
  MemoryScanner& operator=(MemoryScanner&&) noexcept;
  ~MemoryScanner();

  // Whether a hit of a detector that asks for rows of a table is part of one: `text` round it, in which it ends at `end`. Without it no such hit
  // stands.
  using RowCheck = std::function<bool(const model::Pattern& pattern, ByteView text, size_t end)>;
  void SetRowCheck(RowCheck check);

  // In order of where they end. Failure: Hyperscan refused. The answer does not depend on how large the pieces are in
  // which Hyperscan gets the text.
  Result<std::vector<FoundHit>> Scan(ByteView text, size_t piece_bytes = kLargestPiece);

  // hs_scan_stream takes 32-bit lengths.
  static constexpr size_t kLargestPiece = size_t{1} << 30;

 private:
  struct Impl;
  explicit MemoryScanner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct Program;
// Over the databases that Build made.
Result<MemoryScanner> OpenScanner(const Program& program);

}  // namespace sluice::compile
