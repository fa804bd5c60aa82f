#include "extractor/memory_budget.h"

#include <malloc.h>

#include <cerrno>
#include <cstddef>

namespace sluice::extractor {
namespace {

uint64_t allocated = 0;
uint64_t ceiling = UINT64_MAX;
void (*when_spent)() noexcept = nullptr;

}  // namespace

void BeginMemoryBudget(uint64_t bytes, void (*spent)() noexcept) noexcept {
  when_spent = spent;
  ceiling = allocated + bytes;
}

void EndMemoryBudget() noexcept { ceiling = UINT64_MAX; }
uint64_t AllocatedBytes() noexcept { return allocated; }

#ifndef SLUICE_SANITIZED
namespace {

// Before, so that an absurd size is refused and not tried: libraries ask for those and take the answer. Only what the budget
// could have met at all is the document's own doing.
bool IsRefused(uint64_t bytes) noexcept {
  if (allocated + bytes <= ceiling) return false;
  constexpr uint64_t kAbsurd = uint64_t{256} << 20;
  if (bytes < kAbsurd) {
    ceiling = UINT64_MAX;
    when_spent();
  }
  errno = ENOMEM;
  return true;
}

void* Counted(void* block) noexcept {
  if (block != nullptr) allocated += malloc_usable_size(block);
  return block;
}

}  // namespace
#endif

}  // namespace sluice::extractor

#ifndef SLUICE_SANITIZED
extern "C" {
// glibc's own, under the names by which they can be reached from definitions that replace them.
void* __libc_malloc(size_t bytes);                      // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(size_t count, size_t bytes);        // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* block, size_t bytes);        // NOLINT(bugprone-reserved-identifier)
void* __libc_memalign(size_t alignment, size_t bytes);  // NOLINT(bugprone-reserved-identifier)
void __libc_free(void* block);                          // NOLINT(bugprone-reserved-identifier)

using sluice::extractor::allocated;
using sluice::extractor::Counted;
using sluice::extractor::IsRefused;

void* malloc(size_t bytes) { return IsRefused(bytes) ? nullptr : Counted(__libc_malloc(bytes)); }

void* calloc(size_t count, size_t bytes) {
  size_t all = 0;
  if (__builtin_mul_overflow(count, bytes, &all) || IsRefused(all)) return nullptr;
  return Counted(__libc_calloc(count, bytes));
}

void* realloc(void* block, size_t bytes) {
  const size_t before = block == nullptr ? 0 : malloc_usable_size(block);
  if (bytes > before && IsRefused(bytes - before)) return nullptr;
  void* moved = __libc_realloc(block, bytes);
  if (moved == nullptr && bytes != 0) return nullptr;
  allocated -= before;
  return Counted(moved);
}

void* memalign(size_t alignment, size_t bytes) { return IsRefused(bytes) ? nullptr : Counted(__libc_memalign(alignment, bytes)); }
void* aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void** block, size_t alignment, size_t bytes) {
  *block = memalign(alignment, bytes);
  return *block == nullptr ? ENOMEM : 0;
}

void free(void* block) {
  if (block != nullptr) allocated -= malloc_usable_size(block);
  __libc_free(block);
}
}
#endif
