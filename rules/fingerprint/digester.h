// Digester: the keyed digest of a whole content, for exact matches: BLAKE2b (RFC 7693), of 16 bytes.
//
// The first kBeginBytes have a digest of their own. On the wire all else is hashed only where some registered content begins so
// (docs/decisions/signature-digest.md). Thread: value type. Allocates: never.
#pragma once

#include <sodium/crypto_generichash.h>

#include <array>
#include <cstdint>

#include "base/byte_view.h"
#include "rules/fingerprint/secrets.h"
#include "rules/fingerprint/set_format.h"

namespace sluice::fingerprint {

using ContentDigest = std::array<uint8_t, 16>;

class Digester {
 public:
  void Begin(const Secrets& secrets) noexcept {
    bytes_ = 0;
    crypto_generichash_init(&state_, secrets.digest_key.data(), secrets.digest_key.size(), sizeof(ContentDigest));
  }
  void Add(ByteView bytes) noexcept {
    bytes_ += bytes.size();
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
  }
  uint64_t bytes() const noexcept { return bytes_; }
  // Of what was added; more may follow.
  ContentDigest Digest() const noexcept {
    crypto_generichash_state state = state_;
    ContentDigest digest;
    crypto_generichash_final(&state, digest.data(), digest.size());
    return digest;
  }
  // The same as a word: how a content begins, when kBeginBytes of it were added or it is over.
  uint64_t Word() const noexcept { return LoadLe64(Digest().data()); }

 private:
  crypto_generichash_state state_;
  uint64_t bytes_ = 0;
};

}  // namespace sluice::fingerprint
