// What DecodeRoom and its chains share. Included by decode_room.cc and decoder_chain.cc only.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/slab.h"
#include "dataplane/content/media_type.h"
#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/coding_table.h"
#include "dataplane/decode/decode_room.h"
#include "dataplane/decode/decoder_chain.h"

namespace sluice::decode {

// Output of one decoder call. Fits the second-level cache twice; larger gains nothing.
constexpr size_t kScratchBytes = 16 * 1024;

// States of at most this size share a slab; larger ones have their own.
constexpr size_t kSmallStateBytes = 2048;

struct DecodeRoom::Impl {
  // Output stands here until the next call to any chain of the room.
  struct Depth {
    std::array<uint8_t, kScratchBytes> output;
    std::array<uint8_t, content::kMediaTypePrefix> prefix;
  };

  Slab& StatesFor(Coding coding) noexcept {
    return EntryOf(coding).decoder_bytes > kSmallStateBytes ? large_states : small_states;
  }

  DecodeOptions options;
  Slab chains;
  Slab large_states;
  Slab small_states;
  BuddyHeap heap;
  std::unique_ptr<extract::ExtractionRoom> extraction;  // null: no extractor
  CounterSet<DecodeOutcome> outcomes;
  Counter chains_full;
  std::array<Depth, DecoderChain::kMaxDepth + 1> depths;
};

}  // namespace sluice::decode
