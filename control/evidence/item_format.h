// The format of an item of evidence (*.sle), shared by its writer and its reader. docs/evidence.md is the same in prose.
//
//   0  magic        8 bytes
//   8  sealed key  80 bytes: the item's key in a sealed box for the vault's public key
//  88  head        24 bytes of crypto_secretstream_xchacha20poly1305
// 112  blocks      u32 length of what follows, then the block, encrypted; plain: u8 BlockKind and up to kBlockBytes
//
// The first block is of kind kFacts, the last one kEnd with the final tag of the stream: an item without it is not whole. The magic is
// the additional data of the first block. All integers are little-endian. Thread: constants only.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::evidence {

inline constexpr std::array<uint8_t, 8> kMagic = {0x89, 'S', 'L', 'E', '1', '\r', '\n', 0x1a};
inline constexpr size_t kItemKeyBytes = crypto_secretstream_xchacha20poly1305_KEYBYTES;
inline constexpr size_t kSealedKeyBytes = crypto_box_SEALBYTES + kItemKeyBytes;
inline constexpr size_t kStreamHeadBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
inline constexpr size_t kBlockBytes = 64 * 1024;
inline constexpr size_t kBlockOverhead = 1 + crypto_secretstream_xchacha20poly1305_ABYTES;
inline constexpr size_t kLengthBytes = 4;

enum class BlockKind : uint8_t {
  kFacts = 1,   // JSON: what it is about
  kObject = 2,  // the next bytes of the object
  kCapture = 3, // the next bytes of the capture file
  kEnd = 4,     // JSON: digest and sizes
};

}  // namespace sluice::evidence
