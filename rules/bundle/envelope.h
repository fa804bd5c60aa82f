// ReadEnvelope: what stands round a bundle's body: magic, version, digest, length and signature, each checked.
//
// Nothing of the body is believed before this has been. Thread: pure. Allocates: messages only.
// Failure: an Error that says what was expected and what to do.
#pragma once

#include <optional>

#include "base/byte_view.h"
#include "base/result.h"
#include "rules/bundle/digest.h"
#include "rules/bundle/signature.h"

namespace sluice::bundle {

struct Envelope {
  ByteView body;                     // of the file's bytes
  Digest digest{};
  std::optional<PublicKey> signer;   // whose signature holds; nothing where the bundle is not signed
};

Result<Envelope> ReadEnvelope(ByteView file);

// Whether a bundle from this signer may be used.
Status CheckTrust(const std::optional<PublicKey>& signer, const TrustedKeys& trusted);

// "the bundle is corrupt: …; rebuild it …".
Error CorruptBundle(const std::string& what);

}  // namespace sluice::bundle
