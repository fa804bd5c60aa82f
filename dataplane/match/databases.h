// Databases: the pattern databases of a bundle, made usable, and the scratch that scans with them.
//
// Matchers of one process over the same bundle share them, so that the caches of the processor hold one copy.
// Thread: immutable once loaded; Scratch belongs to one worker. Allocates: while loading. Failure: an Error that names the
// database; the usual remedy is to rebuild the bundle on this machine.
#pragma once

#include <hs.h>

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "rules/bundle/bundle.h"

namespace sluice::match {

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using DatabasePointer = std::unique_ptr<hs_database_t, FreeDatabase>;
using ScratchPointer = std::unique_ptr<hs_scratch_t, FreeScratch>;

struct StreamDatabase {
  DatabasePointer database;
  size_t stream_bytes = 0;  // memory that hs_open_stream asks for
};

class Databases {
 public:
  // The ones that other matchers of this bundle use already, or new ones.
  static Result<std::shared_ptr<const Databases>> Of(const std::shared_ptr<const bundle::Bundle>& policy);

  std::span<const StreamDatabase> streaming() const { return streaming_; }
  // Tried in blocks, round groups of digits and round anchors.
  std::span<const DatabasePointer> numbers() const { return numbers_; }
  std::span<const DatabasePointer> anchored() const { return anchored_; }
  // Scratch for each of them.
  Result<ScratchPointer> MakeScratch() const;

 private:
  static Result<std::shared_ptr<const Databases>> Load(const bundle::Bundle& policy);

  std::vector<StreamDatabase> streaming_;
  std::vector<DatabasePointer> numbers_, anchored_;
};

}  // namespace sluice::match
