#include "dataplane/protocol/quic_packet.h"

#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sluice::protocol {
namespace {

constexpr uint32_t kVersion1 = 1, kVersion2 = 0x6b3343cf, kDrafts = 0xff000000, kDraftMask = 0xffffff00;
constexpr size_t kMaxConnectionId = 20, kTagBytes = 16, kSampleBytes = 16, kSampleOffset = 4, kKeyBytes = 16, kNonceBytes = 12;
constexpr size_t kSecretBytes = crypto_auth_hmacsha256_BYTES;

using Salt = std::array<uint8_t, 20>;
constexpr Salt kSalt1 = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt kSalt2 = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
constexpr Salt kSaltDraft29 = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
constexpr Salt kSaltDraft23 = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};

uint32_t DraftOf(uint32_t version) { return (version & kDraftMask) == kDrafts ? version & ~kDraftMask : 0; }

const Salt* SaltOf(uint32_t version) {
  if (version == kVersion1) return &kSalt1;
  if (version == kVersion2) return &kSalt2;
  const uint32_t draft = DraftOf(version);
  if (draft >= 33) return &kSalt1;
  if (draft >= 29) return &kSaltDraft29;
  return draft >= 23 ? &kSaltDraft23 : nullptr;
}

bool ReadConnectionId(ByteReader& reader, ByteView& id) {
  uint8_t size = 0;
  return reader.Read8(size) && size <= kMaxConnectionId && reader.ReadBytes(size, id);
}

// RFC 9369, 3.2: version 2 counts its types from another one on.
QuicPacketType TypeOf(uint8_t first, uint32_t version) {
  const uint8_t bits = first >> 4 & 3;
  return static_cast<QuicPacketType>(version == kVersion2 ? (bits + 3) & 3 : bits);
}

using Secret = std::array<uint8_t, kSecretBytes>;

// HMAC with SHA-256 is all of HKDF-Extract, and of HKDF-Expand for up to 32 bytes (RFC 5869).
Secret Hmac(ByteView key, ByteView message) {
  Secret secret;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, message.data(), message.size());
  crypto_auth_hmacsha256_final(&state, secret.data());
  return secret;
}

// RFC 8446, 7.1. REQUIRES: size <= 32.
Secret ExpandLabel(const Secret& secret, std::string_view label, size_t size) {
  constexpr std::string_view kPrefix = "tls13 ";
  std::array<uint8_t, 40> info{};
  size_t used = 0;
  info[used++] = 0;
  info[used++] = static_cast<uint8_t>(size);
  info[used++] = static_cast<uint8_t>(kPrefix.size() + label.size());
  for (const std::string_view text : {kPrefix, label}) {
    std::memcpy(info.data() + used, text.data(), text.size());
    used += text.size();
  }
  info[used++] = 0;  // no context
  info[used++] = 1;  // the first block of the expansion
  return Hmac({secret.data(), secret.size()}, {info.data(), used});
}

struct InitialKeys {
  Secret key, nonce, header;  // as many bytes of each as are used
};

InitialKeys KeysOfClient(const Salt& salt, uint32_t version, ByteView connection_id) {
  const bool second = version == kVersion2;
  const Secret initial = Hmac({salt.data(), salt.size()}, connection_id);
  const Secret client = ExpandLabel(initial, "client in", kSecretBytes);
  return {ExpandLabel(client, second ? "quicv2 key" : "quic key", kKeyBytes), ExpandLabel(client, second ? "quicv2 iv" : "quic iv", kNonceBytes),
          ExpandLabel(client, second ? "quicv2 hp" : "quic hp", kKeyBytes)};
}

// RFC 9001, 5.4.1: the packet number and the low bits of the first byte. Returns how long the number is.
size_t UncoverHeader(std::span<uint8_t> packet, size_t number_offset, const Secret& key) {
  aes128_ctx aes;
  aes128_set_encrypt_key(&aes, key.data());
  std::array<uint8_t, kSampleBytes> mask;
  aes128_encrypt(&aes, mask.size(), mask.data(), packet.data() + number_offset + kSampleOffset);
  packet[0] = static_cast<uint8_t>(packet[0] ^ (mask[0] & 0x0f));
  const size_t number_bytes = (packet[0] & 3u) + 1;
  for (size_t i = 0; i < number_bytes; ++i) packet[number_offset + i] ^= mask[1 + i];
  return number_bytes;
}

// RFC 9001, 5.3: the nonce ends in the packet number. A client's first numbers are small, so the bytes sent are all of it.
void MixNumber(Secret& nonce, std::span<const uint8_t> number) {
  for (size_t i = 0; i < number.size(); ++i) nonce[kNonceBytes - number.size() + i] ^= number[i];
}

}  // namespace

bool ReadQuicNumber(ByteReader& reader, uint64_t& value) noexcept {
  uint8_t first = 0;
  if (!reader.Read8(first)) return false;
  value = first & 0x3f;
  for (int left = (1 << (first >> 6)) - 1; left > 0; --left) {
    uint8_t next = 0;
    if (!reader.Read8(next)) return false;
    value = value << 8 | next;
  }
  return true;
}

bool IsQuicVersion(uint32_t version) noexcept { return version == kVersion1 || version == kVersion2 || DraftOf(version) != 0; }

InlineText<16> QuicVersionName(uint32_t version) noexcept {
  InlineText<16> name("QUIC ");
  if (const uint32_t draft = DraftOf(version); draft != 0) {
    name.Append("draft ");
    char digits[3];
    size_t count = 0;
    for (uint32_t left = draft; left > 0; left /= 10) digits[count++] = static_cast<char>('0' + left % 10);
    std::reverse(digits, digits + count);
    name.Append({digits, count});
  } else {
    name.Append(version == kVersion2 ? "2" : "1");
  }
  return name;
}

bool ReadQuicLongHeader(ByteView datagram, QuicLongHeader& header) noexcept {
  ByteReader reader(datagram);
  uint8_t first = 0;
  if (!reader.Read8(first) || (first & 0xc0) != 0xc0 || !reader.ReadBe32(header.version) || !IsQuicVersion(header.version)) return false;
  if (!ReadConnectionId(reader, header.destination) || !ReadConnectionId(reader, header.source)) return false;
  header.type = TypeOf(first, header.version);
  header.number_offset = header.end = datagram.size();
  if (header.type == QuicPacketType::kRetry) return true;
  uint64_t token = 0, length = 0;
  if (header.type == QuicPacketType::kInitial && (!ReadQuicNumber(reader, token) || token > reader.remaining() || !reader.Skip(token))) return false;
  if (!ReadQuicNumber(reader, length) || length > reader.remaining()) return false;
  header.number_offset = reader.offset();
  header.end = reader.offset() + length;
  return true;
}

ByteView OpenQuicInitial(ByteView datagram, const QuicLongHeader& header, ByteView connection_id, std::span<uint8_t> out) noexcept {
  const Salt* const salt = SaltOf(header.version);
  const size_t offset = header.number_offset;
  if (salt == nullptr || header.type != QuicPacketType::kInitial || header.end > std::min(out.size(), kMaxQuicPacket)) return {};
  if (header.end < offset + kSampleOffset + kSampleBytes) return {};
  const std::span<uint8_t> packet = out.first(header.end);
  std::memcpy(packet.data(), datagram.data(), packet.size());
  InitialKeys keys = KeysOfClient(*salt, header.version, connection_id);
  const size_t number_bytes = UncoverHeader(packet, offset, keys.header);
  MixNumber(keys.nonce, packet.subspan(offset, number_bytes));

  // At least 20 bytes follow `offset`: a number of at most four, and the tag.
  const std::span<uint8_t> sealed = packet.subspan(offset + number_bytes);
  const std::span<uint8_t> frames = sealed.first(sealed.size() - kTagBytes);
  gcm_aes128_ctx gcm;
  gcm_aes128_set_key(&gcm, keys.key.data());
  gcm_aes128_set_iv(&gcm, kNonceBytes, keys.nonce.data());
  gcm_aes128_update(&gcm, offset + number_bytes, packet.data());
  gcm_aes128_decrypt(&gcm, frames.size(), frames.data(), frames.data());
  std::array<uint8_t, kTagBytes> tag;
  gcm_aes128_digest(&gcm, tag.size(), tag.data());
  if (sodium_memcmp(tag.data(), sealed.data() + frames.size(), tag.size()) != 0) return {};
  return {frames.data(), frames.size()};
}

}  // namespace sluice::protocol
