// JA4 of a ClientHello.
#include <sodium/crypto_hash_sha256.h>

#include <algorithm>
#include <array>

#include "dataplane/protocol/tls_hello.h"

namespace sluice::protocol {
namespace {

enum Extension : uint16_t { kServerName = 0, kSignatures = 13, kAlpn = 16, kSupportedVersions = 43 };
constexpr char kDigits[] = "0123456789abcdef";

// RFC 8701: values that mean nothing.
bool IsGrease(uint16_t value) { return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff); }

// Values of one kind; what does not fit makes it overflow.
struct Values {
  std::array<uint16_t, 256> items;
  size_t size = 0;
  bool overflow = false;

  void Add(uint16_t value) {
    if (IsGrease(value)) return;
    if (size == items.size()) overflow = true;
    else items[size++] = value;
  }
  void AddAll(ByteView list) {
    for (; list.size() >= 2; list = list.From(2)) Add(LoadBe16(list.data()));
  }
  void Sort() { std::sort(items.begin(), items.begin() + static_cast<ptrdiff_t>(size)); }
};

struct Offer {
  Values ciphers, extensions, signatures;
  uint16_t version = 0;
  bool names_server = false;
  std::string_view alpn;  // the first
};

bool TakeVector(ByteReader& reader, size_t length_bytes, ByteView& bytes) {
  uint8_t short_length = 0;
  uint16_t length = 0;
  if (length_bytes == 1 ? !reader.Read8(short_length) : !reader.ReadBe16(length)) return false;
  return reader.ReadBytes(length_bytes == 1 ? short_length : length, bytes);
}

void ReadExtension(uint16_t type, ByteView body, Offer& offer) {
  ByteReader reader(body);
  ByteView list, name;
  switch (type) {
    case kServerName: offer.names_server = true; break;
    case kSignatures:
      if (TakeVector(reader, 2, list)) offer.signatures.AddAll(list);
      break;
    case kAlpn:
      if (!TakeVector(reader, 2, list)) break;
      reader = ByteReader(list);
      if (TakeVector(reader, 1, name)) offer.alpn = name.AsText();
      break;
    case kSupportedVersions:
      if (!TakeVector(reader, 1, list)) break;
      offer.version = 0;
      for (; list.size() >= 2; list = list.From(2)) {
        const uint16_t version = LoadBe16(list.data());
        if (!IsGrease(version)) offer.version = std::max(offer.version, version);
      }
      break;
    default: break;
  }
}

bool ReadOffer(ByteView message, Offer& offer) {
  constexpr size_t kHeader = 4, kRandom = 32;
  if (message.size() < kHeader || message[0] != kTlsClientHello) return false;
  const size_t size = LoadBe32(message.data()) & 0xffffff;
  if (message.size() < kHeader + size) return false;
  ByteReader reader(message.Sub(kHeader, size));
  ByteView bytes, body;
  if (!reader.ReadBe16(offer.version) || !reader.Skip(kRandom) || !TakeVector(reader, 1, bytes)) return false;
  if (!TakeVector(reader, 2, bytes)) return false;
  offer.ciphers.AddAll(bytes);
  if (!TakeVector(reader, 1, bytes)) return false;
  if (reader.remaining() == 0) return true;
  if (!TakeVector(reader, 2, bytes)) return false;
  ByteReader extensions(bytes);
  uint16_t type = 0;
  while (extensions.ReadBe16(type)) {
    if (!TakeVector(extensions, 2, body)) return false;
    offer.extensions.Add(type);
    if (!IsGrease(type)) ReadExtension(type, body, offer);
  }
  return extensions.remaining() == 0 && !offer.ciphers.overflow && !offer.extensions.overflow && !offer.signatures.overflow;
}

std::string_view VersionDigits(uint16_t version) {
  switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    case 0x0002: return "s2";
    default: return "00";
  }
}

void AppendCount(InlineText<40>& out, size_t count) {
  const size_t shown = std::min<size_t>(count, 99);
  const char digits[] = {kDigits[shown / 10], kDigits[shown % 10]};
  out.Append({digits, 2});
}

// The first and last character of the protocol; of one that is not text, of its bytes in hexadecimal.
void AppendAlpn(InlineText<40>& out, std::string_view alpn) {
  if (alpn.empty()) return out.Append("00");
  const auto is_alphanumeric = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  char ends[] = {alpn.front(), alpn.back()};
  if (!is_alphanumeric(ends[0]) || !is_alphanumeric(ends[1])) {
    ends[0] = kDigits[static_cast<uint8_t>(alpn.front()) >> 4];
    ends[1] = kDigits[static_cast<uint8_t>(alpn.back()) & 0xf];
  }
  out.Append({ends, 2});
}

// What is hashed: values in hexadecimal, joined by commas.
class ListHash {
 public:
  ListHash() { crypto_hash_sha256_init(&state_); }
  void Add(uint16_t value) {
    const char text[] = {',', kDigits[value >> 12], kDigits[value >> 8 & 0xf], kDigits[value >> 4 & 0xf], kDigits[value & 0xf]};
    Update({text + (joins_ ? 0 : 1), joins_ ? 5u : 4u});
    joins_ = true;
  }
  void Separate() {
    Update("_");
    joins_ = false;
  }
  void AppendTo(InlineText<40>& out) {
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state_, digest);
    for (size_t i = 0; i < 6; ++i) {
      const char byte[] = {kDigits[digest[i] >> 4], kDigits[digest[i] & 0xf]};
      out.Append({byte, 2});
    }
  }

 private:
  void Update(std::string_view text) { crypto_hash_sha256_update(&state_, ByteView(text).data(), text.size()); }

  crypto_hash_sha256_state state_;
  bool joins_ = false;
};

constexpr std::string_view kNothing = "000000000000";

void AppendCiphers(InlineText<40>& out, Values& ciphers) {
  if (ciphers.size == 0) return out.Append(kNothing);
  ciphers.Sort();
  ListHash hash;
  for (size_t i = 0; i < ciphers.size; ++i) hash.Add(ciphers.items[i]);
  hash.AppendTo(out);
}

void AppendExtensions(InlineText<40>& out, Offer& offer) {
  offer.extensions.Sort();
  ListHash hash;
  size_t hashed = 0;
  for (size_t i = 0; i < offer.extensions.size; ++i) {
    const uint16_t type = offer.extensions.items[i];
    if (type == kServerName || type == kAlpn) continue;
    hash.Add(type);
    ++hashed;
  }
  if (hashed == 0) return out.Append(kNothing);
  if (offer.signatures.size > 0) hash.Separate();
  for (size_t i = 0; i < offer.signatures.size; ++i) hash.Add(offer.signatures.items[i]);
  hash.AppendTo(out);
}

}  // namespace

InlineText<40> Ja4Of(ByteView message, char transport) noexcept {
  InlineText<40> out;
  Offer offer;
  if (!ReadOffer(message, offer)) return out;
  out.Append({&transport, 1});
  out.Append(VersionDigits(offer.version));
  out.Append(offer.names_server ? "d" : "i");
  AppendCount(out, offer.ciphers.size);
  AppendCount(out, offer.extensions.size);
  AppendAlpn(out, offer.alpn);
  out.Append("_");
  AppendCiphers(out, offer.ciphers);
  out.Append("_");
  AppendExtensions(out, offer);
  return out;
}

}  // namespace sluice::protocol
