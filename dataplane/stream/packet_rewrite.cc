#include "dataplane/stream/packet_rewrite.h"

#include <cstring>

#include "base/byte_order.h"

namespace sluice::stream {
namespace {

using packet::Packet;

// Of the TCP header (RFC 9293, 3.1).
constexpr size_t kSequenceOffset = 4;
constexpr size_t kFlagsOffset = 13;
constexpr size_t kChecksumOffset = 16;
constexpr size_t kUrgentPointerOffset = 18;
constexpr size_t kHeaderSize = 20;

// Inline, the frame's memory belongs to the worker and may be written; everywhere else it is only read.
uint8_t* WritableFrame(Packet& packet) noexcept {
  return const_cast<uint8_t*>(packet.data);
}

// Sum of 16-bit words that stand at even offsets of the TCP segment.
uint64_t SumWords(const uint8_t* bytes, size_t size, bool begins_odd) noexcept {
  uint64_t sum = 0;
  size_t i = 0;
  if (begins_odd && size > 0) sum += bytes[i++];
  for (; i + 1 < size; i += 2) sum += LoadBe16(bytes + i);
  if (i < size) sum += static_cast<uint64_t>(bytes[i]) << 8;
  return sum;
}

// RFC 1624, equation 3: HC' = ~(~HC + ~m + m'), with the sums of many words for m and m'.
void CorrectChecksum(uint8_t* tcp, uint64_t removed, uint64_t added) noexcept {
  while (removed >> 16 != 0) removed = (removed & 0xffff) + (removed >> 16);
  uint64_t sum = static_cast<uint64_t>(static_cast<uint16_t>(~LoadBe16(tcp + kChecksumOffset)));
  sum += static_cast<uint64_t>(static_cast<uint16_t>(~removed)) + added;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  StoreBe16(tcp + kChecksumOffset, static_cast<uint16_t>(~sum));
}

}  // namespace

bool CanRewrite(const Packet& packet) noexcept {
  return packet.fragments == nullptr && packet.headers.l4_offset + kHeaderSize <= packet.length &&
         packet.headers.l4_offset <= packet.headers.payload_offset;
}

void ZeroPayload(Packet& packet, size_t offset, size_t size) noexcept {
  if (size == 0) return;
  uint8_t* tcp = WritableFrame(packet) + packet.headers.l4_offset;
  uint8_t* bytes = WritableFrame(packet) + packet.headers.payload_offset + offset;
  const bool begins_odd = (bytes - tcp) % 2 != 0;
  CorrectChecksum(tcp, SumWords(bytes, size, begins_odd), 0);
  std::memset(bytes, 0, size);
}

void ClearUrgent(Packet& packet) noexcept {
  uint8_t* tcp = WritableFrame(packet) + packet.headers.l4_offset;
  const uint64_t removed = uint64_t{LoadBe16(tcp + kFlagsOffset - 1)} + LoadBe16(tcp + kUrgentPointerOffset);
  tcp[kFlagsOffset] = static_cast<uint8_t>(tcp[kFlagsOffset] & ~packet::TcpFlag::kUrg);
  StoreBe16(tcp + kUrgentPointerOffset, 0);
  CorrectChecksum(tcp, removed, LoadBe16(tcp + kFlagsOffset - 1));
  packet.headers.tcp.flags = static_cast<uint8_t>(packet.headers.tcp.flags & ~packet::TcpFlag::kUrg);
  packet.headers.tcp.urgent_pointer = 0;
}

void SetSequence(Packet& packet, uint32_t sequence) noexcept {
  uint8_t* number = WritableFrame(packet) + packet.headers.l4_offset + kSequenceOffset;
  const uint64_t removed = SumWords(number, sizeof sequence, false);
  StoreBe32(number, sequence);
  CorrectChecksum(number - kSequenceOffset, removed, SumWords(number, sizeof sequence, false));
  packet.headers.tcp.seq = sequence;
}

}  // namespace sluice::stream
