// The *.sls format's numbers, version 2, shared by reader and writer: a header, then sections that are used where they lie in the file.
//
//   0  magic        8 bytes        96 documents   u64
//   8  version      u32           104 parts       u64
//  12  selection    u32           112 members     u64
//  16  key check   16 bytes       120 name bytes  u64
//  32  digest      32 bytes       128 homes      u32, filter blocks u32
//  64  file bytes   u64           136 section checksums, 8 x u64
//  72  entries      u64           200 set name    64 bytes, padded with zeros
//  80  ordinals     u64           264 shared beyond limit u64, benign u64
//  88  rows         u64           280 lines      u32; 288 words of lists u64; reserved to 512
//
// The digest is BLAKE2b, keyed, of the header without itself. Sections follow in the order of Section, each at a multiple of 64 bytes; their
// sizes follow from the header's counts. Lines are those of LineTable: a value is an ordinal or, from the number of ordinals on, a place in the lists
// (u32 each: how many ordinals, then these), for fingerprints that several documents have. All integers are little-endian. docs/signatures.md is the same in prose. Thread: constants only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::fingerprint {

inline constexpr std::array<uint8_t, 8> kSetMagic = {0x89, 'S', 'L', 'S', '\r', '\n', 0x1a, '\n'};
inline constexpr uint32_t kSetVersion = 2;
// Of normaliser, windows and periods: sets of different selections do not know each other's fingerprints.
inline constexpr uint32_t kSelectionVersion = 2;
inline constexpr size_t kSetHeaderBytes = 512, kSetAlignment = 64;
inline constexpr size_t kSetNameBytes = 64;

enum class Section : uint8_t { kDocuments, kParts, kMembers, kNames, kFilter, kLines, kLists, kRows, kCount };
inline constexpr size_t kSections = static_cast<size_t>(Section::kCount);

struct HeaderAt {
  static constexpr size_t kVersion = 8, kSelection = 12, kKeyCheck = 16, kDigest = 32, kFileBytes = 64, kEntries = 72, kOrdinals = 80, kRows = 88;
  static constexpr size_t kDocuments = 96, kParts = 104, kMembers = 112, kNameBytes = 120, kHomes = 128, kFilterBlocks = 132;
  static constexpr size_t kChecksums = 136, kName = 200, kShared = 264, kBenign = 272, kLines = 280, kListWords = 288;
};

// One registered document. Its fingerprints have consecutive ordinals, from the first of its first part on.
struct DocumentRecord {
  std::array<uint8_t, 16> identity{};  // keyed digest of its bytes
  uint64_t path_hash = 0;              // keyed, of the path it was read from
  uint64_t source_bytes = 0;
  int64_t source_time = 0;             // of its last change, nanoseconds
  uint64_t name_at = 0;
  uint32_t name_bytes = 0;             // 0: names were left out
  uint32_t first_part = 0, part_count = 0;
  uint32_t reserved = 0;
};
static_assert(sizeof(DocumentRecord) == 64);

// One content of a document that is fingerprinted by itself: its text, its bytes, those of a member.
struct PartRecord {
  uint64_t bytes = 0;           // that its fingerprints stand for
  uint32_t first_ordinal = 0, count = 0;
  uint32_t document = 0;
  uint32_t kind = 0;
  uint64_t reserved = 0;
};
static_assert(sizeof(PartRecord) == 32);

// A whole content, of a document or a member. Sorted by `begin`.
struct MemberRecord {
  uint64_t begin = 0;                // keyed digest of its first kBeginBytes
  std::array<uint8_t, 16> digest{};  // keyed, of all of it
  uint32_t document = 0;
  uint32_t reserved = 0;
};
static_assert(sizeof(MemberRecord) == 32);

// A value in a column of a table's row. Sorted by `value`.
struct RowRecord {
  uint64_t value = 0;     // keyed hash of column and normalised value
  uint32_t row = 0;
  uint16_t column = 0;
  uint16_t document = 0;  // the table
};
static_assert(sizeof(RowRecord) == 16);

inline constexpr size_t kFilterBlockBytes = 32;
inline constexpr uint64_t kFilterBitsPerEntry = 10;
inline constexpr size_t kMostDocumentsOfOne = 8;      // that one fingerprint is credited to
inline constexpr size_t kBeginBytes = 4096;

constexpr size_t AlignSection(size_t at) { return (at + kSetAlignment - 1) / kSetAlignment * kSetAlignment; }

}  // namespace sluice::fingerprint
