// DetectorCosts: what the hits of each detector of a policy took to confirm, on one worker.
//
// Shape: three counters for each detector, by its index in the policy. Thread: written by the worker that owns the confirmer, read by
// anyone; counters are read one by one, so that a sum may be a hit ahead of another. Allocates: when it is made.
#pragma once

#include <cstddef>
#include <vector>

#include "base/counter.h"
#include "rules/model/condition.h"

namespace sluice::match {

struct DetectorCost {
  Counter hits;       // that Hyperscan reported
  Counter confirmed;  // of those, findings
  Counter cycles;     // of the processor's time stamp counter, from hit to finding
};

class DetectorCosts {
 public:
  explicit DetectorCosts(size_t detectors) : costs_(detectors) {}
  size_t size() const noexcept { return costs_.size(); }
  // REQUIRES: detector < size().
  DetectorCost& operator[](model::DetectorIndex detector) noexcept { return costs_[detector]; }
  const DetectorCost& operator[](model::DetectorIndex detector) const noexcept { return costs_[detector]; }

 private:
  std::vector<DetectorCost> costs_;
};

}  // namespace sluice::match
