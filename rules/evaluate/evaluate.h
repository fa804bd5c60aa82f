// Evaluate: whether a rule's condition holds, given the hits in one object so far. The one place that knows what all,
// any, not, counts and proximity mean; the verdict stage and `sluicec test` both call it.
//
// A condition is judged while the object is still arriving: it may hold, be certain never to, or be open until the rest
// is seen. So the answer does not depend on how the bytes were cut. Thread: pure. Allocates: never.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rules/model/rule.h"

namespace sluice::evaluate {

// A confirmed hit. Offsets count bytes within one view of the object; hits of different views are never near each other.
struct Hit {
  model::DetectorIndex detector = 0;
  uint32_t term = 0;       // which term of the detector
  uint32_t view = 0;       // which view of the object (text, name, …), numbered by the caller
  uint8_t where = model::Where::kBody;
  uint8_t bytes_per_character = 1;  // of the encoding, so that distances count characters
  uint64_t begin = 0;
  uint64_t end = 0;        // after the last byte
  uint64_t value = 0;      // hash of what was matched; equal values count once where a rule asks for distinct ones
};

enum class Truth : uint8_t { kFalse, kOpen, kTrue };

// What a condition asks about the hits in an object; whoever keeps them, in whatever form, answers.
class HitView {
 public:
  virtual ~HitView() = default;
  // At least `leaf.min_count` hits (or distinct ones, where it says so) of `leaf.detector` in `leaf.where`.
  virtual bool Reaches(const model::ConditionNode& leaf) const noexcept = 0;
  // `nodes` is a kProximity and its children: itself, the anchor, the partners. A hit of the anchor has one of each partner
  // within nodes[0].within characters, in the same view.
  virtual bool Near(std::span<const model::ConditionNode> nodes) const noexcept = 0;
};

// `complete` says that no more hits can come for this object: only then does `not` hold.
Truth Evaluate(const model::Condition& condition, const HitView& hits, bool complete) noexcept;
// Over a plain list of hits.
Truth Evaluate(const model::Condition& condition, std::span<const Hit> hits, bool complete) noexcept;

// What is known of an object and of the flow that carries it. Empty texts are unknown and match no list.
struct ObjectFacts {
  model::Direction direction = model::Direction::kUpload;
  std::span<const uint8_t, 16> source;
  std::span<const uint8_t, 16> destination;
  std::string_view application;
  std::string_view media_type;
  std::string_view client;
  uint64_t bytes = 0;     // so far
  bool complete = false;  // `bytes` is final
};

// The exception of a rule that holds for this object now, or nullptr. Sizes that are not known yet are taken as they are.
const model::Exception* FindException(const model::Rule& rule, const ObjectFacts& facts, int64_t now_unix_seconds) noexcept;

// Whether a rule with this scope speaks of the object. kOpen: its size is not known yet.
Truth InScope(const model::Scope& scope, const ObjectFacts& facts) noexcept;

}  // namespace sluice::evaluate
