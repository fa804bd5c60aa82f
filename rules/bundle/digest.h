// DigestOf: the SHA-256 that names a bundle and guards it against a flipped bit.
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/byte_view.h"
#include "rules/bundle/format.h"

namespace sluice::bundle {

using Digest = std::array<uint8_t, kDigestBytes>;

// REQUIRES: file.size() >= kHeaderBytes + body_bytes. Leaves out the digest's own place and what follows the body.
Digest DigestOf(ByteView file, uint64_t body_bytes);

std::string ToHex(ByteView bytes);

}  // namespace sluice::bundle
