// TarDecoder: the files of a tar archive in their order (POSIX ustar and pax, GNU long names).
//
// A header whose checksum is wrong ends the archive as corrupt; blocks of zeros are passed over, an archive may follow.
// Thread: one worker. Allocates: never. Bounds: names are cut at kMaxName.
#pragma once

#include <array>

#include "base/inline_text.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class TarDecoder final : public Decoder {
 public:
  static constexpr size_t kBlock = 512;
  static constexpr size_t kMaxName = 250;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return at_ == At::kHeader && gathered_ == 0; }
  Member member() const noexcept override { return {name_.view(), {}, {}}; }

 private:
  enum class At : uint8_t { kHeader, kFile, kName, kSkip, kCorrupt };

  DecodeStep ReadHeader(size_t consumed) noexcept;
  size_t TakeName(ByteView input) noexcept;
  void EndName() noexcept;

  At at_ = At::kHeader;
  bool file_open_ = false;
  bool is_pax_ = false;          // the name at hand is in pax records
  bool has_long_name_ = false;   // `name_` was given by a record before the header
  uint16_t gathered_ = 0;
  uint64_t left_ = 0;            // of content
  uint64_t padding_ = 0;         // behind it
  InlineText<kMaxName> name_;
  std::array<uint8_t, kBlock> block_;
};

// A header with a right checksum; wants 512 bytes.
bool LooksLikeTar(ByteView prefix) noexcept;

}  // namespace sluice::decode
