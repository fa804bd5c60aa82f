// WriteDraft: a draft as the text of a pack, and which of its lines belong to which rule.
//
// Whatever the draft's texts hold (control characters, bytes that are no UTF-8), the result is a pack in form.
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/import/draft.h"

namespace sluice::import {

struct WrittenDraft {
  std::string text;
  // For each line, from 1: the rank of the detector or rule that stands there; kNone elsewhere.
  struct Owner {
    enum class Kind : uint8_t { kNone, kDetector, kRule } kind = Kind::kNone;
    size_t rank = 0;
  };
  std::vector<Owner> owners;
  Owner OwnerOf(uint32_t line) const { return line < owners.size() ? owners[line] : Owner{}; }
};

WrittenDraft WriteDraft(const Draft& draft);

}  // namespace sluice::import
