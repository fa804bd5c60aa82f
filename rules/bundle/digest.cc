#include "rules/bundle/digest.h"

#include <sodium.h>

namespace sluice::bundle {

Digest DigestOf(ByteView file, uint64_t body_bytes) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, file.data(), kDigestOffset);
  crypto_hash_sha256_update(&state, file.data() + kCoveredOffset, kHeaderBytes - kCoveredOffset + body_bytes);
  Digest digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

std::string ToHex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace sluice::bundle
