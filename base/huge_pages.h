// Huge pages for pools whose memory is touched as it is used.
//
// With a million items of a kind, each in a place of its own, finding the page is as slow as fetching the bytes: tables of 4 KiB pages
// for 1 GiB take 2 MiB, more than a processor's TLB and often its caches hold. Linux gives pages of 2 MiB where it is asked to.
// Thread: any. Failure: none; it is advice (madvise(2)), and everything works without.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace sluice {

// A pool of which little is used takes no more than before: its beginning stays in small pages.
inline constexpr size_t kInSmallPages = 8u << 20;

// `memory` comes from mmap.
inline void AdviseHugePages(void* memory, size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  if (bytes > kInSmallPages) (void)madvise(static_cast<uint8_t*>(memory) + kInSmallPages, bytes - kInSmallPages, MADV_HUGEPAGE);
#endif
}

}  // namespace sluice
