// RowCheck: whether a hit is part of a registered row: as many columns of one as its detector asks for stand round it.
//
// The last step of confirming; nearly every hit ends at one look-up. Thread: pure. Allocates: RowSetsOf only.
#pragma once

#include <vector>

#include "base/byte_view.h"
#include "rules/bundle/bundle.h"

namespace sluice::match {

// For each detector of the policy the set whose rows it asks for, or null.
std::vector<const fingerprint::Set*> RowSetsOf(const bundle::Bundle& policy);

// Text round a hit that ends at `end`.
struct RowText {
  ByteView bytes;
  size_t end = 0;
};
// `set` may be null: then there is no row. REQUIRES: PrepareCharacters of the pattern's encoding.
bool HasRow(const fingerprint::Set* set, const model::SignatureFilter& filter, const model::Pattern& pattern, const RowText& text) noexcept;

}  // namespace sluice::match
