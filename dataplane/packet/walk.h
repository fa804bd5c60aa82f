// Walk: how far Parse has come in one frame, and the openers it goes through, one a header.
//
// Private to this folder. Each opener reads the header at `offset`, moves past it, narrows the end to what the header
// says, and tells what stands next. Two ends are kept: `end`, up to where bytes can be read, and `declared_end`, up to
// where they were on the wire; they differ where the capture cut the frame. A length that reaches past `declared_end`
// is a lie; one that reaches past `end` only was cut off. Thread: one packet. Allocates: never.
#pragma once

#include "dataplane/packet/parse.h"

namespace sluice::packet {

// What stands at the walk's offset. `value` is an EtherType, an IP protocol number or, with kStop, a ParseOutcome.
enum class Next : uint8_t { kEthernet, kEtherType, kPpp, kMpls, kIp, kProtocol, kStop };
struct Step {
  Next next = Next::kStop;
  uint16_t value = 0;
};
inline Step Stop(ParseOutcome outcome) noexcept { return {Next::kStop, static_cast<uint16_t>(outcome)}; }

struct Walk {
  const uint8_t* data;
  uint32_t offset = 0;
  uint32_t end;           // bytes that can be read
  uint32_t declared_end;  // bytes that were on the wire
  Headers& headers;
  bool& checksum_pending;
  const ParseOptions& options;
  bool verify;  // checksums
  uint8_t link_tags = 0;
  uint8_t extension_headers = 0;

  const uint8_t* at() const noexcept { return data + offset; }
  uint32_t available() const noexcept { return end - offset; }
  uint32_t declared() const noexcept { return declared_end - offset; }
  bool Has(uint32_t n) const noexcept { return n <= available(); }
  bool whole() const noexcept { return end == declared_end; }
  ByteView Rest() const noexcept { return {at(), available()}; }

  // REQUIRES: Has(n).
  void Skip(uint32_t n) noexcept { offset += n; }
  // From here on only `n` bytes count; the rest is padding. REQUIRES: n <= declared().
  void Narrow(uint32_t n) noexcept {
    declared_end = offset + n;
    if (end > declared_end) end = declared_end;
  }
  void MixTunnelId(uint32_t id) noexcept {
    const uint32_t mixed = (headers.tunnel_id ^ id) * 0x9e3779b1u;
    headers.tunnel_id = mixed ^ (mixed >> 15) ^ (mixed == 0 ? 1u : 0u);
  }
  // Counts an encapsulation and forgets the header it came in. False where the depth is used up.
  [[nodiscard]] bool EnterTunnel() noexcept;
};

// The headers of known protocols.
struct EtherType {
  static constexpr uint16_t kIpv4 = 0x0800, kArp = 0x0806, kIpv6 = 0x86dd;
  static constexpr uint16_t kVlan = 0x8100, kServiceVlan = 0x88a8, kOldServiceVlan = 0x9100;
  static constexpr uint16_t kMpls = 0x8847, kMplsMulticast = 0x8848, kPppoeSession = 0x8864;
  static constexpr uint16_t kBridgedEthernet = 0x6558, kGrePpp = 0x880b, kErspan2 = 0x88be, kErspan3 = 0x22eb;
  static constexpr uint16_t kFirst = 0x0600;  // below: an 802.3 length
};
struct IpProtocol {
  static constexpr uint8_t kHopByHop = 0, kIcmp = 1, kIpv4 = 4, kTcp = 6, kUdp = 17, kIpv6 = 41, kRouting = 43,
                           kFragment = 44, kGre = 47, kAuthentication = 51, kIcmpV6 = 58, kNoNext = 59,
                           kDestination = 60, kSctp = 132, kMobility = 135, kMpls = 137, kHip = 139, kShim6 = 140,
                           kEthernet = 143;
};

// link.cc
Step OpenLink(Walk& walk, LinkType type) noexcept;
Step OpenEthernet(Walk& walk) noexcept;
Step OpenEtherType(Walk& walk, uint16_t type) noexcept;  // tags, PPPoE, and the way on to IP
Step OpenPpp(Walk& walk) noexcept;
Step OpenMpls(Walk& walk) noexcept;
// Whether the bytes at `walk.offset + skip` look like an Ethernet header with a content that Sluice knows.
bool LooksLikeEthernet(const Walk& walk, uint32_t skip) noexcept;
// ip.cc. `version`: 4 or 6 where the header before named it, 0 where the first nibble decides.
Step OpenIp(Walk& walk, uint16_t version) noexcept;
// Whether what stands here is an IP header whose length fits the frame's.
bool LooksLikeIp(const Walk& walk) noexcept;
// ip_extension.cc
Step OpenExtension(Walk& walk, uint8_t protocol) noexcept;
// tunnel.cc
Step OpenTunnel(Walk& walk, uint8_t protocol) noexcept;
// Whether the UDP datagram at the walk's offset carries a tunnel; if so, moves past UDP and the tunnel's header.
bool OpenUdpTunnel(Walk& walk, Step& next) noexcept;
// transport.cc
Step OpenTransport(Walk& walk, uint8_t protocol) noexcept;

}  // namespace sluice::packet
