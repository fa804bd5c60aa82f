// What steps of 64 bytes share: the numbers 0 to 63, of which those of set bits are kept, and whether the processor can do that in one step (AVX-512 VBMI2).
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstdint>

namespace sluice::fingerprint {

inline constexpr size_t kWideBytes = 64;

alignas(kWideBytes) inline constexpr std::array<uint8_t, kWideBytes> kByteNumbers = [] {
  std::array<uint8_t, kWideBytes> numbers{};
  for (uint8_t i = 0; i < kWideBytes; ++i) numbers[i] = i;
  return numbers;
}();

#ifdef __x86_64__
#define SLUICE_COMPRESSES_BYTES __attribute__((target("avx512f,avx512bw,avx512vbmi2")))
inline const bool kCompressesBytes = __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0;
#endif

}  // namespace sluice::fingerprint
