#include "rules/bundle/envelope.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "rules/bundle/format.h"

namespace sluice::bundle {
namespace {

constexpr std::string_view kCompileAgain = "; make it again with `sluicec compile`";

Status CheckHead(ByteView file) {
  if (file.size() < kHeaderBytes) return CorruptBundle("it has " + std::to_string(file.size()) + " bytes, a header has 56");
  if (std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0) {
    return Error{ErrorCode::kCorrupt, "this is not a Sluice bundle (its first bytes differ); expected a file made by `sluicec compile`"};
  }
  const uint32_t version = LoadLe32(file.data() + kVersionOffset);
  if (version == kFormatVersion) return {};
  return Error{ErrorCode::kVersionMismatch, "the bundle has format version " + std::to_string(version) + ", expected " +
                                                std::to_string(kFormatVersion) + std::string(kCompileAgain)};
}

// What follows the body: nothing, or the key and its signature.
Status ReadSignature(ByteView block, Envelope& envelope) {
  if (block.empty()) return {};
  PublicKey key;
  std::copy_n(block.data(), kPublicKeyBytes, key.bytes.begin());
  if (!SignatureHolds(envelope.digest, key, block.From(kPublicKeyBytes))) {
    return CorruptBundle("its signature does not agree with its content");
  }
  envelope.signer = key;
  return {};
}

std::string Fingerprints(const TrustedKeys& keys) {
  std::string text;
  for (const PublicKey& key : keys) text += (text.empty() ? "" : ", ") + Fingerprint(key);
  return text;
}

}  // namespace

Error CorruptBundle(const std::string& what) {
  return {ErrorCode::kCorrupt, "the bundle is corrupt: " + what + std::string(kCompileAgain)};
}

Result<Envelope> ReadEnvelope(ByteView file) {
  if (const Status head = CheckHead(file); !head) return head.error();
  const uint64_t body_bytes = LoadLe64(file.data() + kCoveredOffset);
  const uint64_t rest = file.size() - kHeaderBytes;
  if (body_bytes > rest || (rest != body_bytes && rest - body_bytes != kSignatureBlockBytes)) {
    return CorruptBundle("its header promises " + std::to_string(body_bytes) + " bytes of body, the file has " + std::to_string(rest));
  }
  Envelope envelope;
  envelope.digest = DigestOf(file, body_bytes);
  if (std::memcmp(envelope.digest.data(), file.data() + kDigestOffset, kDigestBytes) != 0) {
    return CorruptBundle("its SHA-256 digest does not agree with its content");
  }
  envelope.body = file.Sub(kHeaderBytes, static_cast<size_t>(body_bytes));
  if (const Status status = ReadSignature(file.From(kHeaderBytes + envelope.body.size()), envelope); !status) return status.error();
  return envelope;
}

Status CheckTrust(const std::optional<PublicKey>& signer, const TrustedKeys& trusted) {
  if (trusted.empty()) return {};
  if (!signer) {
    return Error{ErrorCode::kPermissionDenied, "the bundle is not signed, and only bundles signed with a trusted key (" + Fingerprints(trusted) +
                                                   ") are accepted; sign it with `sluicec compile --sign KEY`"};
  }
  if (std::find(trusted.begin(), trusted.end(), *signer) != trusted.end()) return {};
  return Error{ErrorCode::kPermissionDenied, "the bundle is signed with the key " + Fingerprint(*signer) + ", which is none of the trusted ones (" +
                                                 Fingerprints(trusted) + ")"};
}

}  // namespace sluice::bundle
