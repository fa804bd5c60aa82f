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

// Hits that lie together, in the object and in the part.
struct Run {
  // Steps forward that are kept, so that a phrase which is repeated counts once.
  static constexpr size_t kPlaces = 8;
  uint32_t last = 0;      // place, of the last hit
  uint32_t count = 0;     // different places, in the order of the document; 0: no run
  uint32_t covered = 0;   // bytes of the object that these places speak for
  std::array<uint32_t, kPlaces> places{};  // the last ones of them, in a ring
  uint64_t begin = 0;     // offset in the object of the first hit
  uint64_t last_end = 0;  // and of the last

  void Begin(uint32_t place, uint64_t end) noexcept;
  void Extend(uint32_t place, uint64_t end) noexcept;
};

// How much of one part of a document was seen in an object.
struct Evidence {
  uint32_t part = 0;            // of its set
  uint32_t document = 0;
  uint8_t set = 0;
  bool enough = false;          // more than a chance resemblance
  uint32_t reported = 0;        // detectors (by place among the set's) that were told
  uint32_t hits = 0;            // different places of the part
  uint32_t first = 0;           // place, of the first hit
  uint32_t highest = 0;         // place, of the hits
  // Several, because a text that repeats itself is known by the first place that says so: what is said anew there goes on beside it.
  std::array<Run, 3> runs{};
  uint64_t best_begin = 0, best_end = 0;  // the longest run
  std::array<uint64_t, 4> covered{};      // a bit for each 256th of the part

  // Takes in a hit at `place` of the part, that ended at `end`. False: it was seen before.
  bool Add(const fingerprint::PartRecord& of_part, uint32_t place, uint64_t end) noexcept;
  // One of the runs is a passage of the part: phrases that many people write are shorter, and stand elsewhere in another order.
  bool IsPassage(const fingerprint::PartRecord& of_part) const noexcept;
  uint32_t PercentOf(uint32_t count) const noexcept;
  uint64_t BytesOf(const fingerprint::PartRecord& part_record) const noexcept;
  uint64_t run_bytes() const noexcept { return best_end - best_begin; }

 private:
  void Follow(uint32_t place, uint64_t end, uint64_t reach) noexcept;
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
