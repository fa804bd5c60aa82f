// DocumentText: what a person reads in a document of one application, and how far it was read.
#pragma once

#include <string>

#include "dataplane/extract/exchange.h"

namespace sluice::extractor {

struct DocumentText {
  std::string text;  // UTF-8, but where the document does not say its charset: then its bytes
  extract::Outcome outcome = extract::Outcome::kComplete;
};

}  // namespace sluice::extractor
