// The *.slb format's numbers, shared by its reader and its writer. docs/bundle-format.md is the same in prose.
//
//   0  magic      8 bytes
//   8  version    u32
//  12  reserved   u32, zero
//  16  digest    32 bytes, SHA-256 over bytes 0..15 and everything from byte 48 to the end of the body
//  48  body bytes u64
//  56  body       sections in the order of SectionTag: tag u32, length u64, content
//      signature  optional, 96 bytes: Ed25519 public key (32) and signature (64) of "sluice bundle\n" and the digest
//
// All integers are little-endian. Thread: constants only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::bundle {

inline constexpr std::array<uint8_t, 8> kMagic = {0x89, 'S', 'L', 'B', '\r', '\n', 0x1a, '\n'};
inline constexpr uint32_t kFormatVersion = 5;
inline constexpr size_t kVersionOffset = 8;
inline constexpr size_t kDigestOffset = 16;
inline constexpr size_t kDigestBytes = 32;
inline constexpr size_t kCoveredOffset = kDigestOffset + kDigestBytes;
inline constexpr size_t kHeaderBytes = kCoveredOffset + 8;
inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;
inline constexpr size_t kSignatureBlockBytes = kPublicKeyBytes + kSignatureBytes;

// Every section is present once, in this order.
enum class SectionTag : uint32_t { kPlatform = 1, kPolicy, kDetectors, kRules, kPatterns, kAnchors, kDatabases, kSources };
inline constexpr uint32_t kFirstSection = 1;
inline constexpr uint32_t kLastSection = static_cast<uint32_t>(SectionTag::kSources);

}  // namespace sluice::bundle
