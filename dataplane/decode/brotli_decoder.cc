#include "dataplane/decode/brotli_decoder.h"

namespace sluice::decode {
namespace {

void* AllocateFrom(void* heap, size_t size) { return static_cast<BuddyHeap*>(heap)->Allocate(size); }
void FreeTo(void* heap, void* block) { static_cast<BuddyHeap*>(heap)->Free(block); }

bool IsAllocationError(BrotliDecoderErrorCode code) {
  return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

}  // namespace

BrotliDecoder::BrotliDecoder(BuddyHeap& heap) noexcept : state_(BrotliDecoderCreateInstance(AllocateFrom, FreeTo, &heap)) {}

BrotliDecoder::~BrotliDecoder() { BrotliDecoderDestroyInstance(state_); }

DecodeStep BrotliDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  if (state_ == nullptr) return {0, {}, DecodeState::kPoolEmpty};
  size_t available_in = input.size();
  const uint8_t* next_in = input.data();
  size_t available_out = scratch.size();
  uint8_t* next_out = scratch.data();
  const BrotliDecoderResult result =
      BrotliDecoderDecompressStream(state_, &available_in, &next_in, &available_out, &next_out, nullptr);
  DecodeStep step{input.size() - available_in, ByteView(scratch.data(), scratch.size() - available_out), DecodeState::kCorrupt};
  switch (result) {
    case BROTLI_DECODER_RESULT_SUCCESS: step.state = DecodeState::kEnd; break;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: step.state = DecodeState::kNeedsInput; break;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: step.state = DecodeState::kMoreOutput; break;
    case BROTLI_DECODER_RESULT_ERROR:
      if (IsAllocationError(BrotliDecoderGetErrorCode(state_))) step.state = DecodeState::kPoolEmpty;
      break;
  }
  return step;
}

}  // namespace sluice::decode
