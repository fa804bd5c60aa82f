// MemoryBudget: what one document may allocate, counted at the allocator itself, so that it is the same for the same document
// whatever came before it. malloc and its like are defined here for the whole program, libraries included.
//
// Thread: one. Allocates: it is what does. Failure: beyond the budget `spent` is called, which does not return.
#pragma once

#include <cstdint>

namespace sluice::extractor {

// From here on `bytes` more may be in use at a time.
void BeginMemoryBudget(uint64_t bytes, void (*spent)() noexcept) noexcept;
void EndMemoryBudget() noexcept;
// In use now, of what was ever allocated. 0 where a sanitizer has the allocator.
uint64_t AllocatedBytes() noexcept;

}  // namespace sluice::extractor
