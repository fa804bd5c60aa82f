// The headers between IPv6 and its transport (RFC 8200, 4), and the authentication header of both IP versions.
#include "dataplane/packet/walk.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kFragmentBytes = 8;

Step OpenFragment(Walk& walk) noexcept {
  if (!walk.Has(kFragmentBytes)) return Stop(ParseOutcome::kTruncatedExtensionHeader);
  const uint8_t* p = walk.at();
  Headers& headers = walk.headers;
  headers.ip_protocol = p[0];
  const uint16_t fragment = LoadBe16(p + 2);
  walk.Skip(kFragmentBytes);
  // RFC 6946, 4: an atomic fragment is a whole datagram and is never matched with others.
  if ((fragment & 0xfff9) == 0) return {Next::kProtocol, headers.ip_protocol};
  headers.is_fragment = true;
  headers.fragment_more = (fragment & 1) != 0;
  headers.fragment_offset = fragment & 0xfff8;
  headers.fragment_id = LoadBe32(p + 4);
  return Stop(ParseOutcome::kFragment);
}

// RFC 8200, 8.1: with a routing header, the checksum is over the final destination, and that is who is spoken to.
void NoteFinalDestination(Headers& headers, const uint8_t* p, uint32_t bytes) noexcept {
  const uint8_t type = p[2], segments_left = p[3];
  if (segments_left == 0 || bytes < 24) return;
  if (type == 2 || type == 4) headers.dst = IpAddress::FromV6(p + 8);  // RFC 6275, 6.4; RFC 8754, 2: list in reverse
  if (type == 0) headers.dst = IpAddress::FromV6(p + (bytes - 8) / 16 * 16 - 8);  // RFC 2460, 4.4
}

// RFC 6275, 6.3 and 11.3.1: a host away from home is known by the home address, also in the checksum.
void NoteHomeAddress(Headers& headers, const uint8_t* p, uint32_t bytes) noexcept {
  constexpr uint8_t kPad1 = 0, kHomeAddress = 0xc9;
  for (uint32_t i = 2; i < bytes;) {
    if (p[i] == kPad1) {
      ++i;
      continue;
    }
    if (i + 2 > bytes || i + 2u + p[i + 1] > bytes) return;
    if (p[i] == kHomeAddress && p[i + 1] == 16) headers.src = IpAddress::FromV6(p + i + 2);
    i += 2u + p[i + 1];
  }
}

}  // namespace

Step OpenExtension(Walk& walk, uint8_t protocol) noexcept {
  if (++walk.extension_headers > walk.options.max_extension_headers) {
    return Stop(ParseOutcome::kTooManyExtensionHeaders);
  }
  if (protocol == IpProtocol::kFragment) return OpenFragment(walk);
  if (!walk.Has(2)) return Stop(ParseOutcome::kTruncatedExtensionHeader);
  const uint8_t* p = walk.at();
  // RFC 8200, 4.3: in 8 bytes, not counting the first; RFC 4302, 2.2: in 4 bytes, not counting two.
  const uint32_t bytes = protocol == IpProtocol::kAuthentication ? (p[1] + 2u) * 4 : (p[1] + 1u) * 8;
  if (!walk.Has(bytes)) return Stop(ParseOutcome::kTruncatedExtensionHeader);
  if (protocol == IpProtocol::kRouting) NoteFinalDestination(walk.headers, p, bytes);
  if (protocol == IpProtocol::kDestination) NoteHomeAddress(walk.headers, p, bytes);
  walk.headers.ip_protocol = p[0];
  walk.Skip(bytes);
  return {Next::kProtocol, walk.headers.ip_protocol};
}

}  // namespace sluice::packet
