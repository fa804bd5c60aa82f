// SealedDecoder: stands in for DocumentDecoder where there is no extractor: it says that the document was not looked into, and
// whether it is encrypted.
//
// Their raw bytes are matched like those of any object; what is compressed or encoded inside is opaque. Encrypted is what
// has a stream EncryptedPackage (MS-OFFCRYPTO 2.3.4) or a trailer with /Encrypt (ISO 32000-1, 7.6).
// Thread: one worker. Allocates: never.
#pragma once

#include <string_view>

#include "dataplane/decode/document_decoder.h"

namespace sluice::decode {

class SealedDecoder final : public Decoder {
 public:
  explicit SealedDecoder(DocumentDecoder::Kind kind) noexcept;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;

 private:
  bool is_plain_;
  std::string_view sign_;  // of encryption; empty: none is known
  size_t matched_ = 0;
  bool encrypted_ = false;
};

}  // namespace sluice::decode
