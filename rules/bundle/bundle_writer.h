// WriteBundle: from a compiled policy to the bytes of an *.slb file; the sibling of bundle.h's Parse.
//
// The same contents give the same bytes, always. Thread: pure. Allocates: yes (cold path).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/bundle/format.h"

namespace sluice::bundle {

struct Contents {
  Platform platform;
  model::Policy policy;
  std::vector<Pattern> patterns;
  std::vector<Anchor> anchors;
  std::vector<Database> databases;  // their blobs must live until WriteBundle returns
  std::vector<Source> sources;
};

std::vector<uint8_t> WriteBundle(const Contents& contents);

}  // namespace sluice::bundle
