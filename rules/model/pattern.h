// Pattern: one byte pattern that the matcher looks for, and what a hit of it means.
//
// Thread: value type. Allocates: never.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "rules/model/condition.h"
#include "rules/model/encoding.h"

namespace sluice::model {

// Patterns are kept apart by what they cost to match: literals and expressions run over every byte; the others are tried only in
// windows (rules/evaluate/block_windows.h) round something that each of their matches holds.
enum class CostClass : uint8_t {
  kLiterals,
  kExpressions,
  kNumbers,   // round groups of digits (rules/evaluate/digit_groups.h)
  kAnchored,  // round an anchor, which is looked for with the literals
  kCount,
};
// Bytes of the longest match of a pattern of a class; UINT32_MAX where any length will do.
constexpr uint32_t MostBytesOf(CostClass cost) { return cost == CostClass::kNumbers ? 96 : cost == CostClass::kAnchored ? 240 : UINT32_MAX; }
std::string_view Name(CostClass value);

struct Pattern {
  DetectorIndex detector = 0;
  uint32_t term = 0;    // which literal or expression of the detector, in the order written
  uint32_t length = 0;  // bytes of every match; 0 where matches differ in length and the hit has an end but no start
  uint32_t min_length = 0;
  uint32_t max_length = 0;  // UINT32_MAX: no limit
  Encoding encoding = Encoding::kBytes;
  TransferForm form = TransferForm::kPlain;
  CostClass cost = CostClass::kLiterals;
  bool confirm_alignment = false;  // double-byte encoding: a hit counts only where it begins on a character boundary
  std::array<uint64_t, 4> first_bytes{};  // bit b: a match may begin with byte b

  bool CanBeginWith(uint8_t byte) const { return (first_bytes[byte / 64] >> (byte % 64) & 1) != 0; }
  void AddFirstByte(uint8_t byte) { first_bytes[byte / 64] |= uint64_t{1} << (byte % 64); }
};

// A literal that says where patterns of kAnchored are worth trying: in the literals' database, its id is its rank behind the patterns'.
struct Anchor {
  uint32_t after = 0;  // a match that holds it ends at most so many bytes behind it
};

}  // namespace sluice::model
