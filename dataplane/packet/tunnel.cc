// Tunnels: IP in IP, GRE with what it carries, VXLAN and Geneve. Not verified: the GRE checksum, which few receivers
// check.
#include "dataplane/packet/walk.h"

namespace sluice::packet {
namespace {

// GRE flag bits (RFC 2784, 2; RFC 2890, 2; RFC 2637, 4.1).
constexpr uint16_t kGreChecksum = 0x8000, kGreRouting = 0x4000, kGreKey = 0x2000, kGreSequence = 0x1000,
                   kGreAcknowledgment = 0x0080, kGreVersion = 0x0007;
constexpr uint32_t kVxlanBytes = 8, kGeneveBytes = 8;

Step Enter(Walk& walk, Step inside) noexcept {
  return walk.EnterTunnel() ? inside : Stop(ParseOutcome::kTunnelTooDeep);
}

// RFC 2637, 4.1: version 1 carries PPP, with the length of the payload in the upper half of the key.
Step OpenPptp(Walk& walk, uint16_t flags, uint16_t protocol) noexcept {
  if (protocol != EtherType::kGrePpp || (flags & kGreKey) == 0) return Stop(ParseOutcome::kBadTunnelHeader);
  const uint32_t bytes = 8u + ((flags & kGreSequence) != 0 ? 4 : 0) + ((flags & kGreAcknowledgment) != 0 ? 4 : 0);
  if (!walk.Has(bytes)) return Stop(ParseOutcome::kTruncatedTunnel);
  const uint16_t length = LoadBe16(walk.at() + 4);
  if ((flags & kGreSequence) == 0) return Stop(ParseOutcome::kNotIp);  // an acknowledgment alone
  walk.Skip(bytes);
  if (length > walk.declared()) return Stop(ParseOutcome::kBadTunnelHeader);
  walk.Narrow(length);
  return Enter(walk, {Next::kPpp, 0});
}

// Mirrored frames: type I has no header of its own and no GRE sequence number, type II has 8 bytes, type III 12 and an
// optional platform header of 8 (draft-foschiano-erspan-03, 4).
Step OpenErspan(Walk& walk, uint16_t flags, uint16_t protocol) noexcept {
  uint32_t bytes = (flags & kGreSequence) != 0 ? 8 : 0;
  if (protocol == EtherType::kErspan3) {
    bytes = 12;
    if (!walk.Has(bytes)) return Stop(ParseOutcome::kTruncatedTunnel);
    if ((walk.at()[11] & 1) != 0) bytes += 8;
  }
  if (!walk.Has(bytes)) return Stop(ParseOutcome::kTruncatedTunnel);
  walk.Skip(bytes);
  return Enter(walk, {Next::kEthernet, 0});
}

Step OpenGre(Walk& walk) noexcept {
  if (!walk.Has(4)) return Stop(ParseOutcome::kTruncatedTunnel);
  const uint16_t flags = LoadBe16(walk.at()), protocol = LoadBe16(walk.at() + 2);
  if ((flags & kGreVersion) == 1) return OpenPptp(walk, flags, protocol);
  // RFC 2784, 2.3: a receiver that does not follow RFC 1701's source routes discards them.
  if ((flags & (kGreVersion | kGreRouting)) != 0) return Stop(ParseOutcome::kBadTunnelHeader);
  const uint32_t key_at = 4u + ((flags & kGreChecksum) != 0 ? 4 : 0);
  const uint32_t bytes = key_at + ((flags & kGreKey) != 0 ? 4 : 0) + ((flags & kGreSequence) != 0 ? 4 : 0);
  if (!walk.Has(bytes)) return Stop(ParseOutcome::kTruncatedTunnel);
  const uint32_t key = (flags & kGreKey) != 0 ? LoadBe32(walk.at() + key_at) : 0;
  walk.Skip(bytes);
  if (key != 0) walk.MixTunnelId(key);
  if (protocol == EtherType::kErspan2 || protocol == EtherType::kErspan3) return OpenErspan(walk, flags, protocol);
  if (protocol == EtherType::kBridgedEthernet) return Enter(walk, {Next::kEthernet, 0});
  if (protocol < EtherType::kFirst) return Stop(ParseOutcome::kNotIp);  // keep-alives and the like
  walk.headers.ethertype = protocol;
  return Enter(walk, {Next::kEtherType, protocol});
}

// RFC 7348, 5: the I flag set, all that is reserved 0 (but for the group policy extension), an Ethernet frame inside.
bool OpenVxlan(Walk& walk, Step& next) noexcept {
  if (!walk.Has(kVxlanBytes)) return false;
  const uint8_t* p = walk.at();
  if ((p[0] & 0x7f) != 0x08 || p[7] != 0 || !LooksLikeEthernet(walk, kVxlanBytes)) return false;
  const uint32_t vni = LoadBe32(p + 4) >> 8;
  walk.Skip(kVxlanBytes);
  if (vni != 0) walk.MixTunnelId(vni);
  next = Enter(walk, {Next::kEthernet, 0});
  return true;
}

// RFC 8926, 3.4: version 0, six reserved bits 0, options in 4 bytes each.
bool OpenGeneve(Walk& walk, Step& next) noexcept {
  if (!walk.Has(kGeneveBytes)) return false;
  const uint8_t* p = walk.at();
  const uint32_t bytes = kGeneveBytes + (p[0] & 0x3fu) * 4;
  const uint16_t protocol = LoadBe16(p + 2);
  if (p[0] >> 6 != 0 || (p[1] & 0x3f) != 0 || p[7] != 0 || !walk.Has(bytes)) return false;
  const bool ethernet = protocol == EtherType::kBridgedEthernet && LooksLikeEthernet(walk, bytes);
  if (!ethernet && protocol != EtherType::kIpv4 && protocol != EtherType::kIpv6) return false;
  const uint32_t vni = LoadBe32(p + 4) >> 8;
  walk.Skip(bytes);
  if (vni != 0) walk.MixTunnelId(vni);
  if (!ethernet) walk.headers.ethertype = protocol;
  next = Enter(walk, ethernet ? Step{Next::kEthernet, 0} : Step{Next::kEtherType, protocol});
  return true;
}

}  // namespace

Step OpenTunnel(Walk& walk, uint8_t protocol) noexcept {
  switch (protocol) {
    case IpProtocol::kIpv4: return Enter(walk, {Next::kIp, 4});
    case IpProtocol::kIpv6: return Enter(walk, {Next::kIp, 6});
    case IpProtocol::kEthernet: return Enter(walk, {Next::kEthernet, 0});
    case IpProtocol::kMpls: return Enter(walk, {Next::kMpls, 0});
    default: return OpenGre(walk);
  }
}

bool OpenUdpTunnel(Walk& walk, Step& next) noexcept {
  const uint16_t port = walk.headers.dst_port;
  if (port == walk.options.vxlan_port) return OpenVxlan(walk, next);
  if (port == walk.options.geneve_port) return OpenGeneve(walk, next);
  return false;
}

}  // namespace sluice::packet
