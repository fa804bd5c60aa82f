// RulePlan: a policy's rules, prepared so that deciding during a scan is short: when to look at a rule, and what its
// condition asks of the tally.
//
// Each leaf of a condition ("at least 3 of detector D in the body") is answered from the tally's counts; the tree above the
// leaves is judged by rules/evaluate, as everywhere. Thread: immutable once made. Allocates: in MakePlan only.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/verdict/verdict.h"
#include "rules/bundle/bundle.h"
#include "rules/model/condition.h"

namespace sluice::verdict {

// A kDetector node. `key` is what stands in its place in RulePlan::condition.
struct Leaf {
  model::DetectorIndex detector = 0;
  uint32_t min_count = 1;
  uint32_t key = 0;          // shared by the leaves of one kProximity that mean the same hits
  uint8_t where = 0;
  bool distinct = false;
  bool in_proximity = false; // asks for positions instead of a count
  bool negated = false;      // under an odd number of `not`
};

struct RulePlan {
  model::Condition condition;  // as written, with each leaf asking for one hit of its key
  std::vector<Leaf> leaves;    // in the order of their nodes
  Verdict verdict = Verdict::kAlert;
  bool at_end = false;            // may hold at the end only: `not`, a greatest size, an exception, a short object's type
  bool holds_when_empty = false;  // at the end of an object without findings
};

// What a detector's findings can change.
struct DetectorPlan {
  std::vector<uint32_t> thresholds;  // ascending: counts at which a leaf begins to hold
  uint32_t most_terms = 0;           // distinct terms that a leaf asks for, at most; 0: none does
  bool in_proximity = false;
};

// An offset at which rules may begin to hold without a finding there.
struct Checkpoint {
  uint64_t offset = 0;
  std::vector<uint32_t> rules;
};

struct PolicyPlan {
  std::vector<RulePlan> rules;
  std::vector<DetectorPlan> detectors;
  std::vector<Checkpoint> checkpoints;  // ascending
  std::vector<uint32_t> at_end;         // rules
  size_t most_leaves = 0;               // of one rule
  bool may_hold_when_empty = false;     // some rule holds at the end of an object without findings
  bool asks_for_names = false;          // some rule asks what objects are called
};
PolicyPlan MakePlan(const bundle::Bundle& policy);

}  // namespace sluice::verdict
