// The rules and the bytes that speed is measured with, the same in every benchmark: 500 mixed patterns as a rule pack, and
// documents that look like what leaves an office.
//
// Made by arithmetic from a seed, so that each run on each machine measures the same. Thread: pure. Allocates: yes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::perf {

// 500 byte patterns: 400 of literals (300 code names and phrases, 50 Chinese markings in UTF-8 and in GB 18030), 88 expressions
// with a literal of at least six bytes in them, and the 12 numbers and keys that every data-loss policy looks for, most of
// which begin with no word of their own. YAML, one rule each for alert and one for block.
std::string MixedPack();
// The same with 12 more of the expressions in place of the numbers: what only ever looks for words and names. The matcher is
// more than three times as fast with it, so that everything around the matcher counts that much more.
std::string StrongPack();
constexpr size_t kMixedPatterns = 500;

// Prose in English (three quarters) and Chinese (UTF-8), with numbers, tables and a code name now and then: about one match
// in 64 KiB. Never ends within a character.
std::vector<uint8_t> Document(size_t bytes, uint32_t seed);

// One of the markings that MixedPack blocks, in UTF-8.
std::string BlockedMark();

}  // namespace sluice::perf
