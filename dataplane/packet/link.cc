// Links: Ethernet and its tags, LLC/SNAP, MPLS, PPPoE, PPP, Linux cooked, null and raw.
#include "dataplane/packet/walk.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kEthernetBytes = 14, kTagBytes = 4, kSnapBytes = 8, kPppoeBytes = 6;

Step GoOnTo(Walk& walk, uint16_t ether_type) noexcept {
  walk.headers.ethertype = ether_type;
  if (ether_type == EtherType::kIpv4) return {Next::kIp, 4};
  return {Next::kEtherType, ether_type};
}

// IEEE 802.2 and, above it, SNAP.
Step OpenLlc(Walk& walk) noexcept {
  walk.headers.ethertype = 0;
  if (!walk.Has(3)) return Stop(ParseOutcome::kTruncatedLink);
  const uint8_t* p = walk.at();
  if (p[0] != 0xaa || p[1] != 0xaa || p[2] != 0x03) return Stop(ParseOutcome::kNotIp);
  if (!walk.Has(kSnapBytes)) return Stop(ParseOutcome::kTruncatedLink);
  // RFC 1042: organisation code 0 stands for an EtherType; IEEE 802.1H uses 00-00-F8 for the same.
  const uint32_t organisation = LoadBe32(p + 2) & 0xffffff;
  const uint16_t ether_type = LoadBe16(p + 6);
  if ((organisation != 0 && organisation != 0x0000f8) || ether_type < EtherType::kFirst) {
    return Stop(ParseOutcome::kNotIp);
  }
  walk.Skip(kSnapBytes);
  return GoOnTo(walk, ether_type);
}

Step OpenVlan(Walk& walk) noexcept {
  if (!walk.Has(kTagBytes)) return Stop(ParseOutcome::kTruncatedLink);
  if (++walk.link_tags > walk.options.max_link_tags) return Stop(ParseOutcome::kTooManyLinkTags);
  const uint16_t id = LoadBe16(walk.at()) & 0x0fff;
  const uint16_t ether_type = LoadBe16(walk.at() + 2);
  walk.Skip(kTagBytes);
  // IEEE 802.1Q, 9.6: id 0 is a priority tag, the frame belongs to no VLAN by it.
  if (id != 0) {
    if (walk.headers.vlan == 0 && walk.headers.tunnel_depth == 0) {
      walk.headers.vlan = id;
    } else {
      walk.MixTunnelId(id);
    }
  }
  return GoOnTo(walk, ether_type);
}

// RFC 2516, 4.
Step OpenPppoe(Walk& walk) noexcept {
  if (!walk.Has(kPppoeBytes)) return Stop(ParseOutcome::kTruncatedLink);
  const uint8_t* p = walk.at();
  if (p[0] != 0x11 || p[1] != 0) return Stop(ParseOutcome::kNotIp);  // not session data
  const uint16_t length = LoadBe16(p + 4);
  walk.Skip(kPppoeBytes);
  if (length > walk.declared()) return Stop(ParseOutcome::kTruncatedLink);
  walk.Narrow(length);
  return {Next::kPpp, 0};
}

// The address family numbers of the BSDs and Linux, as libpcap's LINKTYPE_NULL and LINKTYPE_LOOP carry them.
Step OpenNull(Walk& walk, LinkType type) noexcept {
  if (!walk.Has(4)) return Stop(ParseOutcome::kTruncatedLink);
  uint32_t family = type == LinkType::kLoop ? LoadBe32(walk.at()) : LoadLe32(walk.at());
  if (family > 0xffff) family = __builtin_bswap32(family);  // written on a machine of the other byte order
  walk.Skip(4);
  switch (family) {
    case 2: return {Next::kIp, 4};
    case 10:
    case 24:
    case 28:
    case 30: return {Next::kIp, 6};
    default: return Stop(ParseOutcome::kUnknownLinkProtocol);
  }
}

Step OpenCooked(Walk& walk, uint32_t header_bytes, uint32_t protocol_at) noexcept {
  if (!walk.Has(header_bytes)) return Stop(ParseOutcome::kTruncatedLink);
  const uint16_t protocol = LoadBe16(walk.at() + protocol_at);
  walk.Skip(header_bytes);
  // Below 0x600 stand Linux's own numbers: 1 for raw 802.3, 4 for LLC, others for CAN and the like.
  if (protocol == 4) return OpenLlc(walk);
  if (protocol < EtherType::kFirst) return Stop(ParseOutcome::kNotIp);
  return GoOnTo(walk, protocol);
}

// What stands below the bottom of an MPLS stack is not named; RFC 4928, 3 and RFC 4385, 3: the first nibble tells.
Step OpenBelowMpls(Walk& walk) noexcept {
  if (!walk.Has(1)) return Stop(ParseOutcome::kTruncatedLink);
  const unsigned nibble = walk.at()[0] >> 4;
  if (nibble == 4 || nibble == 6) {
    if (LooksLikeIp(walk) || !LooksLikeEthernet(walk, 0)) return {Next::kIp, 0};
  }
  if (nibble == 1) return Stop(ParseOutcome::kNotIp);  // associated channel
  const uint32_t control_word = nibble == 0 && LooksLikeEthernet(walk, 4) ? 4 : 0;
  if (!LooksLikeEthernet(walk, control_word)) return Stop(ParseOutcome::kUnknownLinkProtocol);
  walk.Skip(control_word);
  if (!walk.EnterTunnel()) return Stop(ParseOutcome::kTunnelTooDeep);
  return {Next::kEthernet, 0};
}

}  // namespace

Step OpenLink(Walk& walk, LinkType type) noexcept {
  switch (type) {
    case LinkType::kEthernet: return OpenEthernet(walk);
    case LinkType::kRawIp: return {Next::kIp, 0};
    case LinkType::kLinuxCooked: return OpenCooked(walk, 16, 14);
    case LinkType::kLinuxCooked2: return OpenCooked(walk, 20, 0);
    case LinkType::kNull:
    case LinkType::kLoop: return OpenNull(walk, type);
    case LinkType::kPpp: return OpenPpp(walk);
  }
  return Stop(ParseOutcome::kUnknownLinkProtocol);
}

Step OpenEthernet(Walk& walk) noexcept {
  if (!walk.Has(kEthernetBytes)) return Stop(ParseOutcome::kTruncatedLink);
  const uint16_t ether_type = LoadBe16(walk.at() + 12);
  walk.Skip(kEthernetBytes);
  return GoOnTo(walk, ether_type);
}

Step OpenEtherType(Walk& walk, uint16_t type) noexcept {
  switch (type) {
    case EtherType::kIpv4: return {Next::kIp, 4};
    case EtherType::kIpv6: return {Next::kIp, 6};
    case EtherType::kVlan:
    case EtherType::kServiceVlan:
    case EtherType::kOldServiceVlan: return OpenVlan(walk);
    case EtherType::kMpls:
    case EtherType::kMplsMulticast: return OpenMpls(walk);
    case EtherType::kPppoeSession: return OpenPppoe(walk);
    default: break;
  }
  if (type >= EtherType::kFirst) return Stop(ParseOutcome::kNotIp);
  // IEEE 802.3, 3.2.6: below 0x600 it is the length of what follows, and the rest is padding.
  if (type <= walk.declared()) walk.Narrow(type);
  return OpenLlc(walk);
}

// RFC 1661, 2 and RFC 1662, 3.1: address and control may be left out, and the protocol be one odd byte.
Step OpenPpp(Walk& walk) noexcept {
  if (walk.Has(2) && LoadBe16(walk.at()) == 0xff03) walk.Skip(2);
  if (!walk.Has(1)) return Stop(ParseOutcome::kTruncatedLink);
  const bool compressed = (walk.at()[0] & 1) != 0;
  if (!compressed && !walk.Has(2)) return Stop(ParseOutcome::kTruncatedLink);
  const uint16_t protocol = compressed ? walk.at()[0] : LoadBe16(walk.at());
  walk.Skip(compressed ? 1 : 2);
  switch (protocol) {
    case 0x0021: return {Next::kIp, 4};
    case 0x0057: return {Next::kIp, 6};
    case 0x0281: return {Next::kMpls, 0};
    default:
      // RFC 1661, 2: from 0x8000 on stand control protocols; below, data, some of it compressed or encrypted.
      return Stop(protocol >= 0x8000 ? ParseOutcome::kNotIp : ParseOutcome::kUnknownLinkProtocol);
  }
}

// RFC 3032, 2.1.
Step OpenMpls(Walk& walk) noexcept {
  if (!walk.Has(kTagBytes)) return Stop(ParseOutcome::kTruncatedLink);
  if (++walk.link_tags > walk.options.max_link_tags) return Stop(ParseOutcome::kTooManyLinkTags);
  const bool bottom = (walk.at()[2] & 1) != 0;
  walk.Skip(kTagBytes);
  if (!bottom) return {Next::kMpls, 0};
  return OpenBelowMpls(walk);
}

bool LooksLikeEthernet(const Walk& walk, uint32_t skip) noexcept {
  if (!walk.Has(skip + kEthernetBytes)) return false;
  const uint16_t type = LoadBe16(walk.at() + skip + 12);
  switch (type) {
    case EtherType::kIpv4:
    case EtherType::kArp:
    case EtherType::kIpv6:
    case EtherType::kVlan:
    case EtherType::kServiceVlan:
    case EtherType::kOldServiceVlan:
    case EtherType::kMpls:
    case EtherType::kMplsMulticast:
    case EtherType::kPppoeSession: return true;
    default: return type >= 3 && type < EtherType::kFirst && type <= walk.declared() - skip - kEthernetBytes;
  }
}

}  // namespace sluice::packet
