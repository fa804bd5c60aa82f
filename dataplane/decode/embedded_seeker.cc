#include "dataplane/decode/embedded_seeker.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "dataplane/decode/base64_runs_decoder.h"
#include "dataplane/decode/tnef_decoder.h"

namespace sluice::decode {
namespace {

using namespace std::string_view_literals;

bool Begins(ByteView bytes, std::string_view sign) { return std::memcmp(bytes.data(), sign.data(), sign.size()) == 0; }

// APPNOTE 4.3.7: version needed, flags, a method that exists, a name.
bool IsZip(ByteView b) {
  constexpr uint16_t kMethods[] = {0, 1, 6, 8, 9, 12, 14, 19, 93, 95, 97, 98, 99};
  const uint16_t method = LoadLe16(b.data() + 8);
  return Begins(b, "PK\x03\x04"sv) && b[4] <= 63 && b[5] <= 20 && (b[7] & 0xC0) == 0 && std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}
// RFC 1952: deflate, no reserved flag, the extra flags and systems that exist.
bool IsGzip(ByteView b) {
  return Begins(b, "\x1F\x8B\x08"sv) && b[3] < 0x20 && (b[8] == 0 || b[8] == 2 || b[8] == 4) && (b[9] <= 13 || b[9] == 255);
}
// RFC 8878, 3.1.1.1.1: the reserved bit is 0, and the first block is of a type that exists.
bool IsZstd(ByteView b) {
  if (!Begins(b, "\x28\xB5\x2F\xFD"sv) || (b[4] & 0x08) != 0) return false;
  constexpr uint8_t kDictionaryBytes[] = {0, 1, 2, 4};
  const bool single = (b[4] & 0x20) != 0;
  const uint8_t size_flag = b[4] >> 6;
  const size_t size_bytes = size_flag == 0 ? (single ? 1 : 0) : size_t{1} << size_flag;
  const size_t block = 5 + (single ? 0 : 1) + kDictionaryBytes[b[4] & 3] + size_bytes;
  return block >= b.size() || (b[block] >> 1 & 3) != 3;
}
bool IsXz(ByteView b) { return Begins(b, "\xFD" "7zXZ\0\0"sv) && b[7] < 16; }
bool IsBzip2(ByteView b) { return Begins(b, "BZh"sv) && b[3] >= '1' && b[3] <= '9' && Begins(b.From(4), "1AY&SY"sv); }
// lz4 frame format 1.6: version 01, reserved bits 0, a block size that exists.
bool IsLz4(ByteView b) { return Begins(b, "\x04\x22\x4D\x18"sv) && (b[4] & 0xC2) == 0x40 && (b[5] & 0x8F) == 0 && b[5] >> 4 >= 4; }
bool IsLzip(ByteView b) { return Begins(b, "LZIP\x01"sv) && (b[5] & 0x1F) >= 12 && (b[5] & 0x1F) <= 29; }
bool IsSevenZip(ByteView b) { return Begins(b, "7z\xBC\xAF\x27\x1C\0"sv); }
bool IsRar(ByteView b) { return Begins(b, "Rar!\x1A\x07"sv) && b[6] <= 1; }
bool IsCab(ByteView b) { return Begins(b, "MSCF\0\0\0\0"sv) && LoadLe32(b.data() + 12) == 0; }
bool IsOle(ByteView b) { return Begins(b, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv); }
bool IsPdf(ByteView b) { return Begins(b, "%PDF-"sv) && b[5] >= '1' && b[5] <= '2' && b[6] == '.' && b[7] >= '0' && b[7] <= '9' && (b[8] == '\r' || b[8] == '\n'); }
bool IsRtf(ByteView b) { return Begins(b, "{\\rtf1"sv) && (b[6] == '\\' || b[6] == '{' || b[6] == '\r' || b[6] == '\n'); }
bool IsRpm(ByteView b) { return Begins(b, "\xED\xAB\xEE\xDB"sv) && b[4] == 3 && b[6] == 0 && b[7] <= 1; }
// Both begin a line: the line break before them is part of the sign.
bool IsUuencode(ByteView b) {
  const auto is_octal = [](uint8_t c) { return c >= '0' && c <= '7'; };
  return Begins(b, "\nbegin "sv) && is_octal(b[7]) && is_octal(b[8]) && is_octal(b[9]) && (b[10] == ' ' || is_octal(b[10]));
}
bool IsYenc(ByteView b) { return Begins(b, "\n=ybegin "sv); }
bool IsTnef(ByteView b) { return LooksLikeTnef(b); }
bool IsXar(ByteView b) { return Begins(b, "xar!\0\x1C\0\x01"sv); }

// The two bytes at `anchor` are what of the sign stands least in other data.
struct EmbeddedSign {
  bool (*stands)(ByteView) = nullptr;
  uint8_t anchor = 0;
  uint8_t first = 0, second = 0;
};
constexpr EmbeddedSign kSigns[] = {
    {IsZip, 2, 0x03, 0x04}, {IsGzip, 1, 0x8B, 0x08},     {IsZstd, 2, 0x2F, 0xFD}, {IsXz, 4, 'Z', 0},       {IsBzip2, 7, '&', 'S'},
    {IsLz4, 2, 0x4D, 0x18}, {IsLzip, 3, 'P', 0x01},      {IsSevenZip, 2, 0xBC, 0xAF}, {IsRar, 3, '!', 0x1A}, {IsCab, 3, 'F', 0},
    {IsOle, 2, 0x11, 0xE0}, {IsPdf, 0, '%', 'P'},        {IsRtf, 1, '\\', 'r'},   {IsRpm, 2, 0xEE, 0xDB},   {IsXar, 3, '!', 0},
    {IsUuencode, 0, '\n', 'b'}, {IsYenc, 0, '\n', '='}, {IsTnef, 1, 0x9F, 0x3E},
};

// Which signs a byte may be the first or second anchor byte of, one bit a bucket of signs, looked up by its two halves
// (the "Teddy" search of Hyperscan: Langdale, 2015).
struct Nibbles {
  alignas(16) uint8_t low[2][16] = {};
  alignas(16) uint8_t high[2][16] = {};
};
constexpr Nibbles MakeNibbles() {
  Nibbles nibbles;
  for (size_t i = 0; i < std::size(kSigns); ++i) {
    const uint8_t bucket = static_cast<uint8_t>(1u << (i % 8));
    const uint8_t bytes[] = {kSigns[i].first, kSigns[i].second};
    for (size_t k = 0; k < 2; ++k) {
      nibbles.low[k][bytes[k] & 15] |= bucket;
      nibbles.high[k][bytes[k] >> 4] |= bucket;
    }
  }
  return nibbles;
}
constexpr Nibbles kNibbles = MakeNibbles();

constexpr size_t kMostAnchor = 8;
// The end of a run and the beginning of the next, with what makes a whole step of the search of them.
constexpr size_t kTogether = 33;
static_assert(kTogether > 2 * kSignBytes - 2);

// Whether a sign begins at most kMostAnchor before `at`, where its anchor stands; where. `begin` and `last`: the first and the
// last place where one may begin.
bool Verify(const uint8_t* data, size_t at, size_t begin, size_t last, size_t& found) noexcept {
  for (const EmbeddedSign& sign : kSigns) {
    if (data[at] != sign.first || data[at + 1] != sign.second || at < begin + sign.anchor || at - sign.anchor > last) continue;
    if (!sign.stands({data + at - sign.anchor, kSignBytes})) continue;
    found = at - sign.anchor;
    return true;
  }
  return false;
}

// Anchors stand at `at` to `end`, exclusive. REQUIRES: one byte behind `end` is there.
bool SearchPlain(const uint8_t* data, size_t at, size_t end, size_t begin, size_t last, size_t& found) noexcept {
  for (; at < end; ++at) {
    const uint8_t first = data[at], second = data[at + 1];
    const uint8_t buckets = kNibbles.low[0][first & 15] & kNibbles.high[0][first >> 4] & kNibbles.low[1][second & 15] & kNibbles.high[1][second >> 4];
    if (buckets != 0 && Verify(data, at, begin, last, found)) return true;
  }
  return false;
}

bool SearchSsse3(const uint8_t* data, size_t at, size_t end, size_t begin, size_t last, size_t& found) noexcept {
  const auto load = [](const uint8_t* p) { return _mm_load_si128(reinterpret_cast<const __m128i*>(p)); };
  const __m128i low0 = load(kNibbles.low[0]), high0 = load(kNibbles.high[0]), low1 = load(kNibbles.low[1]), high1 = load(kNibbles.high[1]);
  const __m128i half = _mm_set1_epi8(15), none = _mm_setzero_si128();
  while (at < end) {
    if (at + 16 > end) {  // the last ones are looked at again with those before them
      if (end < 16) return SearchPlain(data, at, end, begin, last, found);
      at = end - 16;
    }
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at + 1));
    const __m128i first = _mm_and_si128(_mm_shuffle_epi8(low0, _mm_and_si128(a, half)), _mm_shuffle_epi8(high0, _mm_and_si128(_mm_srli_epi16(a, 4), half)));
    const __m128i second = _mm_and_si128(_mm_shuffle_epi8(low1, _mm_and_si128(b, half)), _mm_shuffle_epi8(high1, _mm_and_si128(_mm_srli_epi16(b, 4), half)));
    uint32_t hits = ~static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(first, second), none))) & 0xFFFF;
    for (; hits != 0; hits &= hits - 1) {
      if (Verify(data, at + static_cast<size_t>(__builtin_ctz(hits)), begin, last, found)) return true;
    }
    at += 16;
  }
  return false;
}

__attribute__((target("avx2"))) bool SearchAvx2(const uint8_t* data, size_t at, size_t end, size_t begin, size_t last, size_t& found) noexcept {
  const __m256i low0 = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kNibbles.low[0])));
  const __m256i high0 = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kNibbles.high[0])));
  const __m256i low1 = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kNibbles.low[1])));
  const __m256i high1 = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(kNibbles.high[1])));
  const __m256i half = _mm256_set1_epi8(15), none = _mm256_setzero_si256();
  while (at < end) {
    if (at + 32 > end) {  // the last ones are looked at again with those before them
      if (end < 32) return SearchPlain(data, at, end, begin, last, found);
      at = end - 32;
    }
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at + 1));
    const __m256i first = _mm256_and_si256(_mm256_shuffle_epi8(low0, _mm256_and_si256(a, half)), _mm256_shuffle_epi8(high0, _mm256_and_si256(_mm256_srli_epi16(a, 4), half)));
    const __m256i second = _mm256_and_si256(_mm256_shuffle_epi8(low1, _mm256_and_si256(b, half)), _mm256_shuffle_epi8(high1, _mm256_and_si256(_mm256_srli_epi16(b, 4), half)));
    uint32_t hits = ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(first, second), none)));
    for (; hits != 0; hits &= hits - 1) {
      if (Verify(data, at + static_cast<size_t>(__builtin_ctz(hits)), begin, last, found)) return true;
    }
    at += 32;
  }
  return false;
}

const auto kSearch = __builtin_cpu_supports("avx2") != 0 ? SearchAvx2 : SearchSsse3;

// The first sign that begins at `begin` to `last`. REQUIRES: kSignBytes are there behind `last`, and one behind `whole` where that is more.
std::optional<size_t> Search(const uint8_t* data, size_t begin, size_t last, size_t whole) noexcept {
  static_assert(kMostAnchor + 2 <= kSignBytes);
  size_t found = 0;
  // A sign whose anchor stands later may begin before one that was seen first.
  if (!kSearch(data, begin, std::max(whole, last + kMostAnchor + 1), begin, last, found)) return std::nullopt;
  for (size_t at = found > kMostAnchor ? std::max(begin, found - kMostAnchor) : begin; at < found; ++at) {
    if (BeginsEmbedded({data + at, kSignBytes})) return at;
  }
  return found;
}

}  // namespace

bool BeginsEmbedded(ByteView prefix) noexcept {
  return std::any_of(std::begin(kSigns), std::end(kSigns), [&](const EmbeddedSign& sign) { return sign.stands(prefix); });
}

std::optional<EmbeddedSeeker::Found> EmbeddedSeeker::Find(ByteView run, size_t from) noexcept {
  if (given_up_) return std::nullopt;
  const std::optional<ptrdiff_t> sign = FindSign(run, from), base64 = FindBase64(run, from);
  if (!sign && !base64) {
    sought_ += run.size() - std::min(from, run.size());
    Keep(run.From(from));
    return std::nullopt;
  }
  const bool is_base64 = !sign || (base64 && *base64 < *sign);
  const ptrdiff_t at = is_base64 ? *base64 : *sign;
  if (at > static_cast<ptrdiff_t>(from)) sought_ += static_cast<size_t>(at) - from;
  return Found{at, is_base64};
}

std::optional<ptrdiff_t> EmbeddedSeeker::FindSign(ByteView run, size_t from) const noexcept {
  if (tail_size_ > 0 && from == 0) {
    std::array<uint8_t, kTogether> together{};
    const ByteView head = run.First(kSignBytes - 1);
    std::memcpy(together.data(), tail_.data(), tail_size_);
    if (!head.empty()) std::memcpy(together.data() + tail_size_, head.data(), head.size());
    const size_t size = tail_size_ + head.size();
    if (size >= kSignBytes) {
      const size_t last = std::min<size_t>(tail_size_ - 1, size - kSignBytes);
      if (const std::optional<size_t> at = Search(together.data(), 0, last, kTogether - 1)) return static_cast<ptrdiff_t>(*at) - tail_size_;
    }
  }
  if (run.size() < from + kSignBytes) return std::nullopt;
  const std::optional<size_t> at = Search(run.data(), from, run.size() - kSignBytes, 0);
  return at ? std::optional<ptrdiff_t>(static_cast<ptrdiff_t>(*at)) : std::nullopt;
}

// A run of the alphabet that is long enough and looks like a value; or one at the end that is too long for the tail.
std::optional<ptrdiff_t> EmbeddedSeeker::FindBase64(ByteView run, size_t from) const noexcept {
  constexpr size_t kShortest = Base64RunsDecoder::kShortest;
  size_t begin = from;
  if (tail_size_ > 0 && from == 0) {
    size_t before = 0, behind = 0;
    while (before < tail_size_ && IsBase64(tail_[tail_size_ - 1 - before])) ++before;
    while (before > 0 && behind < run.size() && before + behind < kShortest && IsBase64(run[behind])) ++behind;
    if (before > 0 && (before + behind == kShortest || (behind == run.size() && before + behind >= tail_.size()))) {
      std::array<uint8_t, kShortest> together{};
      std::memcpy(together.data(), tail_.data() + tail_size_ - before, before);
      if (behind > 0) std::memcpy(together.data() + before, run.data(), behind);
      const bool is_whole = before + behind == kShortest;
      // As long as the tail: it was looked at when it grew so long.
      if (before < tail_.size()) {
        if (!is_whole || LooksLikeBase64Value({together.data(), kShortest})) return -static_cast<ptrdiff_t>(before);
      }
    }
    begin = behind;
    while (before > 0 && begin < run.size() && IsBase64(run[begin])) ++begin;  // the rest of what was none
  }
  while (begin + kShortest <= run.size()) {
    size_t first = begin + kShortest;
    while (first > begin && IsBase64(run[first - 1])) --first;
    if (first > begin) {
      begin = first;
      continue;
    }
    if (LooksLikeBase64Value(run.Sub(begin, kShortest))) return static_cast<ptrdiff_t>(begin);
    while (begin < run.size() && IsBase64(run[begin])) ++begin;
  }
  size_t last = run.size();
  while (last > begin && IsBase64(run[last - 1])) --last;
  if (run.size() - last < tail_.size()) return std::nullopt;
  return static_cast<ptrdiff_t>(last);
}

void EmbeddedSeeker::Keep(ByteView run) noexcept {
  if (run.size() >= tail_.size()) {
    std::memcpy(tail_.data(), run.data() + run.size() - tail_.size(), tail_.size());
    tail_size_ = static_cast<uint8_t>(tail_.size());
    return;
  }
  const size_t stays = std::min(size_t{tail_size_}, tail_.size() - run.size());
  std::memmove(tail_.data(), tail_.data() + tail_size_ - stays, stays);
  if (!run.empty()) std::memcpy(tail_.data() + stays, run.data(), run.size());
  tail_size_ = static_cast<uint8_t>(stays + run.size());
}

}  // namespace sluice::decode
