// Condition: when the hits of some detectors matter. A tree, kept flat in pre-order so that it is walked without pointers.
//
// Thread: value type. Allocates: only while being built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::model {

// The most hits a condition can ask for, so that nobody has to count further.
inline constexpr uint32_t kLargestCount = 1000;
// The most different values: each has a place in the fixed state of an object.
inline constexpr uint32_t kLargestDistinctCount = 16;

// Index into the policy's list of detectors.
using DetectorIndex = uint32_t;

// Parts of an object where a hit may stand. A set of bits.
struct Where {
  static constexpr uint8_t kBody = 0x01, kName = 0x02, kHeader = 0x04, kSubject = 0x08, kMetadata = 0x10;
  static constexpr uint8_t kAnywhere = 0x1f;
};

struct ConditionNode {
  enum class Kind : uint8_t {
    kDetector,   // at least min_count hits of `detector` in `where`
    kAll,        // every child holds
    kAny,        // at least min_count children hold
    kNot,        // its one child does not hold
    kProximity,  // a hit of the first child (a kDetector) with a hit of each other child within `within` bytes of it
    kCount,
  };
  Kind kind = Kind::kAny;
  uint8_t where = Where::kAnywhere;
  bool distinct = false;      // kDetector: count different matched terms or values, not occurrences
  uint32_t min_count = 1;     // ≥ 1
  uint32_t within = 0;        // kProximity: characters between the two hits, at most
  DetectorIndex detector = 0; // kDetector
  uint32_t size = 1;          // nodes of this subtree, this one included: the next sibling is at index + size
};

// The root is nodes[0]. REQUIRES of every reader: Validate-d by the bundle reader (sizes nest, indices in range).
struct Condition {
  std::vector<ConditionNode> nodes;
};

// Some detector counts only in parts of which names are one.
bool AsksForNames(const Condition& condition);

// A tree is at most this deep, so that walking it needs a bounded stack.
inline constexpr uint32_t kMaxConditionDepth = 16;

// Whether sizes nest, the depth is bounded, leaves have no children, inner nodes have some, and detectors are below `detector_count`.
bool IsWellFormed(const Condition& condition, uint32_t detector_count);

}  // namespace sluice::model
