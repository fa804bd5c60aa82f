// BrotliDecoder: RFC 7932 by libbrotlidec, its memory from the worker's BuddyHeap.
//
// Brotli has no magic number: it is tried only where it is declared. The window is at most 16 MiB (no large-window mode).
// Thread: one worker. Allocates: from the heap that was set aside; when that is empty, kPoolEmpty.
#pragma once

#include <brotli/decode.h>

#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class BrotliDecoder final : public Decoder {
 public:
  explicit BrotliDecoder(BuddyHeap& heap) noexcept;
  ~BrotliDecoder() override;
  BrotliDecoder(const BrotliDecoder&) = delete;
  BrotliDecoder& operator=(const BrotliDecoder&) = delete;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;

 private:
  BrotliDecoderState* state_;  // nullptr: the heap had no room
};

}  // namespace sluice::decode
