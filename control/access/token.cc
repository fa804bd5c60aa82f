#include "control/access/token.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

namespace sluice::access {
namespace {

constexpr size_t kNumberBytes = 8, kNumberDigits = 2 * kNumberBytes;
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr size_t kSecretDigits = 43;  // 256 bits, six a character
static_assert(kDigestBytes == crypto_hash_sha256_BYTES);
static_assert(sodium_base64_ENCODED_LEN(kSecretBytes, kBase64) == kSecretDigits + 1);

using Secret = std::array<uint8_t, kSecretBytes>;

std::string Hex(const uint8_t* bytes, size_t size) {
  std::string hex(2 * size + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, size);
  hex.pop_back();
  return hex;
}

TokenDigest DigestOf(Secret& secret) {
  TokenDigest digest;
  crypto_hash_sha256(digest.data(), secret.data(), secret.size());
  sodium_memzero(secret.data(), secret.size());
  return digest;
}

bool IsLowerHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

}  // namespace

FreshToken MakeToken() {
  FreshToken token;
  std::array<uint8_t, kNumberBytes> number;
  Secret secret;
  randombytes_buf(number.data(), number.size());
  randombytes_buf(secret.data(), secret.size());
  token.key.number = Hex(number.data(), number.size());
  std::array<char, kSecretDigits + 1> text;
  sodium_bin2base64(text.data(), text.size(), secret.data(), secret.size(), kBase64);
  token.text = std::string(kTokenPrefix) + token.key.number + "_" + text.data();
  sodium_memzero(text.data(), text.size());
  token.key.digest = DigestOf(secret);
  return token;
}

std::optional<TokenKey> KeyOf(std::string_view text) {
  if (text.size() != kTokenPrefix.size() + kNumberDigits + 1 + kSecretDigits || text.substr(0, kTokenPrefix.size()) != kTokenPrefix) return std::nullopt;
  text.remove_prefix(kTokenPrefix.size());
  TokenKey key;
  key.number = text.substr(0, kNumberDigits);
  if (!IsLowerHex(key.number) || text[kNumberDigits] != '_') return std::nullopt;
  text.remove_prefix(kNumberDigits + 1);
  Secret secret;
  size_t size = 0;
  const char* end = nullptr;
  const int read = sodium_base642bin(secret.data(), secret.size(), text.data(), text.size(), nullptr, &size, &end, kBase64);
  if (read != 0 || size != secret.size() || end != text.data() + text.size()) return std::nullopt;
  key.digest = DigestOf(secret);
  return key;
}

bool SameDigest(const TokenDigest& one, const TokenDigest& other) { return sodium_memcmp(one.data(), other.data(), one.size()) == 0; }

std::string HexOf(const TokenDigest& digest) { return Hex(digest.data(), digest.size()); }

std::optional<TokenDigest> DigestFromHex(std::string_view hex) {
  TokenDigest digest;
  size_t size = 0;
  if (hex.size() != 2 * kDigestBytes || !IsLowerHex(hex)) return std::nullopt;
  if (sodium_hex2bin(digest.data(), digest.size(), hex.data(), hex.size(), nullptr, &size, nullptr) != 0 || size != digest.size()) return std::nullopt;
  return digest;
}

}  // namespace sluice::access
