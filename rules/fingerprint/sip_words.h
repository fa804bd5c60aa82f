// SipHashWords: SipHashWord of many words, four at a time where the processor can.
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sluice::fingerprint {

// Each word becomes its hash.
void SipHashWords(const std::array<uint64_t, 2>& key, std::span<uint64_t> words) noexcept;

}  // namespace sluice::fingerprint
