// PolicyBuilder: a bundle made in memory from byte patterns, for tests that need one without rule files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/bundle/bundle.h"

namespace sluice::test {

class PolicyBuilder {
 public:
  model::DetectorIndex AddDetector(std::string id, model::ValidatorKind validator = model::ValidatorKind::kNone);
  // Each returns the pattern's index. A literal is given as the bytes that travel.
  uint32_t AddLiteral(model::DetectorIndex detector, std::string_view bytes, model::Encoding encoding = model::Encoding::kUtf8,
                      model::TransferForm form = model::TransferForm::kPlain);
  uint32_t AddExpression(model::DetectorIndex detector, std::string_view expression);
  // Its hits must be part of such a marking.
  void SetMarking(model::DetectorIndex detector, const model::MarkingFilter& marking) { detectors_[detector].marking = marking; }
  uint32_t AddRule(model::Rule rule);

  // Compiles the databases, writes a bundle and reads it back. Ends the test program when the library refuses a pattern.
  std::shared_ptr<const bundle::Bundle> Build() const;

 private:
  struct Source {
    std::string text;
    model::Pattern pattern;
  };
  uint32_t Add(std::string_view text, model::Pattern pattern);

  std::vector<model::Detector> detectors_;
  std::vector<model::Rule> rules_;
  std::vector<Source> sources_;
};

// A rule that fires on `min_count` findings of one detector, with the given id.
model::Rule RuleOn(model::DetectorIndex detector, std::string id, uint32_t min_count = 1);

}  // namespace sluice::test
