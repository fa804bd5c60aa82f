// FlowBucket: one cache line of the flow table's index: eight tags, and the slots they stand for.
//
// A flow's home is the bucket its hash names; when that is full it goes to the next with room, at most kMaxProbe buckets
// from home. The home counts how many of its flows went elsewhere and how far, so a search reads one line unless flows
// were in fact displaced, and removal leaves no tombstone behind. Thread: one worker. Allocates: never.
#pragma once

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstdint>

namespace sluice::flow {

struct alignas(64) FlowBucket {
  static constexpr uint32_t kSlots = 8;
  // Longest walk from home. With random hashes at the table's highest load (half of all tags) a run this long does not
  // come about; whoever knows the seed and aims at it gets flows refused, not a slow table.
  static constexpr uint32_t kMaxProbe = 16;

  std::array<uint16_t, kSlots> tags;   // 0: free
  std::array<uint32_t, kSlots> slots;
  uint32_t displaced;  // flows of this home that live in another bucket
  uint32_t reach;      // no displaced flow is further from home than this; 0 when none is displaced

  static uint16_t TagOf(uint64_t hash) noexcept {
    const auto tag = static_cast<uint16_t>(hash >> 48);
    return tag == 0 ? uint16_t{1} : tag;
  }

  // One bit for each position that holds `tag`.
  uint32_t Match(uint16_t tag) const noexcept {
    const __m128i all = _mm_load_si128(reinterpret_cast<const __m128i*>(tags.data()));
    const __m128i equal = _mm_cmpeq_epi16(all, _mm_set1_epi16(static_cast<int16_t>(tag)));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128())));
  }
  uint32_t MatchFree() const noexcept { return Match(0); }
};
static_assert(sizeof(FlowBucket) == 64);

}  // namespace sluice::flow
