#include "dataplane/decode/xz_decoder.h"

#include <cstring>

namespace sluice::decode {
namespace {

void* AllocateFrom(void* heap, size_t count, size_t size) { return static_cast<BuddyHeap*>(heap)->Allocate(count * size); }
void FreeTo(void* heap, void* block) {
  if (block != nullptr) static_cast<BuddyHeap*>(heap)->Free(block);
}

DecodeState StateOf(lzma_ret result) {
  switch (result) {
    case LZMA_STREAM_END: return DecodeState::kEnd;
    case LZMA_MEM_ERROR: return DecodeState::kPoolEmpty;
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_OPTIONS_ERROR: return DecodeState::kUnsupported;
    default: return DecodeState::kCorrupt;
  }
}

}  // namespace

bool LooksLikeXz(ByteView prefix) noexcept {
  return prefix.size() >= 6 && std::memcmp(prefix.data(), "\xFD" "7zXZ\x00", 6) == 0;
}

// The sign, version 0 or 1.
bool LooksLikeLzip(ByteView prefix) noexcept { return prefix.size() >= 6 && std::memcmp(prefix.data(), "LZIP", 4) == 0 && prefix[4] <= 1; }

bool LooksLikeLzma(ByteView prefix) noexcept {
  if (prefix.size() < 14 || prefix[0] != 0x5D || prefix[13] != 0) return false;
  const uint32_t dictionary = LoadLe32(prefix.data() + 1);
  const uint64_t size = LoadLe64(prefix.data() + 5);
  return dictionary >= 4096 && (dictionary & (dictionary - 1)) == 0 && (size == UINT64_MAX || size < uint64_t{1} << 38);
}

XzDecoder::XzDecoder(BuddyHeap& heap, Format format) noexcept : allocator_{AllocateFrom, FreeTo, &heap} {
  stream_.allocator = &allocator_;
  lzma_ret result = LZMA_PROG_ERROR;
  switch (format) {
    case Format::kXz: result = lzma_stream_decoder(&stream_, kMostMemory, LZMA_CONCATENATED); break;
    case Format::kLzma: result = lzma_alone_decoder(&stream_, kMostMemory); break;
    case Format::kLzip: result = lzma_lzip_decoder(&stream_, kMostMemory, LZMA_CONCATENATED); break;
  }
  made_ = result == LZMA_OK;
}

XzDecoder::~XzDecoder() { lzma_end(&stream_); }

DecodeStep XzDecoder::Run(ByteView input, std::span<uint8_t> scratch, lzma_action action) noexcept {
  if (!made_) return {0, {}, DecodeState::kPoolEmpty};
  stream_.next_in = input.data();
  stream_.avail_in = input.size();
  stream_.next_out = scratch.data();
  stream_.avail_out = scratch.size();
  lzma_ret result = LZMA_OK;
  while (result == LZMA_OK && stream_.avail_out > 0 && (stream_.avail_in > 0 || action == LZMA_FINISH)) result = lzma_code(&stream_, action);
  DecodeStep step{input.size() - stream_.avail_in, {scratch.data(), scratch.size() - stream_.avail_out}};
  // No progress is no error while more may come.
  if (result == LZMA_OK || (result == LZMA_BUF_ERROR && action == LZMA_RUN)) {
    step.state = stream_.avail_out == 0 ? DecodeState::kMoreOutput : DecodeState::kNeedsInput;
  } else {
    step.state = result == LZMA_BUF_ERROR ? DecodeState::kTruncated : StateOf(result);
  }
  return step;
}

DecodeStep XzDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept { return Run(input, scratch, LZMA_RUN); }
DecodeStep XzDecoder::End(std::span<uint8_t> scratch) noexcept { return Run({}, scratch, LZMA_FINISH); }

}  // namespace sluice::decode
