#include "dataplane/protocol/quic_hello.h"

#include <algorithm>
#include <cstring>

#include "dataplane/protocol/quic_packet.h"

namespace sluice::protocol {
namespace {

constexpr size_t kHandshakeHeader = 4;

// The frames that an Initial packet may hold (RFC 9000, 12.4).
enum Frame : uint8_t { kPadding = 0, kPing = 1, kAck = 2, kAckWithCounts = 3, kCrypto = 6 };

// RFC 9000, 19.3.
bool SkipAck(ByteReader& reader, bool has_counts) {
  uint64_t ignored = 0, ranges = 0;
  if (!ReadQuicNumber(reader, ignored) || !ReadQuicNumber(reader, ignored) || !ReadQuicNumber(reader, ranges) || !ReadQuicNumber(reader, ignored)) return false;
  for (; ranges > 0; --ranges) {
    if (!ReadQuicNumber(reader, ignored) || !ReadQuicNumber(reader, ignored)) return false;
  }
  for (int counts = has_counts ? 3 : 0; counts > 0; --counts) {
    if (!ReadQuicNumber(reader, ignored)) return false;
  }
  return true;
}

}  // namespace

void QuicHello::Take(ByteView frames) noexcept {
  ByteReader reader(frames);
  uint8_t type = 0;
  while (reader.Read8(type)) {
    uint64_t offset = 0, size = 0;
    ByteView bytes;
    switch (type) {
      case kPadding:
      case kPing: break;
      case kAck:
      case kAckWithCounts:
        if (!SkipAck(reader, type == kAckWithCounts)) return;
        break;
      case kCrypto:
        if (!ReadQuicNumber(reader, offset) || !ReadQuicNumber(reader, size) || !reader.ReadBytes(size, bytes)) return;
        Add(offset, bytes);
        break;
      default: return;
    }
  }
}

void QuicHello::Add(uint64_t offset, ByteView bytes) noexcept {
  if (offset >= kMaxBytes) return;
  const ByteView fitting = bytes.First(kMaxBytes - offset);
  std::copy(fitting.begin(), fitting.end(), bytes_.begin() + static_cast<ptrdiff_t>(offset));
  for (size_t i = offset; i < offset + fitting.size(); ++i) present_[i / 64] |= uint64_t{1} << i % 64;
  while (contiguous_ < kMaxBytes && (present_[contiguous_ / 64] >> contiguous_ % 64 & 1) != 0) ++contiguous_;
}

bool QuicHello::IsWhole() const noexcept {
  if (contiguous_ < kHandshakeHeader) return false;
  const size_t message = kHandshakeHeader + (LoadBe32(bytes_.data()) & 0xFFFFFF);
  return contiguous_ >= std::min(message, kMaxBytes);
}

}  // namespace sluice::protocol
