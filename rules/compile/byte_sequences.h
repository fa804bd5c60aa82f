// Sets of byte strings as expressions: what a character set becomes in an encoding.
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/compile/char_set.h"

namespace sluice::compile {

// A run of byte classes, such as [\xe4-\xe9][\x80-\xbf][\x80-\xbf].
struct ByteClassRange {
  uint8_t first = 0, last = 0;
};
using ByteClassRun = std::vector<ByteClassRange>;

std::string EscapeByte(uint8_t byte);
std::string ByteClass(const std::bitset<256>& bytes);

// An expression that matches exactly the given byte strings. REQUIRES: none is empty, none begins another.
std::string ExpressionOfStrings(std::vector<std::string> strings);
std::string ExpressionOfRuns(const std::vector<ByteClassRun>& runs);

// The runs that are exactly the UTF-8 or UTF-16 forms of a set's characters (RFC 3629; RFC 2781), surrogates left out.
std::vector<ByteClassRun> Utf8Runs(const CharSet& set);
std::vector<ByteClassRun> Utf16Runs(const CharSet& set, bool big_endian);

}  // namespace sluice::compile
