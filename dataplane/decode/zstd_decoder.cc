#include "dataplane/decode/zstd_decoder.h"

#define ZSTD_STATIC_LINKING_ONLY  // ZSTD_createDCtx_advanced: memory from our heap
#include <zstd.h>
#include <zstd_errors.h>

namespace sluice::decode {
namespace {

constexpr uint32_t kFrameMagic = 0xFD2FB528;
constexpr uint32_t kSkippableMagic = 0x184D2A50, kSkippableMask = 0xFFFFFFF0;

void* AllocateFrom(void* heap, size_t size) { return static_cast<BuddyHeap*>(heap)->Allocate(size); }
void FreeTo(void* heap, void* block) { static_cast<BuddyHeap*>(heap)->Free(block); }

DecodeState StateOf(ZSTD_ErrorCode code) {
  switch (code) {
    case ZSTD_error_memory_allocation: return DecodeState::kPoolEmpty;
    case ZSTD_error_frameParameter_windowTooLarge:
    case ZSTD_error_frameParameter_unsupported:
    case ZSTD_error_dictionary_wrong: return DecodeState::kUnsupported;
    default: return DecodeState::kCorrupt;
  }
}

}  // namespace

bool LooksLikeZstd(ByteView prefix) noexcept {
  if (prefix.size() < 4) return false;
  const uint32_t magic = LoadLe32(prefix.data());
  return magic == kFrameMagic || (magic & kSkippableMask) == kSkippableMagic;
}

ZstdDecoder::ZstdDecoder(BuddyHeap& heap) noexcept
    : context_(ZSTD_createDCtx_advanced(ZSTD_customMem{AllocateFrom, FreeTo, &heap})) {
  if (context_ != nullptr) (void)ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMaxWindowLog);
}

ZstdDecoder::~ZstdDecoder() { ZSTD_freeDCtx(context_); }

DecodeStep ZstdDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  if (context_ == nullptr) return {0, {}, DecodeState::kPoolEmpty};
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  ZSTD_outBuffer out{scratch.data(), scratch.size(), 0};
  size_t result = 1;
  while (in.pos < in.size || !between_frames_) {
    const size_t in_before = in.pos, out_before = out.pos;
    result = ZSTD_decompressStream(context_, &out, &in);
    const ByteView output(scratch.data(), out.pos);
    if (ZSTD_isError(result) != 0) {
      // Behind a frame, what is no frame is not ours.
      const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
      const bool trailing = frames_ > 0 && code == ZSTD_error_prefix_unknown;
      return {in.pos, output, trailing ? DecodeState::kEnd : StateOf(code)};
    }
    between_frames_ = result == 0;
    frames_ += between_frames_ ? 1 : 0;
    if (out.pos == out.size && !between_frames_) return {in.pos, output, DecodeState::kMoreOutput};
    if (in.pos == in_before && out.pos == out_before) break;
  }
  return {in.pos, ByteView(scratch.data(), out.pos), in.pos < in.size ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
}

}  // namespace sluice::decode
