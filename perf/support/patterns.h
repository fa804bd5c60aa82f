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

// 500 byte patterns: 400 of literals (300 code names and phrases, 50 Chinese markings in UTF-8 and in GB 18030) and 100
// expressions, each with a literal of at least six bytes in it. YAML, one rule each for alert and one for block.
std::string MixedPack();
constexpr size_t kMixedPatterns = 500;

// Prose in English (three quarters) and Chinese (UTF-8), with numbers, tables and a code name now and then: about one match
// in 64 KiB. Never ends within a character.
std::vector<uint8_t> Document(size_t bytes, uint32_t seed);

// One of the markings that MixedPack blocks, in UTF-8.
std::string BlockedMark();

}  // namespace sluice::perf
