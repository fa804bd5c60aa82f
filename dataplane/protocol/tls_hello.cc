#include "dataplane/protocol/tls_hello.h"

#include <algorithm>

namespace sluice::protocol {
namespace {

enum Extension : uint16_t { kServerName = 0, kAlpn = 16, kSupportedVersions = 43 };

// What a vector with a length prefix holds, as far as it is there.
ByteView TakeVector8(ByteReader& reader) {
  uint8_t length = 0;
  if (!reader.Read8(length)) return {};
  const ByteView bytes = reader.Rest().First(length);
  (void)reader.Skip(bytes.size());
  return bytes;
}

ByteView TakeVector16(ByteReader& reader) {
  uint16_t length = 0;
  if (!reader.ReadBe16(length)) return {};
  const ByteView bytes = reader.Rest().First(length);
  (void)reader.Skip(bytes.size());
  return bytes;
}

// RFC 6066, 3: a list of names, of which host_name (0) is the only type ever defined.
std::string_view ReadServerName(ByteView body) {
  ByteReader outer(body);
  ByteReader list(TakeVector16(outer));
  uint8_t type = 0;
  if (!list.Read8(type) || type != 0) return {};
  return TakeVector16(list).AsText();
}

void ReadAlpn(ByteView body, TlsHello& hello) {
  ByteReader outer(body);
  ByteReader list(TakeVector16(outer));
  while (list.remaining() > 0) {
    const std::string_view name = TakeVector8(list).AsText();
    if (name.empty()) return;
    if (!hello.alpn.empty()) hello.alpn.Append(",");
    hello.alpn.Append(name);
  }
}

// RFC 8701: values that mean nothing, offered to keep servers tolerant.
bool IsGrease(uint16_t value) { return (value & 0x0F0F) == 0x0A0A && (value >> 8) == (value & 0xFF); }

void ReadVersions(ByteView body, bool is_client, TlsHello& hello) {
  ByteReader reader(body);
  uint16_t version = 0;
  if (!is_client) {
    if (reader.ReadBe16(version)) hello.version = version;
    return;
  }
  ByteReader list(TakeVector8(reader));
  uint16_t highest = 0;
  while (list.ReadBe16(version)) {
    if (!IsGrease(version)) highest = std::max(highest, version);
  }
  if (highest != 0) hello.version = highest;
}

}  // namespace

TlsHello ReadTlsHello(ByteView message) noexcept {
  constexpr size_t kHeader = 4, kRandom = 32;
  TlsHello hello;
  const bool is_client = !message.empty() && message[0] == kTlsClientHello;
  ByteReader reader(message);
  uint16_t version = 0;
  if (!reader.Skip(kHeader) || !reader.ReadBe16(version) || !reader.Skip(kRandom)) return hello;
  hello.version = version;
  TakeVector8(reader);  // session id
  if (is_client) {
    TakeVector16(reader);  // cipher suites
    TakeVector8(reader);   // compression methods
  } else if (!reader.Skip(3)) {
    return hello;
  }
  ByteReader extensions(TakeVector16(reader));
  uint16_t type = 0;
  while (extensions.ReadBe16(type)) {
    const ByteView body = TakeVector16(extensions);
    if (type == kServerName && is_client) hello.server_name = ReadServerName(body);
    else if (type == kAlpn) ReadAlpn(body, hello);
    else if (type == kSupportedVersions) ReadVersions(body, is_client, hello);
  }
  return hello;
}

std::string_view TlsVersionName(uint16_t version) noexcept {
  switch (version) {
    case 0x0300: return "SSL 3.0";
    case 0x0301: return "TLS 1.0";
    case 0x0302: return "TLS 1.1";
    case 0x0303: return "TLS 1.2";
    case 0x0304: return "TLS 1.3";
    default: return {};
  }
}

}  // namespace sluice::protocol
