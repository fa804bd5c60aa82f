// Bzip2Decoder: bzip2 by libbz2, any number of streams, its memory (up to 4 MiB) from the worker's BuddyHeap.
//
// Thread: one worker. Allocates: from the heap that was set aside; when that is empty, kPoolEmpty.
#pragma once

#include <bzlib.h>

#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class Bzip2Decoder final : public Decoder {
 public:
  explicit Bzip2Decoder(BuddyHeap& heap) noexcept;
  ~Bzip2Decoder() override;
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return between_streams_ && streams_ > 0; }

 private:
  bool Begin() noexcept;
  void Finish() noexcept;

  bz_stream stream_{};
  bool open_ = false;
  bool between_streams_ = true;
  uint64_t streams_ = 0;
};

bool LooksLikeBzip2(ByteView prefix) noexcept;

}  // namespace sluice::decode
