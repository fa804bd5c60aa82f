// IPv4 (RFC 791) and IPv6 (RFC 8200). Not handled: the final address of an IPv4 source route, which no router follows
// any more (RFC 7126); a TCP segment that uses one shows as bad_tcp_checksum.
#include "dataplane/packet/checksum.h"
#include "dataplane/packet/walk.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kIpv4Bytes = 20, kIpv6Bytes = 40;

bool Ipv4ChecksumHolds(const uint8_t* p, uint32_t header_bytes) noexcept {
  if (header_bytes == kIpv4Bytes) return Ipv4HeaderHolds(p);  // nearly always: no loop
  ChecksumSum sum;
  sum.Add({p, header_bytes});
  return sum.Holds();
}

Step StopAtIpv4Fragment(Headers& headers, const uint8_t* p, uint16_t fragment) noexcept {
  headers.is_fragment = true;
  headers.fragment_more = (fragment & 0x2000) != 0;
  headers.fragment_offset = static_cast<uint16_t>((fragment & 0x1fff) * 8);
  headers.fragment_id = LoadBe16(p + 4);
  return Stop(ParseOutcome::kFragment);
}

Step OpenIpv4(Walk& walk) noexcept {
  if (!walk.Has(kIpv4Bytes)) return Stop(ParseOutcome::kTruncatedIpv4);
  const uint8_t* p = walk.at();
  const uint32_t header_bytes = (p[0] & 0x0fu) * 4;
  if (header_bytes < kIpv4Bytes || header_bytes > walk.declared()) return Stop(ParseOutcome::kBadIpv4HeaderLength);
  if (!walk.Has(header_bytes)) return Stop(ParseOutcome::kTruncatedIpv4);
  uint32_t total = LoadBe16(p + 2);
  if (total == 0 && walk.options.accept_zero_ip_length) total = walk.declared();
  if (total < header_bytes || total > walk.declared()) return Stop(ParseOutcome::kBadIpv4TotalLength);
  // RFC 1122, 3.2.1.2: a host discards a datagram whose header checksum is wrong.
  if (walk.verify && !Ipv4ChecksumHolds(p, header_bytes)) return Stop(ParseOutcome::kBadIpv4Checksum);

  Headers& headers = walk.headers;
  headers.l3_offset = static_cast<uint16_t>(walk.offset);
  headers.ip_version = 4;
  headers.ttl = p[8];
  headers.ip_protocol = p[9];
  headers.src = IpAddress::FromV4(p + 12);
  headers.dst = IpAddress::FromV4(p + 16);
  walk.extension_headers = 0;
  walk.Narrow(total);
  walk.Skip(header_bytes);
  const uint16_t fragment = LoadBe16(p + 6);
  if ((fragment & 0x3fff) != 0) return StopAtIpv4Fragment(headers, p, fragment);
  return {Next::kProtocol, headers.ip_protocol};
}

Step OpenIpv6(Walk& walk) noexcept {
  if (!walk.Has(kIpv6Bytes)) return Stop(ParseOutcome::kTruncatedIpv6);
  const uint8_t* p = walk.at();
  uint32_t length = LoadBe16(p + 4);
  // RFC 2675, 3: 0 where the length stands in a jumbo payload option.
  if (length == 0 && p[6] != IpProtocol::kNoNext && walk.options.accept_zero_ip_length) {
    length = walk.declared() - kIpv6Bytes;
  }
  if (length > walk.declared() - kIpv6Bytes) return Stop(ParseOutcome::kBadIpv6PayloadLength);

  Headers& headers = walk.headers;
  headers.l3_offset = static_cast<uint16_t>(walk.offset);
  headers.ip_version = 6;
  headers.ttl = p[7];
  headers.ip_protocol = p[6];
  headers.src = IpAddress::FromV6(p + 8);
  headers.dst = IpAddress::FromV6(p + 24);
  walk.extension_headers = 0;
  walk.Skip(kIpv6Bytes);
  walk.Narrow(length);
  return {Next::kProtocol, headers.ip_protocol};
}

}  // namespace

Step OpenIp(Walk& walk, uint16_t version) noexcept {
  if (!walk.Has(1)) return Stop(version == 6 ? ParseOutcome::kTruncatedIpv6 : ParseOutcome::kTruncatedIpv4);
  const unsigned found = walk.at()[0] >> 4;
  if (found == 4 && version != 6) return OpenIpv4(walk);
  if (found == 6 && version != 4) return OpenIpv6(walk);
  return Stop(version == 0 ? ParseOutcome::kUnknownLinkProtocol : ParseOutcome::kBadIpVersion);
}

bool LooksLikeIp(const Walk& walk) noexcept {
  if (!walk.Has(kIpv4Bytes)) return false;
  const uint8_t* p = walk.at();
  const bool v6 = p[0] >> 4 == 6;
  if (!v6 && (p[0] >> 4 != 4 || (p[0] & 0x0f) < 5)) return false;
  const uint32_t total = v6 ? kIpv6Bytes + LoadBe16(p + 4) : LoadBe16(p + 2);
  // IEEE 802.3, 3.2.7: only what is shorter than 46 bytes is padded.
  return total == walk.declared() || (total < walk.declared() && walk.declared() <= 46);
}

}  // namespace sluice::packet
