// Media type by content: magic numbers of the first bytes, never the claim.
//
// Thread: pure. Allocates: never. Sources: IANA media types; the formats' own specifications.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_view.h"

namespace sluice::content {

enum class Openness : uint8_t {
  kPlain,      // what the bytes say is what a person would read (text, markup, source, binary data)
  kContainer,  // compressed or packed: the raw bytes say little
  kEncrypted,
  kOpaque,     // of no known type, and as even as random bytes: encrypted or packed by something unknown
};

struct MediaType {
  std::string_view name;  // "application/zip"; "text/plain"; "application/octet-stream" where nothing is known
  Openness openness = Openness::kPlain;
};

// Wants the first 512 bytes (16 do for most); with fewer it answers from what is there.
constexpr size_t kMediaTypePrefix = 512;
MediaType DetectMediaType(ByteView prefix) noexcept;
// Text in UTF-32 of either byte order (Unicode 15, D90); with or without a mark of it.
bool LooksLikeUtf32(ByteView prefix) noexcept;

}  // namespace sluice::content
