// TlsHello: what a ClientHello or ServerHello says in clear: server name, application protocols, version.
//
// A client is named by its JA4 fingerprint: what it offers, without what varies from one connection to the next.
// Thread: pure functions over bytes that may be cut anywhere. Allocates: never. Failure: what lies behind the cut or does not
// follow its lengths is left out. Sources: RFC 8446 (4.1.2, 4.1.3, 4.2.1), RFC 6066 (3), RFC 7301 (3.1);
// JA4 by FoxIO (technical_details/JA4.md, BSD licence).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "base/inline_text.h"

namespace sluice::protocol {

constexpr uint8_t kTlsClientHello = 1;
constexpr uint8_t kTlsServerHello = 2;

struct TlsHello {
  std::string_view server_name;     // points into the message
  InlineText<64> alpn;              // protocols offered or chosen, joined by commas
  uint16_t version = 0;             // the highest offered or the one chosen; 0 unknown
};

// `message`: a handshake message with its four-byte header. REQUIRES: message[0] is one of the two types above.
TlsHello ReadTlsHello(ByteView message) noexcept;

// "t13d1516h2_8daaf6152771_e5627efa2ab1". `transport`: 't' for TCP, 'q' for QUIC. Empty where the message is not whole or no
// ClientHello, or offers more than is kept of it.
InlineText<40> Ja4Of(ByteView message, char transport) noexcept;

// "TLS 1.3" for 0x0304; empty for what is no version of TLS or SSL.
std::string_view TlsVersionName(uint16_t version) noexcept;

}  // namespace sluice::protocol
