#include "dataplane/packet/datagram_buffers.h"

#include <cstring>

#include "dataplane/packet/checksum.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kIpv6Bytes = 40;
// An IPv6 header and the longest payload; an IPv4 datagram is shorter.
constexpr uint32_t kBufferBytes = kIpv6Bytes + 65535;

// RFC 791, 3.2 and RFC 815: the header of the first fragment, with its options.
void RebuildIpv4(uint8_t* out, const Packet& first, uint32_t header_bytes, uint32_t length) noexcept {
  std::memcpy(out, first.data + first.headers.l3_offset, header_bytes);
  StoreBe16(out + 2, static_cast<uint16_t>(length));
  StoreBe16(out + 6, 0);
  StoreBe16(out + 10, 0);
  StoreBe16(out + 10, Checksum({out, header_bytes}));
}

// RFC 8200, 4.5. The headers before the fragment header have been read by Parse and are left out; what they change for
// the transport, the final destination, is in the addresses.
void RebuildIpv6(uint8_t* out, const Packet& first, uint32_t payload_bytes) noexcept {
  std::memcpy(out, first.data + first.headers.l3_offset, kIpv6Bytes);
  StoreBe16(out + 4, static_cast<uint16_t>(payload_bytes));
  out[6] = first.headers.ip_protocol;
  std::memcpy(out + 8, first.headers.src.bytes.data(), 16);
  std::memcpy(out + 24, first.headers.dst.bytes.data(), 16);
}

}  // namespace

uint32_t RebuiltHeaderBytes(const Packet& first) noexcept {
  return first.headers.ip_version == 6 ? kIpv6Bytes
                                       : static_cast<uint32_t>(first.headers.payload_offset - first.headers.l3_offset);
}

DatagramBuffers::DatagramBuffers(uint32_t count)
    : bytes_(std::make_unique_for_overwrite<uint8_t[]>(size_t{count} * kBufferBytes)), packets_(count) {
  free_.reserve(count);
  for (uint32_t i = count; i-- > 0;) free_.push_back(i);
}

bool DatagramBuffers::Owns(const Packet* packet) const noexcept {
  return packet >= packets_.data() && packet < packets_.data() + packets_.size();
}

Packet* DatagramBuffers::Assemble(const Packet* first, const Packet& completing) noexcept {
  const uint32_t slot = free_.back();
  free_.pop_back();
  uint8_t* out = bytes_.get() + size_t{slot} * kBufferBytes;
  const uint32_t header_bytes = RebuiltHeaderBytes(*first);
  uint32_t length = header_bytes;
  for (const Packet* p = first; p != nullptr; p = p->next) {
    std::memcpy(out + length, p->Payload().data(), p->headers.payload_length);
    length += p->headers.payload_length;
  }
  if (first->headers.ip_version == 6) {
    RebuildIpv6(out, *first, length - header_bytes);
  } else {
    RebuildIpv4(out, *first, header_bytes, length);
  }
  Packet& whole = packets_[slot];
  whole = Packet{};
  whole.data = out;
  whole.length = whole.wire_length = length;
  whole.time = completing.time;
  whole.index = completing.index;
  whole.port = completing.port;
  whole.link_type = LinkType::kRawIp;
  whole.is_datagram = true;
  whole.outer = {.tunnel_id = first->headers.tunnel_id,
                 .vlan = first->headers.vlan,
                 .tunnel_depth = first->headers.tunnel_depth};
  return &whole;
}

void DatagramBuffers::Release(Packet* packet) noexcept {
  free_.push_back(static_cast<uint32_t>(packet - packets_.data()));
}

}  // namespace sluice::packet
