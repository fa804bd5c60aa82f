// Explain: one line that says why a rule fired: the conditions that held, in the words of the rule's detectors.
//
// "cn.secret.mark: 2 found, 2 needed; release.note: none". Content never appears. Thread: pure. Allocates: never.
#pragma once

#include "base/inline_text.h"
#include "dataplane/verdict/rule_plan.h"
#include "dataplane/verdict/tally_book.h"
#include "rules/bundle/bundle.h"

namespace sluice::verdict {

using ExplainText = InlineText<192>;

void Explain(const bundle::Bundle& policy, const RulePlan& rule, const TallyBook& book, ExplainText& text) noexcept;

}  // namespace sluice::verdict
