// XzDecoder: xz (any number of streams), its forerunner lzma and lzip (any number of members), by liblzma, its memory from the worker's BuddyHeap.
//
// A dictionary beyond kMostMemory is refused as unsupported. Thread: one worker. Allocates: from the heap that was set
// aside; when that is empty, kPoolEmpty.
#pragma once

#include <lzma.h>

#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class XzDecoder final : public Decoder {
 public:
  enum class Format : uint8_t { kXz, kLzma, kLzip };
  // What xz -9 asks for, and a little.
  static constexpr uint64_t kMostMemory = uint64_t{66} << 20;

  XzDecoder(BuddyHeap& heap, Format format) noexcept;
  ~XzDecoder() override;
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;

 private:
  DecodeStep Run(ByteView input, std::span<uint8_t> scratch, lzma_action action) noexcept;

  lzma_allocator allocator_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool made_ = false;
};

bool LooksLikeXz(ByteView prefix) noexcept;
bool LooksLikeLzip(ByteView prefix) noexcept;
// The usual properties, a dictionary of a power of two, a size that is unknown or below 256 GiB.
bool LooksLikeLzma(ByteView prefix) noexcept;

}  // namespace sluice::decode
