// SignatureSets: the registered documents that a policy asks for, found by the names that its detectors give.
//
// They belong to the bundle: a policy and its sets are put in force, and given up, as one. Thread: immutable once made, but for the boards.
// Allocates: in Load. Failure: Load says which set is missing, twice there, or cannot be read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "rules/fingerprint/departed_board.h"
#include "rules/fingerprint/set.h"
#include "rules/model/rule.h"

namespace sluice::bundle {

struct SignatureFiles {
  std::vector<std::string> sets;  // *.sls
  std::string key;                // whose key file they were made with; needed where there are sets
};

class SignatureSets {
 public:
  // Those that `detectors` name; nullptr where they name none.
  static Result<std::shared_ptr<const SignatureSets>> Load(const std::vector<model::Detector>& detectors, const SignatureFiles& files);
  // Of sets that are open already.
  static Result<std::shared_ptr<const SignatureSets>> Choose(const std::vector<model::Detector>& detectors, const std::vector<std::shared_ptr<const fingerprint::Set>>& open);

  struct Use {
    model::DetectorIndex detector = 0;
    uint32_t set = 0;                                   // index into sets()
    std::shared_ptr<fingerprint::DepartedBoard> board;  // where it asks for what has left
  };
  const std::vector<std::shared_ptr<const fingerprint::Set>>& sets() const { return sets_; }
  const std::vector<Use>& uses() const { return uses_; }

 private:
  std::vector<std::shared_ptr<const fingerprint::Set>> sets_;
  std::vector<Use> uses_;
};

}  // namespace sluice::bundle
