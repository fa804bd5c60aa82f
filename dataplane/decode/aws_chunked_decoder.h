// AwsChunkedDecoder: the content of an upload to an object store that signs it in pieces ("aws-chunked", Signature Version 4).
//
// Each chunk is a size in hexadecimal digits, perhaps with ";chunk-signature=…", a line end, the data, and a line end; the last is
// empty. What stands behind it (trailing checksums) is plain. Nothing is copied: output stands in the input.
// Thread: one worker. Allocates: never. Failure: kCorrupt where no chunk begins.
#pragma once

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class AwsChunkedDecoder final : public Decoder {
 public:
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;

 private:
  enum class At : uint8_t { kSize, kExtension, kData, kDataCr, kDataLf, kLastCr, kLastLf };

  bool TakeSize(uint8_t c) noexcept;

  At at_ = At::kSize;
  uint8_t digits_ = 0;
  uint64_t left_ = 0;  // of the chunk's size while it is read, of its data afterwards
};

// A size and the beginning of its signature: some clients do not declare the coding.
bool LooksLikeAwsChunked(ByteView prefix) noexcept;

}  // namespace sluice::decode
