#include "rules/bundle/signature.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "rules/bundle/envelope.h"

namespace sluice::bundle {
namespace {

// What is signed begins with this, so that a signature made for a bundle means nothing anywhere else.
constexpr std::string_view kPurpose = "sluice bundle\n";
constexpr size_t kMessageBytes = kPurpose.size() + kDigestBytes;

using Message = std::array<uint8_t, kMessageBytes>;

Message MessageOf(const Digest& digest) {
  Message message{};
  const auto end = std::copy(kPurpose.begin(), kPurpose.end(), message.begin());
  std::copy(digest.begin(), digest.end(), end);
  return message;
}

}  // namespace

std::string Fingerprint(const PublicKey& key) {
  constexpr size_t kShownBytes = 8;
  return ToHex(ByteView(key.bytes.data(), kShownBytes));
}

Result<SecretKey> SecretKey::Generate() {
  if (sodium_init() < 0) return Error{ErrorCode::kInternal, "libsodium cannot start: this system gives no random numbers"};
  Seed seed;
  randombytes_buf(seed.data(), seed.size());
  Result<SecretKey> key = FromSeed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SecretKey> SecretKey::FromSeed(const Seed& seed) {
  static_assert(kSecretBytes == crypto_sign_SECRETKEYBYTES && kSeedBytes == crypto_sign_SEEDBYTES);
  static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES && kSignatureBytes == crypto_sign_BYTES);
  if (sodium_init() < 0) return Error{ErrorCode::kInternal, "libsodium cannot start: this system gives no random numbers"};
  SecretKey key;
  if (crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_.data(), seed.data()) != 0) {
    return Error{ErrorCode::kInternal, "libsodium could not derive a key"};
  }
  return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : secret_(other.secret_), public_key_(other.public_key_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SecretKey::~SecretKey() { sodium_memzero(secret_.data(), secret_.size()); }

Seed SecretKey::RevealSeed() const {
  Seed seed;
  std::copy_n(secret_.begin(), seed.size(), seed.begin());
  return seed;
}

std::array<uint8_t, kSignatureBytes> SecretKey::Sign(const Digest& digest) const {
  const Message message = MessageOf(digest);
  std::array<uint8_t, kSignatureBytes> signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

bool SignatureHolds(const Digest& digest, const PublicKey& key, ByteView signature) {
  if (signature.size() != kSignatureBytes) return false;
  const Message message = MessageOf(digest);
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

Result<std::vector<uint8_t>> SignBundle(ByteView bundle, const SecretKey& key) {
  const Result<Envelope> envelope = ReadEnvelope(bundle);
  if (!envelope) return envelope.error();
  const ByteView unsigned_part = bundle.First(kHeaderBytes + envelope->body.size());
  std::vector<uint8_t> bytes(unsigned_part.begin(), unsigned_part.end());
  const std::array<uint8_t, kSignatureBytes> signature = key.Sign(envelope->digest);
  bytes.insert(bytes.end(), key.public_key().bytes.begin(), key.public_key().bytes.end());
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return bytes;
}

}  // namespace sluice::bundle
