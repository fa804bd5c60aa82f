#include "dataplane/protocol/opaque_session.h"

#include <algorithm>

namespace sluice::protocol {
namespace {

// P_CONTROL_HARD_RESET_CLIENT_V2 or V3 with key 0; alone, with tls-auth (SHA-1 or SHA-256) or with tls-crypt.
bool IsOpenVpnReset(ByteView packet) {
  constexpr uint8_t kResetV2 = 7 << 3, kResetV3 = 10 << 3;
  constexpr size_t kSizes[] = {14, 42, 54};
  if (packet.empty() || (packet[0] != kResetV2 && packet[0] != kResetV3)) return false;
  if (std::find(std::begin(kSizes), std::end(kSizes), packet.size()) == std::end(kSizes)) return false;
  // Nothing is acknowledged yet, and it is packet 0.
  return packet.size() != kSizes[0] || (packet[9] == 0 && LoadBe32(packet.data() + 10) == 0);
}

bool IsIke(ByteView message) {
  constexpr size_t kHeader = 28;
  constexpr uint8_t kVersion1 = 0x10, kVersion2 = 0x20, kMainMode = 2, kAggressiveMode = 4, kSaInit = 34;
  if (message.size() < kHeader || LoadBe32(message.data() + 24) != message.size() || LoadBe64(message.data()) == 0) return false;
  const uint8_t version = message[17], exchange = message[18];
  return version == kVersion2 ? exchange == kSaInit : version == kVersion1 && (exchange == kMainMode || exchange == kAggressiveMode);
}

}  // namespace

// The WireGuard protocol, 5.4.2 and 5.4.3: a type, three zero bytes, and a size that never varies.
Certainty ProbeWireGuard(content::Direction, ByteView datagram) noexcept {
  constexpr size_t kInitiation = 148, kResponse = 92;
  if (datagram.size() != kInitiation && datagram.size() != kResponse) return Certainty::kNo;
  const uint32_t type = LoadLe32(datagram.data());
  return type == (datagram.size() == kInitiation ? 1u : 2u) ? Certainty::kYes : Certainty::kNo;
}

Certainty ProbeOpenVpn(content::Direction, ByteView datagram) noexcept { return IsOpenVpnReset(datagram) ? Certainty::kYes : Certainty::kNo; }

Certainty ProbeOpenVpnOverTcp(content::Direction, ByteView prefix) noexcept {
  constexpr size_t kLength = 2, kSmallest = 14, kLargest = 54;
  if (prefix[0] != 0) return Certainty::kNo;
  if (prefix.size() < kLength) return Certainty::kUnsure;
  const size_t length = prefix[1];
  if (length < kSmallest || length > kLargest) return Certainty::kNo;
  if (prefix.size() < kLength + length) return Certainty::kUnsure;
  return IsOpenVpnReset(prefix.Sub(kLength, length)) ? Certainty::kYes : Certainty::kNo;
}

// Behind a zero word where a translator is between the two (RFC 3948, 2.2).
Certainty ProbeIke(content::Direction, ByteView datagram) noexcept {
  constexpr size_t kMarker = 4;
  const bool marked = datagram.size() > kMarker && LoadBe32(datagram.data()) == 0;
  return IsIke(datagram) || (marked && IsIke(datagram.From(kMarker))) ? Certainty::kYes : Certainty::kNo;
}

FeedResult OpaqueSession::Feed(content::Direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  PieceWriter writer(out);
  if (!named_) writer.Name(NameKind::kVersion, version_);
  named_ = true;
  writer.Opaque(input);
  return {input.size(), false};
}

}  // namespace sluice::protocol
