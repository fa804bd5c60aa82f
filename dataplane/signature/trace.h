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
  uint32_t last = 0;            // place, of the last hit of the run at hand
  uint32_t stray = 0;           // place, of the last hit that did not go on with the run: another may begin there
  uint8_t run_count = 0;        // different places of the run, as far as they are kept
  std::array<uint32_t, 3> run_places{};
  uint64_t run_begin = 0;       // offset in the object where the run at hand began
  uint64_t last_end = 0, stray_end = 0;   // offsets of those hits
  uint64_t best_begin = 0, best_end = 0;  // the longest run
  std::array<uint64_t, 4> covered{};      // a bit for each 256th of the part

  // Takes in a hit at `place` of the part, that ended at `end`. False: it was seen before.
  bool Add(const fingerprint::PartRecord& of_part, uint32_t place, uint64_t end) noexcept;
  // The run at hand is a passage of the part: phrases that many people write are shorter, and stand elsewhere in another order.
  bool IsPassage(const fingerprint::PartRecord& of_part) const noexcept;
  uint32_t PercentOf(uint32_t count) const noexcept;
  uint64_t BytesOf(const fingerprint::PartRecord& part_record) const noexcept;
  uint64_t run_bytes() const noexcept { return best_end - best_begin; }

 private:
  void Follow(uint32_t place, uint64_t end, uint64_t reach) noexcept;
  void Keep(uint32_t place) noexcept;
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
