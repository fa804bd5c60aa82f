// RuleCosts: which rules make workers busy: the costs of their detectors, of every worker and of every policy since the start, by rule.
//
// What Hyperscan takes to look for all patterns at once belongs to none of them; what follows from a hit does: its surroundings read, its
// validator, its marking or row. A detector that several rules ask for counts for each of them.
// Thread: any. Allocates: yes (cold). A policy's numbers are kept after it is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dataplane/match/detector_costs.h"
#include "rules/bundle/bundle.h"

namespace sluice::pipeline {

struct RuleCost {
  uint64_t hits = 0, confirmed = 0, cycles = 0;
};

class RuleCosts {
 public:
  // `costs` of one worker under `policy`; followed until nobody else holds them.
  void Follow(std::shared_ptr<const bundle::Bundle> policy, std::shared_ptr<const match::DetectorCosts> costs);
  // By the rule's id; rules without a hit are not in it.
  std::map<std::string, RuleCost> Sum() const;

 private:
  struct Followed {
    std::shared_ptr<const bundle::Bundle> policy;
    std::shared_ptr<const match::DetectorCosts> costs;
  };
  static void AddTo(std::map<std::string, RuleCost>& sum, const Followed& one);

  mutable std::mutex mutex_;
  std::vector<Followed> followed_;
  std::map<std::string, RuleCost> ended_;
};

}  // namespace sluice::pipeline
