// Trace: what is known of registered documents in one open object: how its bytes read so far, and which documents they resemble.
//
// Fixed in size. An all-new Trace is an object without bytes. Thread: value type, belongs to one worker. Allocates: never.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "rules/fingerprint/digester.h"
#include "rules/fingerprint/selector.h"
#include "rules/fingerprint/set.h"

namespace sluice::signature {

// How much of one part of a document was seen in an object.
struct Evidence {
  uint32_t part = 0;            // of its set
  uint32_t document = 0;
  uint8_t set = 0;
  bool enough = false;          // more than a chance resemblance
  uint32_t reported = 0;        // detectors (by place among the set's) that were told
  uint32_t hits = 0;            // different places of the part
  uint32_t highest = 0;         // place, of the hits
  uint32_t last = 0;            // place, of the hit before
  uint64_t run_begin = 0;       // offset in the object where the run at hand began
  uint64_t best_begin = 0, best_end = 0;  // the longest run
  std::array<uint64_t, 4> covered{};      // a bit for each 256th of the part

  // Takes in a hit at `place` of `count`, that ended at `end`. False: it was seen before.
  bool Add(uint32_t place, uint32_t count, uint64_t end) noexcept;
  uint32_t PercentOf(uint32_t count) const noexcept;
  uint64_t BytesOf(const fingerprint::PartRecord& part_record) const noexcept;
  uint64_t run_bytes() const noexcept { return best_end - best_begin; }
};

// What a detector was told, for the record of the rule that then fires.
struct Sighting {
  uint32_t detector = 0;
  uint32_t document = 0;
  uint8_t set = 0;
  bool whole = false;
  uint8_t percent = 0;
  uint64_t end = 0;             // where in the object it was told
  uint64_t begin = 0, length = 0;  // of the longest run
  uint64_t bytes = 0;           // of the document, that were seen
};

struct Trace {
  static constexpr size_t kEvidence = 8, kSightings = 8;
  // Whole contents: the first kBeginBytes are hashed, the rest only where something registered begins so.
  enum class Hashing : uint8_t { kBegin, kAll, kOver };

  fingerprint::SelectorState selector;
  fingerprint::Digester digester;
  uint64_t begin = 0;
  Hashing hashing = Hashing::kBegin;
  uint8_t evidence_count = 0;
  uint8_t sighting_count = 0;
  std::array<Evidence, kEvidence> evidence;
  std::array<Sighting, kSightings> sightings;  // the first ones
};

}  // namespace sluice::signature
