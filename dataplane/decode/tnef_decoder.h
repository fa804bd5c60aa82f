// TnefDecoder: what Outlook packs into winmail.dat: the attachments with their names, the message's text, and its properties.
//
// A stream of attributes: level, number, length, value, checksum. Attachments are members, and so are the body, the subject, and the
// properties (MAPI) as they stand; text in those that is packed as RTF stays packed, and its member ends as not opened.
// Thread: one worker. Allocates: never. Bounds: names are cut at kMaxName. Failure: a level that does not exist is corrupt.
// Source: MS-OXTNEF.
#pragma once

#include <array>

#include "base/inline_text.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class TnefDecoder final : public Decoder {
 public:
  static constexpr size_t kMaxName = 160;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return at_ == At::kAttribute && gathered_ == 0; }
  Member member() const noexcept override { return {name_.view(), {}, {}}; }

 private:
  enum class At : uint8_t { kSign, kAttribute, kValue, kName, kMember, kChecksum };
  static constexpr size_t kSignSize = 6, kHeadSize = 9, kChecksumSize = 2;

  // Gathers up to `wanted` bytes of a head; how many were taken.
  size_t Gather(ByteView rest, size_t wanted) noexcept;
  DecodeState BeginAttribute() noexcept;
  void LookForPackedText(ByteView part) noexcept;

  At at_ = At::kSign;
  bool opens_member_ = false, member_open_ = false;
  bool title_over_ = false;      // its NUL was read
  bool seeks_packed_ = false;    // the member may hold packed RTF
  uint8_t packed_matched_ = 0;   // of its sign
  uint8_t gathered_ = 0;
  uint32_t left_ = 0;            // of the value
  std::array<uint8_t, kHeadSize> head_;
  InlineText<kMaxName> title_;   // of the attachment whose content comes
  InlineText<kMaxName> name_;
};

// The sign and a first attribute; wants 16 bytes.
bool LooksLikeTnef(ByteView prefix) noexcept;

}  // namespace sluice::decode
