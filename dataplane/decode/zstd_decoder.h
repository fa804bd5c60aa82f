// ZstdDecoder: RFC 8878 by libzstd, any number of frames, its memory from the worker's BuddyHeap.
//
// The window is at most 8 MiB, as RFC 9659 demands of the content coding; a larger one is kUnsupported.
// Thread: one worker. Allocates: from the heap that was set aside; when that is empty, kPoolEmpty.
#pragma once

#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"

struct ZSTD_DCtx_s;

namespace sluice::decode {

class ZstdDecoder final : public Decoder {
 public:
  static constexpr int kMaxWindowLog = 23;

  explicit ZstdDecoder(BuddyHeap& heap) noexcept;
  ~ZstdDecoder() override;
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return between_frames_ && frames_ > 0; }

 private:
  ZSTD_DCtx_s* context_;  // nullptr: the heap had no room
  bool between_frames_ = true;
  uint64_t frames_ = 0;
};

// A Zstandard frame, or a skippable one (RFC 8878, 3.1).
bool LooksLikeZstd(ByteView prefix) noexcept;

}  // namespace sluice::decode
