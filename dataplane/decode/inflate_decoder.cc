#include "dataplane/decode/inflate_decoder.h"

namespace sluice::decode {
namespace {

constexpr uint8_t kGzipId1 = 0x1F, kGzipId2 = 0x8B, kDeflateMethod = 8;
constexpr uint32_t kGzipFixedHeader = 10, kGzipTrailer = 8, kZlibHeaderSize = 2, kZlibTrailer = 4;

// RFC 1952, 2.3.1.
enum GzipFlag : uint8_t { kHasHeaderCrc = 2, kHasExtra = 4, kHasName = 8, kHasComment = 16, kReserved = 0xE0 };
constexpr uint8_t kZlibHasDictionary = 0x20;

// RFC 1950, 2.2: deflate with a window of at most 32 KiB, and the two bytes a multiple of 31.
bool IsZlibHeader(uint8_t method, uint8_t flags) {
  return (method & 0x0F) == kDeflateMethod && method >> 4 <= 7 && (method * 256u + flags) % 31 == 0;
}

}  // namespace

bool LooksLikeGzip(ByteView prefix) noexcept {
  return prefix.size() >= 4 && prefix[0] == kGzipId1 && prefix[1] == kGzipId2 && prefix[2] == kDeflateMethod &&
         (prefix[3] & kReserved) == 0;
}

bool LooksLikeZlib(ByteView prefix) noexcept { return prefix.size() >= 2 && IsZlibHeader(prefix[0], prefix[1]); }

InflateDecoder::InflateDecoder(Wrapper wrapper) noexcept : wrapper_(wrapper) { StartHeader(); }

void InflateDecoder::StartHeader() noexcept {
  position_ = 0;
  switch (wrapper_) {
    case Wrapper::kGzip: at_ = At::kGzipHeader; break;
    case Wrapper::kZlib: at_ = At::kZlibHeader; break;
    case Wrapper::kNone: StartDeflate(); break;
  }
}

void InflateDecoder::StartDeflate() noexcept {
  isal_inflate_init(&state_);
  at_ = At::kDeflate;
}

// Goes on to the first optional field behind `done` that the flags announce.
void InflateDecoder::AfterGzipField(At done) noexcept {
  position_ = 0;
  if (done < At::kExtraLength && (flags_ & kHasExtra) != 0) at_ = At::kExtraLength;
  else if (done < At::kName && (flags_ & kHasName) != 0) at_ = At::kName;
  else if (done < At::kComment && (flags_ & kHasComment) != 0) at_ = At::kComment;
  else if (done < At::kHeaderCrc && (flags_ & kHasHeaderCrc) != 0) at_ = At::kHeaderCrc;
  else StartDeflate();
}

// One byte of a wrapper. False when it is not part of it.
bool InflateDecoder::TakeByte(uint8_t byte) noexcept {
  const uint32_t at = position_++;
  switch (at_) {
    case At::kNextMember:
      if (byte == 0) return true;  // padding between members and at the end (tapes, tar)
      if (byte != kGzipId1) {
        at_ = At::kEnd;
        return false;
      }
      StartHeader();
      position_ = 1;
      return true;
    case At::kGzipHeader: {
      const bool wrong = (at == 0 && byte != kGzipId1) || (at == 1 && byte != kGzipId2) ||
                         (at == 2 && byte != kDeflateMethod) || (at == 3 && (byte & kReserved) != 0);
      if (wrong) at_ = At::kCorrupt;
      if (at == 3) flags_ = byte;
      if (!wrong && position_ == kGzipFixedHeader) AfterGzipField(At::kGzipHeader);
      return !wrong;
    }
    case At::kExtraLength:
      extra_ = at == 0 ? byte : extra_ | static_cast<uint32_t>(byte) << 8;
      if (position_ < 2) return true;
      position_ = 0;
      at_ = At::kExtra;
      if (extra_ == 0) AfterGzipField(At::kExtra);
      return true;
    case At::kExtra:
      if (position_ == extra_) AfterGzipField(At::kExtra);
      return true;
    case At::kName:
    case At::kComment:
      if (byte == 0) AfterGzipField(at_);
      return true;
    case At::kHeaderCrc:
      if (position_ == 2) AfterGzipField(At::kHeaderCrc);
      return true;
    case At::kZlibHeader:
      if (at == 0) {
        flags_ = byte;
        return true;
      }
      if (!IsZlibHeader(flags_, byte)) at_ = At::kCorrupt;
      else if ((byte & kZlibHasDictionary) != 0) at_ = At::kUnsupported;
      else if (position_ == kZlibHeaderSize) StartDeflate();
      return at_ == At::kDeflate;
    case At::kTrailer:
      if (position_ == (wrapper_ == Wrapper::kGzip ? kGzipTrailer : kZlibTrailer)) {
        at_ = wrapper_ == Wrapper::kGzip ? At::kNextMember : At::kEnd;
      }
      return true;
    default: return false;
  }
}

DecodeStep InflateDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0;
  for (;;) {
    switch (at_) {
      case At::kDeflate: {
        DecodeStep step = Inflate(input.From(consumed), scratch);
        consumed += step.consumed;
        const bool goes_on = at_ != At::kDeflate && at_ != At::kCorrupt && step.output.empty();
        if (goes_on) continue;
        step.consumed = consumed;
        return step;
      }
      case At::kEnd: return {consumed, {}, DecodeState::kEnd};
      case At::kCorrupt: return {consumed, {}, DecodeState::kCorrupt};
      case At::kUnsupported: return {consumed, {}, DecodeState::kUnsupported};
      default:
        if (consumed == input.size()) return {consumed, {}, DecodeState::kNeedsInput};
        consumed += TakeByte(input[consumed]) ? 1 : 0;
    }
  }
}

DecodeStep InflateDecoder::Inflate(ByteView input, std::span<uint8_t> scratch) noexcept {
  // The library counts in 32 bits and does not write through next_in.
  const ByteView taken = input.First(1u << 30);
  state_.next_in = const_cast<uint8_t*>(taken.data());
  state_.avail_in = static_cast<uint32_t>(taken.size());
  state_.next_out = scratch.data();
  state_.avail_out = static_cast<uint32_t>(scratch.size());
  const int result = isal_inflate(&state_);
  const ByteView output = ByteView(scratch.data(), scratch.size()).First(static_cast<size_t>(state_.next_out - scratch.data()));
  if (result < 0) {
    at_ = At::kCorrupt;  // the library's counts are not to be relied upon then
    return {taken.size(), output, DecodeState::kCorrupt};
  }
  const size_t consumed = taken.size() - state_.avail_in;
  if (result == ISAL_NEED_DICT) {
    at_ = At::kUnsupported;
    return {consumed, output, DecodeState::kUnsupported};
  }
  if (state_.block_state == ISAL_BLOCK_FINISH) {
    TakeReadAhead();
    return {consumed, output, DecodeState::kMoreOutput};  // the wrapper goes on
  }
  return {consumed, output, state_.avail_out == 0 || consumed < input.size() ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
}

// ISA-L has taken up to seven bytes beyond the deflate data into its bit buffer, perhaps from earlier input: they belong to
// the trailer and to what follows it. They are fewer than a gzip trailer, so that no deflate data is among them.
void InflateDecoder::TakeReadAhead() noexcept {
  uint64_t bits = state_.read_in;
  int32_t length = state_.read_in_length;
  bits >>= length % 8;
  length -= length % 8;
  position_ = 0;
  at_ = wrapper_ == Wrapper::kNone ? At::kEnd : At::kTrailer;
  for (; length > 0 && at_ != At::kEnd; length -= 8, bits >>= 8) (void)TakeByte(static_cast<uint8_t>(bits & 0xFF));
  for (; length > 0 && wrapper_ == Wrapper::kNone; length -= 8, bits >>= 8) read_ahead_[read_ahead_size_++] = static_cast<uint8_t>(bits & 0xFF);
}

}  // namespace sluice::decode
