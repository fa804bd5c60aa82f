#include "dataplane/action/envelope.h"

#include <algorithm>

#include "dataplane/action/envelope_reader.h"
#include "dataplane/action/ip_header.h"
#include "dataplane/packet/checksum.h"

namespace sluice::action {
namespace {

constexpr uint16_t kMaxFrameLengthField = 1500;  // IEEE 802.3, 3.2.6
constexpr uint8_t kProtocolUdp = 17;
constexpr uint8_t kCookedToUs = 0, kCookedOutgoing = 4;

bool StoreLength(uint8_t* field, size_t length, size_t limit = UINT16_MAX) {
  if (length > limit) return false;
  StoreBe16(field, static_cast<uint16_t>(length));
  return true;
}

void SwapCookedSides(uint8_t* packet_type, uint8_t* address, size_t address_bytes) {
  *packet_type = *packet_type == kCookedOutgoing ? kCookedToUs : kCookedOutgoing;
  std::fill_n(address, address_bytes, uint8_t{0});  // the header knows only the sender, which is now another
}

void FitGre(std::span<uint8_t> gre) {
  if ((gre[0] & 0x80) == 0) return;
  StoreBe16(gre.data() + 4, 0);
  StoreBe16(gre.data() + 4, packet::Checksum({gre.data(), gre.size()}));  // RFC 2784, 2.3
}

}  // namespace

bool Envelope::Read(const packet::Packet& seen, Envelope& envelope) noexcept {
  envelope = Envelope{};
  if (seen.headers.l3_offset > seen.length) return false;
  return EnvelopeReader(seen, envelope).Read();
}

bool Envelope::Fit(std::span<uint8_t> frame, Toward toward) const noexcept {
  // Innermost first: a checksum of an outer layer covers the inner ones.
  for (size_t i = count_; i > 0; --i) {
    if (!FitLayer(i - 1, frame, toward)) return false;
  }
  return true;
}

bool Envelope::FitLayer(size_t index, std::span<uint8_t> frame, Toward toward) const noexcept {
  const std::span<uint8_t> rest = frame.subspan(layers_[index].offset);
  uint8_t* p = rest.data();
  const bool back = toward == Toward::kSender;
  switch (layers_[index].kind) {
    case Kind::kEthernet:
      if (back) std::swap_ranges(p, p + 6, p + 6);
      return true;
    case Kind::kFrameLength:
      return StoreLength(p, rest.size() - 2, kMaxFrameLengthField);
    case Kind::kControlWord:
      StoreBe16(p + 2, 0);
      return true;  // RFC 4385, 4.1: 0 is outside the sequence
    case Kind::kCooked:
      if (back) SwapCookedSides(p + 1, p + 6, 8);
      return true;
    case Kind::kCooked2:
      if (back) SwapCookedSides(p + 10, p + 12, 8);
      return true;
    case Kind::kPppoe:
      return StoreLength(p + 4, rest.size() - 6);
    case Kind::kIpv4:
      return FitIpv4(rest, back);
    case Kind::kIpv6:
      return FitIpv6(rest, back);
    case Kind::kUdp:
      return FitUdp(index, frame);
    case Kind::kGre:
      FitGre(rest);
      return true;
  }
  return false;
}

bool Envelope::FitUdp(size_t index, std::span<uint8_t> frame) const noexcept {
  const std::span<uint8_t> udp = frame.subspan(layers_[index].offset);
  if (!StoreLength(udp.data() + 4, udp.size())) return false;
  if (LoadBe16(udp.data() + 6) == 0) return true;  // RFC 6935: tunnels may go without one
  // The reader notes an IP header before each UDP header.
  const IpEnds ends = ReadEnds(frame.subspan(layers_[index - 1].offset));
  StoreBe16(udp.data() + 6, 0);
  StoreBe16(udp.data() + 6, packet::TransportChecksum(ends.src, ends.dst, kProtocolUdp, {udp.data(), udp.size()}));
  return true;
}

}  // namespace sluice::action
