// Signature: who vouches for a bundle. Ed25519 (RFC 8032) over the bundle's digest, by libsodium.
//
// A signature that is there is always checked, against the key it carries; whether that key is one to trust is asked of
// the caller's list. Thread: value types. Allocates: yes (cold path). Failure: Result.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "base/result.h"
#include "rules/bundle/digest.h"
#include "rules/bundle/format.h"

namespace sluice::bundle {

struct PublicKey {
  std::array<uint8_t, kPublicKeyBytes> bytes{};
  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.bytes == b.bytes; }
};
// 16 hexadecimal digits, by which people tell keys apart.
std::string Fingerprint(const PublicKey& key);

// Empty: any bundle will do, signed or not. Otherwise only one that is signed with a key of the list.
using TrustedKeys = std::vector<PublicKey>;

inline constexpr size_t kSeedBytes = 32;
using Seed = std::array<uint8_t, kSeedBytes>;

// The secret half. Its memory is wiped when it goes.
class SecretKey {
 public:
  // Failure: libsodium cannot be started (no source of randomness).
  static Result<SecretKey> Generate();
  static Result<SecretKey> FromSeed(const Seed& seed);
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&&) = delete;
  ~SecretKey();

  const PublicKey& public_key() const { return public_key_; }
  // All there is to keep of the key. A visible act, as Secret<T>::Reveal.
  Seed RevealSeed() const;
  std::array<uint8_t, kSignatureBytes> Sign(const Digest& digest) const;

 private:
  static constexpr size_t kSecretBytes = 64;
  SecretKey() = default;
  std::array<uint8_t, kSecretBytes> secret_{};
  PublicKey public_key_;
};

bool SignatureHolds(const Digest& digest, const PublicKey& key, ByteView signature);

// The same bundle with this key's signature, in place of the one that it may have.
// Failure: the bytes are no bundle.
Result<std::vector<uint8_t>> SignBundle(ByteView bundle, const SecretKey& key);

}  // namespace sluice::bundle
