#include "dataplane/protocol/chunk_framing.h"

#include <algorithm>
#include <cstring>

namespace sluice::protocol {
namespace {

// 64 bits; more digits, even leading zeros, are cut differently by parsers that keep 32 or 64.
constexpr uint8_t kMaxSizeDigits = 16;

int HexValue(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool ChunkFraming::AddDigit(uint8_t c) noexcept {
  if (digits_ == kMaxSizeDigits) return false;
  remaining_ = remaining_ << 4 | static_cast<uint64_t>(HexValue(c));
  ++digits_;
  return true;
}

ChunkFraming::Step ChunkFraming::Next(ByteView input) noexcept {
  switch (at_) {
    case At::kData: {
      const size_t n = static_cast<size_t>(std::min<uint64_t>(remaining_, input.size()));
      remaining_ -= n;
      if (remaining_ == 0) at_ = At::kDataCr;
      return {n, Kind::kData};
    }
    case At::kDataCr:
      if (input[0] != '\r') return {0, Kind::kInvalid};
      at_ = At::kDataLf;
      return {1, Kind::kFraming};
    case At::kDataLf:
      if (input[0] != '\n') return {0, Kind::kInvalid};
      at_ = At::kSizeStart;
      return {1, Kind::kFraming};
    case At::kTrailerStart:
    case At::kFinalLf:
    case At::kTrailer:
    case At::kDone:
      return ReadTrailer(input);
    default:
      return ReadSizeLine(input);
  }
}

// chunk-size [ chunk-ext ] CRLF. White space behind the size is BWS (RFC 9112, 7.1.1), and old servers pad with it.
ChunkFraming::Step ChunkFraming::ReadSizeLine(ByteView input) noexcept {
  if (at_ == At::kExtension) {
    const auto* end = std::find_if(input.begin(), input.end(), [](uint8_t c) { return c == '\r' || c == '\n'; });
    if (end != input.begin()) return {static_cast<size_t>(end - input.begin()), Kind::kExtension};
    if (*end == '\n') return {0, Kind::kInvalid};
    at_ = At::kSizeLf;
    return {1, Kind::kFraming};
  }
  size_t i = 0;
  for (; i < input.size(); ++i) {
    const uint8_t c = input[i];
    if (at_ == At::kSizeLf) {
      if (c != '\n') break;
      at_ = remaining_ > 0 ? At::kData : At::kTrailerStart;
      digits_ = 0;
      return {i + 1, Kind::kFraming};
    }
    const bool is_digit = HexValue(c) >= 0 && at_ != At::kPadding;
    if (is_digit) {
      if (at_ == At::kSizeStart) remaining_ = 0;
      if (!AddDigit(c)) break;
      at_ = At::kSize;
    } else if (at_ == At::kSizeStart) {
      break;
    } else if (c == '\r') {
      at_ = At::kSizeLf;
    } else if (c == ' ' || c == '\t') {
      at_ = At::kPadding;
    } else if (c == ';') {
      at_ = At::kExtension;
      if (i > 0) return {i, Kind::kFraming};
      return ReadSizeLine(input);
    } else {
      break;
    }
  }
  return i > 0 ? Step{i, Kind::kFraming} : Step{0, Kind::kInvalid};
}

ChunkFraming::Step ChunkFraming::ReadTrailer(ByteView input) noexcept {
  if (at_ == At::kTrailerStart) {
    if (input[0] == '\r') {
      at_ = At::kFinalLf;
      return {1, Kind::kFraming};
    }
    at_ = At::kTrailer;
    trailer_ = HeaderLines();
  }
  if (at_ == At::kFinalLf) {
    if (input[0] != '\n') return {0, Kind::kInvalid};
    at_ = At::kDone;
    return {1, Kind::kFraming};
  }
  const HeaderLines::Outcome lines = trailer_.Scan(input);
  if (lines.verdict == HeaderLines::Verdict::kEnd) at_ = At::kDone;
  return lines.accepted > 0 ? Step{lines.accepted, Kind::kTrailer} : Step{0, Kind::kInvalid};
}

bool ChunkFraming::SkipLost(uint64_t bytes) noexcept {
  if (at_ != At::kData || bytes > remaining_) return false;
  remaining_ -= bytes;
  if (remaining_ == 0) at_ = At::kDataCr;
  return true;
}

}  // namespace sluice::protocol
