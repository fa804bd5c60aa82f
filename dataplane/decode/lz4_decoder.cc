#include "dataplane/decode/lz4_decoder.h"

#include <algorithm>
#include <cstring>

namespace sluice::decode {
namespace {

constexpr uint32_t kFrameMagic = 0x184D2204, kLegacyMagic = 0x184C2102;
// FLG of the frame descriptor.
enum FrameFlag : uint8_t { kHasDictionary = 1, kHasContentChecksum = 4, kHasContentSize = 8, kHasBlockChecksum = 16 };
constexpr uint8_t kVersionMask = 0xC0, kVersion = 0x40;
constexpr uint32_t kStoredBlock = 0x80000000;
constexpr uint32_t kShortestMatch = 4, kLongLength = 15;
constexpr uint32_t kMostLength = 1u << 30;

}  // namespace

bool LooksLikeLz4(ByteView prefix) noexcept {
  if (prefix.size() < 5) return false;
  const uint32_t magic = LoadLe32(prefix.data());
  return (magic == kFrameMagic && (prefix[4] & kVersionMask) == kVersion) || magic == kLegacyMagic;
}

bool Lz4Decoder::Gather(ByteView input, size_t& consumed, size_t wanted) noexcept {
  while (gathered_ < wanted && consumed < input.size()) bytes_[gathered_++] = input[consumed++];
  if (gathered_ < wanted) return false;
  gathered_ = 0;
  return true;
}

void Lz4Decoder::TakeMagic() noexcept {
  const uint32_t magic = LoadLe32(bytes_.data());
  is_legacy_ = magic == kLegacyMagic;
  if (magic == kFrameMagic) {
    at_ = At::kDescriptor;
  } else if (is_legacy_) {
    flags_ = 0;
    at_ = At::kBlockSize;
    ++frames_;
  } else {
    at_ = frames_ > 0 ? At::kEnd : At::kCorrupt;  // behind a frame, what is no frame is not ours
  }
}

// Behind FLG: BD, sizes where they stand, and the descriptor's checksum.
size_t Lz4Decoder::DescriptorBytes() const noexcept { return 2 + ((flags_ & kHasContentSize) != 0 ? 8u : 0u) + ((flags_ & kHasDictionary) != 0 ? 4u : 0u); }

void Lz4Decoder::Skip(uint64_t bytes, At then) noexcept {
  skip_left_ = bytes;
  after_skip_ = then;
  at_ = bytes == 0 ? then : At::kSkip;
}

void Lz4Decoder::TakeBlockSize() noexcept {
  const uint32_t size = LoadLe32(bytes_.data());
  if (is_legacy_ && (size == kFrameMagic || size == kLegacyMagic)) {
    TakeMagic();
    return;
  }
  if (size == 0) return Skip((flags_ & kHasContentChecksum) != 0 ? 4 : 0, At::kMagic);
  block_left_ = size & ~kStoredBlock;
  at_ = (size & kStoredBlock) != 0 && !is_legacy_ ? At::kStored : At::kToken;
  if (block_left_ == 0) EndBlock();
}

void Lz4Decoder::EndBlock() noexcept { Skip((flags_ & kHasBlockChecksum) != 0 ? 4 : 0, At::kBlockSize); }

// A block's sequences lie within it.
bool Lz4Decoder::TakeOfBlock(uint32_t bytes) noexcept {
  if (bytes > block_left_) {
    at_ = At::kCorrupt;
    return false;
  }
  block_left_ -= bytes;
  return true;
}

void Lz4Decoder::TakeLength(uint8_t byte, uint32_t& length, At then) noexcept {
  if (!TakeOfBlock(1)) return;
  length += byte;
  if (length > kMostLength) at_ = At::kCorrupt;
  else if (byte != 255) at_ = then;
}

size_t Lz4Decoder::CopyPlain(ByteView input, uint32_t& left, std::span<uint8_t> output) noexcept {
  const size_t at = written_ % kWindow;
  const size_t n = std::min({input.size(), size_t{left}, output.size(), kWindow - at});
  if (n == 0) return 0;
  std::memcpy(output.data(), input.data(), n);
  std::memcpy(window_.data() + at, input.data(), n);
  written_ += n;
  left -= static_cast<uint32_t>(n);
  return n;
}

size_t Lz4Decoder::CopyMatch(std::span<uint8_t> output) noexcept {
  const size_t n = std::min<size_t>(match_, output.size());
  for (size_t i = 0; i < n; ++i, ++written_) {
    const uint8_t byte = window_[(written_ - offset_) % kWindow];
    window_[written_ % kWindow] = output[i] = byte;
  }
  match_ -= static_cast<uint32_t>(n);
  return n;
}

DecodeStep Lz4Decoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0, written = 0;
  const auto step = [&](DecodeState state) { return DecodeStep{consumed, {scratch.data(), written}, state}; };
  for (;;) {
    const bool starved = consumed == input.size();
    if (at_ != At::kMatch && at_ != At::kEnd && at_ < At::kEnd && starved) return step(DecodeState::kNeedsInput);
    if (written == scratch.size()) return step(DecodeState::kMoreOutput);
    switch (at_) {
      case At::kMagic:
        if (Gather(input, consumed, 4)) TakeMagic();
        break;
      case At::kDescriptor:
        flags_ = input[consumed++];
        if ((flags_ & kVersionMask) != kVersion) at_ = At::kUnsupported;
        else Skip(DescriptorBytes(), At::kBlockSize);
        ++frames_;
        break;
      case At::kBlockSize:
        if (Gather(input, consumed, 4)) TakeBlockSize();
        break;
      case At::kSkip: {
        const size_t skipped = input.From(consumed).First(skip_left_).size();
        consumed += skipped;
        skip_left_ -= skipped;
        if (skip_left_ == 0) at_ = after_skip_;
        break;
      }
      case At::kStored: {
        const size_t copied = CopyPlain(input.From(consumed), block_left_, scratch.subspan(written));
        consumed += copied;
        written += copied;
        if (block_left_ == 0) EndBlock();
        break;
      }
      case At::kToken:
        token_ = input[consumed++];
        if (!TakeOfBlock(1)) break;
        literals_ = token_ >> 4;
        at_ = literals_ == kLongLength ? At::kLiteralLength : At::kLiterals;
        break;
      case At::kLiteralLength: TakeLength(input[consumed++], literals_, At::kLiterals); break;
      case At::kLiterals: {
        const uint32_t before = literals_;
        const size_t copied = CopyPlain(input.From(consumed), literals_, scratch.subspan(written));
        consumed += copied;
        written += copied;
        if (!TakeOfBlock(before - literals_)) break;
        if (literals_ > 0) break;
        // The last sequence of a block has no match.
        if (block_left_ == 0) EndBlock();
        else at_ = At::kOffset;
        break;
      }
      case At::kOffset:
        if (!Gather(input, consumed, 2)) break;
        if (!TakeOfBlock(2)) break;
        offset_ = LoadLe16(bytes_.data());
        match_ = (token_ & 15u) + kShortestMatch;
        if (offset_ == 0 || offset_ > written_) at_ = At::kCorrupt;
        else at_ = (token_ & 15u) == kLongLength ? At::kMatchLength : At::kMatch;
        break;
      case At::kMatchLength: TakeLength(input[consumed++], match_, At::kMatch); break;
      case At::kMatch:
        written += CopyMatch(scratch.subspan(written));
        if (match_ > 0) break;
        if (block_left_ == 0) EndBlock();
        else at_ = At::kToken;
        break;
      case At::kEnd: return step(DecodeState::kEnd);
      case At::kCorrupt: return step(DecodeState::kCorrupt);
      case At::kUnsupported: return step(DecodeState::kUnsupported);
    }
  }
}

}  // namespace sluice::decode
