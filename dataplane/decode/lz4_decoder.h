// Lz4Decoder: lz4 frames, any number, and the legacy format (LZ4 Frame Format 1.6.2, LZ4 Block Format).
//
// Checksums are not verified: what a receiver might refuse is inspected all the same. Blocks of a frame may refer to what
// stands before them, whether the frame says so or not. Memory: this object, most of it the 64 KiB window.
// Thread: one worker. Allocates: never.
#pragma once

#include <array>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class Lz4Decoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return frames_ > 0 && gathered_ == 0 && (at_ == At::kMagic || (is_legacy_ && at_ == At::kBlockSize)); }

 private:
  enum class At : uint8_t { kMagic, kDescriptor, kBlockSize, kSkip, kStored, kToken, kLiteralLength, kLiterals, kOffset, kMatchLength, kMatch, kEnd, kCorrupt, kUnsupported };
  static constexpr size_t kWindow = 64 * 1024;

  bool Gather(ByteView input, size_t& consumed, size_t wanted) noexcept;
  void TakeMagic() noexcept;
  size_t DescriptorBytes() const noexcept;
  void TakeBlockSize() noexcept;
  void EndBlock() noexcept;
  void Skip(uint64_t bytes, At then) noexcept;
  bool TakeOfBlock(uint32_t bytes) noexcept;
  void TakeLength(uint8_t byte, uint32_t& length, At then) noexcept;
  size_t CopyPlain(ByteView input, uint32_t& left, std::span<uint8_t> output) noexcept;
  size_t CopyMatch(std::span<uint8_t> output) noexcept;

  At at_ = At::kMagic, after_skip_ = At::kMagic;
  bool is_legacy_ = false;
  uint8_t flags_ = 0, token_ = 0;
  uint8_t gathered_ = 0;
  std::array<uint8_t, 4> bytes_;
  uint32_t frames_ = 0;
  uint32_t block_left_ = 0, literals_ = 0, match_ = 0, offset_ = 0;
  uint64_t skip_left_ = 0;
  uint64_t written_ = 0;  // to the window, ever
  std::array<uint8_t, kWindow> window_;
};

bool LooksLikeLz4(ByteView prefix) noexcept;

}  // namespace sluice::decode
