#include "dataplane/packet/checksum.h"

#include <immintrin.h>

#include <cstring>

namespace sluice::packet {
namespace {

constexpr uint8_t kProtocolUdp = 17;

// Short runs and tails: 32-bit words into 64 bits. The end is read as if followed by zeros.
uint64_t ScalarSum(const uint8_t* p, size_t size) noexcept {
  uint64_t sum = 0;
  for (; size >= 8; size -= 8, p += 8) {
    const uint64_t v = LoadLe64(p);
    sum += (v & 0xffffffff) + (v >> 32);
  }
  if ((size & 4) != 0) {
    sum += LoadLe32(p);
    p += 4;
  }
  if ((size & 2) != 0) {
    sum += LoadLe16(p);
    p += 2;
  }
  if ((size & 1) != 0) sum += *p;
  return sum;
}

// pmaddwd adds pairs of signed words. Flipping the top bit makes an unsigned word w into the signed w - 0x8000; what
// was taken away is added back at the end. One block stays far from the limits of a 32-bit lane.
constexpr size_t kBlockBytes = 1u << 16;
constexpr uint64_t kBias = 0x8000;

uint64_t SumBlockSse2(const uint8_t* p, size_t blocks) noexcept {
  const __m128i flip = _mm_set1_epi16(static_cast<short>(0x8000)), ones = _mm_set1_epi16(1);
  __m128i a = _mm_setzero_si128(), b = a;
  const auto load = [&](const uint8_t* at) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return _mm_madd_epi16(_mm_xor_si128(v, flip), ones);
  };
  for (size_t i = 0; i < blocks; ++i, p += 32) {
    a = _mm_add_epi32(a, load(p));
    b = _mm_add_epi32(b, load(p + 16));
  }
  alignas(16) int32_t lanes[4];
  _mm_store_si128(reinterpret_cast<__m128i*>(lanes), _mm_add_epi32(a, b));
  const int64_t total = int64_t{lanes[0]} + lanes[1] + lanes[2] + lanes[3];
  return static_cast<uint64_t>(total + static_cast<int64_t>(blocks * 16 * kBias));
}

__attribute__((target("avx2"))) uint64_t SumBlockAvx2(const uint8_t* p, size_t blocks) noexcept {
  const __m256i flip = _mm256_set1_epi16(static_cast<short>(0x8000)), ones = _mm256_set1_epi16(1);
  __m256i a = _mm256_setzero_si256(), b = a;
  const auto add = [&](__m256i sum, const uint8_t* at) __attribute__((target("avx2"), always_inline)) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_xor_si256(v, flip), ones));
  };
  const uint8_t* end = p + blocks * 32;
  for (; end - p >= 128; p += 128) {
    a = add(a, p);
    b = add(b, p + 32);
    a = add(a, p + 64);
    b = add(b, p + 96);
  }
  for (; p != end; p += 32) a = add(a, p);
  a = _mm256_add_epi32(a, b);
  // A block has 2^15 words of at most 2^15 each way: all of them together fit in one lane.
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
  return static_cast<uint64_t>(_mm_cvtsi128_si32(half) + static_cast<int64_t>(blocks * 16 * kBias));
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;

}  // namespace

uint64_t ChecksumSum::WordSum(ByteView bytes) noexcept {
  const uint8_t* p = bytes.data();
  size_t size = bytes.size();
  uint64_t sum = 0;
  while (size >= 64) {
    const size_t n = (size < kBlockBytes ? size : kBlockBytes) / 32;
    sum += kHasAvx2 ? SumBlockAvx2(p, n) : SumBlockSse2(p, n);
    p += n * 32;
    size -= n * 32;
  }
  return sum + ScalarSum(p, size);
}

void ChecksumSum::AddPseudoHeader(const IpAddress& src, const IpAddress& dst, uint8_t protocol,
                                  uint32_t length) noexcept {
  for (const IpAddress* address : {&src, &dst}) {
    for (size_t i = 0; i < 16; i += 4) sum_ += LoadLe32(address->bytes.data() + i);
  }
  AddWord(protocol);
  AddWord(static_cast<uint16_t>(length >> 16));
  AddWord(static_cast<uint16_t>(length));
}

uint16_t ChecksumSum::Fold() const noexcept {
  uint64_t s = (sum_ & 0xffffffff) + (sum_ >> 32);
  s = (s & 0xffffffff) + (s >> 32);
  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  return static_cast<uint16_t>(s);
}

uint16_t Checksum(ByteView bytes) noexcept {
  ChecksumSum sum;
  sum.Add(bytes);
  return sum.Checksum();
}

uint16_t TransportChecksum(const IpAddress& src, const IpAddress& dst, uint8_t protocol, ByteView segment) noexcept {
  ChecksumSum sum;
  sum.AddPseudoHeader(src, dst, protocol, static_cast<uint32_t>(segment.size()));
  sum.Add(segment);
  const uint16_t checksum = sum.Checksum();
  return protocol == kProtocolUdp && checksum == 0 ? uint16_t{0xffff} : checksum;
}

uint16_t UpdateChecksum(uint16_t checksum, uint16_t old_word, uint16_t new_word) noexcept {
  // HC' = ~(~HC + ~m + m')
  uint32_t sum = static_cast<uint16_t>(~checksum);
  sum += static_cast<uint16_t>(~old_word);
  sum += new_word;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

uint16_t UpdateChecksum32(uint16_t checksum, uint32_t old_value, uint32_t new_value) noexcept {
  checksum = UpdateChecksum(checksum, static_cast<uint16_t>(old_value >> 16), static_cast<uint16_t>(new_value >> 16));
  return UpdateChecksum(checksum, static_cast<uint16_t>(old_value), static_cast<uint16_t>(new_value));
}

}  // namespace sluice::packet
