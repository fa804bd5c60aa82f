// SealedDecoder: documents that are recognised and not looked into here (OLE2, PDF): it says so, and whether they are encrypted.
//
// Their raw bytes are matched like those of any object; what is compressed or encoded inside is opaque. Encrypted is what
// has a stream EncryptedPackage (MS-OFFCRYPTO 2.3.4) or a trailer with /Encrypt (ISO 32000-1, 7.6).
// Thread: one worker. Allocates: never.
#pragma once

#include <string_view>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class SealedDecoder final : public Decoder {
 public:
  enum class Kind : uint8_t { kOleStorage, kPdf };
  explicit SealedDecoder(Kind kind) noexcept;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;

 private:
  std::string_view sign_;  // of encryption
  size_t matched_ = 0;
  bool encrypted_ = false;
};

}  // namespace sluice::decode
