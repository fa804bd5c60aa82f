#include "dataplane/decode/bzip2_decoder.h"

#include <cstring>

namespace sluice::decode {
namespace {

void* AllocateFrom(void* heap, int count, int size) {
  return static_cast<BuddyHeap*>(heap)->Allocate(static_cast<size_t>(count) * static_cast<size_t>(size));
}
void FreeTo(void* heap, void* block) {
  if (block != nullptr) static_cast<BuddyHeap*>(heap)->Free(block);
}

}  // namespace

bool LooksLikeBzip2(ByteView prefix) noexcept {
  return prefix.size() >= 10 && prefix.First(3).AsText() == "BZh" && prefix[3] >= '1' && prefix[3] <= '9' &&
         (std::memcmp(prefix.data() + 4, "1AY&SY", 6) == 0 || std::memcmp(prefix.data() + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

Bzip2Decoder::Bzip2Decoder(BuddyHeap& heap) noexcept {
  stream_.bzalloc = AllocateFrom;
  stream_.bzfree = FreeTo;
  stream_.opaque = &heap;
}

Bzip2Decoder::~Bzip2Decoder() { Finish(); }

bool Bzip2Decoder::Begin() noexcept {
  open_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
  return open_;
}

void Bzip2Decoder::Finish() noexcept {
  if (open_) BZ2_bzDecompressEnd(&stream_);
  open_ = false;
}

DecodeStep Bzip2Decoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  // The library counts in 32 bits and does not write through next_in.
  const ByteView taken = input.First(1u << 30);
  stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(taken.data()));
  stream_.avail_in = static_cast<unsigned>(taken.size());
  stream_.next_out = reinterpret_cast<char*>(scratch.data());
  stream_.avail_out = static_cast<unsigned>(scratch.size());
  const auto step = [&](DecodeState state) {
    return DecodeStep{taken.size() - stream_.avail_in, {scratch.data(), scratch.size() - stream_.avail_out}, state};
  };
  for (;;) {
    if (between_streams_) {
      if (stream_.avail_in == 0) return step(DecodeState::kNeedsInput);
      if (streams_ > 0 && *stream_.next_in != 'B') return step(DecodeState::kEnd);
      if (!Begin()) return step(DecodeState::kPoolEmpty);
      between_streams_ = false;
    }
    const unsigned in_before = stream_.avail_in, out_before = stream_.avail_out;
    const int result = BZ2_bzDecompress(&stream_);
    if (result == BZ_STREAM_END) {
      Finish();
      ++streams_;
      between_streams_ = true;
      continue;
    }
    if (result == BZ_MEM_ERROR) return step(DecodeState::kPoolEmpty);
    if (result != BZ_OK) return step(DecodeState::kCorrupt);
    if (stream_.avail_out == 0) return step(DecodeState::kMoreOutput);
    const bool idle = stream_.avail_in == in_before && stream_.avail_out == out_before;
    if (stream_.avail_in == 0 || idle) return step(DecodeState::kNeedsInput);
  }
}

}  // namespace sluice::decode
