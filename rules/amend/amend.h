// Amend: an entry added to a list of one rule (an exception, an example) in the text of its pack, which otherwise stays as it was written.
//
// The text is read again afterwards: it must mean what it meant, with that entry and nothing else. Thread: pure. Allocates: yes (cold path).
// Failure: kNotFound where no pack has the rule; kUnsupported where the rule is written so that lines cannot be put in, with the lines for
// whoever does it by hand.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rules/syntax/source.h"

namespace sluice::amend {

// For what traffic a rule shall not hold, until a day.
struct Exception {
  std::string reason;
  std::string expires;                    // YYYY-MM-DD, UTC; holds through that day
  std::vector<std::string> sources, destinations;  // addresses or blocks; not both empty
};

struct Amended {
  uint32_t file = 0;  // which of the sources
  std::string text;   // what it is now
  std::string added;  // the lines, for people
};

// Sources that are no packs are passed over.
Result<Amended> AddException(const syntax::SourceSet& sources, const std::string& rule, const Exception& exception);
// `text` is found by mistake.
Result<Amended> AddNoMatch(const syntax::SourceSet& sources, const std::string& rule, const std::string& text);

}  // namespace sluice::amend
