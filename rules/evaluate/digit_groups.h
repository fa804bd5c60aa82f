// Digit groups: the few places of a text where a number of some length can stand, found by its digits alone.
//
// Expressions for account, card and identity numbers have no fixed bytes that a matcher of literals could look for. Those of which
// the compiler proves that every match holds one of these groups (rules/compile/digit_proof.h) are tried round the groups only:
//
//   dddddd   ddd?ddd   ddd?dd?dddd   dd:dd:dd   dd:dddd   dddd:dd
//
// d is a digit, ? anything else, : anything that is neither a digit nor one of - . / : (or every date and time were a group). In
// ASCII and all that extends it, in UTF-16LE and UTF-16BE. Thread: pure. Allocates: never.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::evaluate {

// As much before new bytes as a group that ends in them can begin: eleven characters of two bytes, less one byte.
inline constexpr size_t kDigitHistory = 32;

// `found` is called with the offset in `bytes` behind each group's last byte, in ascending order. `before` is what stands before
// them; no more than its last kDigitHistory bytes matter.
using GroupFound = void (*)(void* context, size_t end) noexcept;
void FindDigitGroups(ByteView before, ByteView bytes, GroupFound found, void* context) noexcept;

template <typename Found>
void ForEachDigitGroup(ByteView before, ByteView bytes, Found found) noexcept {
  FindDigitGroups(before, bytes, [](void* context, size_t end) noexcept { (*static_cast<Found*>(context))(end); }, &found);
}

}  // namespace sluice::evaluate
