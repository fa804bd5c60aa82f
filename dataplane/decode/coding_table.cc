#include "dataplane/decode/coding_table.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "dataplane/decode/brotli_decoder.h"
#include "dataplane/decode/inflate_decoder.h"
#include "dataplane/decode/zstd_decoder.h"

namespace sluice::decode {
namespace {

template <InflateDecoder::Wrapper wrapper>
Decoder* ConstructInflate(void* slot, BuddyHeap&) noexcept {
  return new (slot) InflateDecoder(wrapper);
}
template <typename D>
Decoder* ConstructOnHeap(void* slot, BuddyHeap& heap) noexcept {
  return new (slot) D(heap);
}

// One line a coding. The index is the Coding.
constexpr CodingEntry kCodings[] = {
    {Coding::kGzip, "gzip", sizeof(InflateDecoder), ConstructInflate<InflateDecoder::Wrapper::kGzip>},
    {Coding::kZlib, "zlib", sizeof(InflateDecoder), ConstructInflate<InflateDecoder::Wrapper::kZlib>},
    {Coding::kDeflate, "deflate", sizeof(InflateDecoder), ConstructInflate<InflateDecoder::Wrapper::kNone>},
    {Coding::kBrotli, "br", sizeof(BrotliDecoder), ConstructOnHeap<BrotliDecoder>},
    {Coding::kZstd, "zstd", sizeof(ZstdDecoder), ConstructOnHeap<ZstdDecoder>},
};
static_assert(std::size(kCodings) == static_cast<size_t>(Coding::kCount));

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

// Two bytes are a weak sign. Of the headers that zlib itself writes, "x^" is also text, so that one is left out.
bool IsUsualZlib(ByteView prefix) {
  return prefix.size() >= 3 && prefix[0] == 0x78 && (prefix[1] == 0x01 || prefix[1] == 0x9C || prefix[1] == 0xDA);
}

ChosenCoding Chosen(Coding coding, bool declared) { return {Choice::kCoding, coding, declared}; }

ChosenCoding ChooseDeclared(ByteView prefix, std::string_view declared) {
  if (EqualsIgnoringCase(declared, "br")) return Chosen(Coding::kBrotli, true);
  // RFC 9110, 8.4.1.2: deflate means zlib; some senders leave the wrapper out.
  if (EqualsIgnoringCase(declared, "deflate")) {
    return Chosen(LooksLikeZlib(prefix) ? Coding::kZlib : Coding::kDeflate, true);
  }
  const bool known = EqualsIgnoringCase(declared, "gzip") || EqualsIgnoringCase(declared, "x-gzip") ||
                     EqualsIgnoringCase(declared, "zstd");
  return {known ? Choice::kNotAsDeclared : Choice::kUnknownCoding, Coding::kGzip, true};
}

}  // namespace

std::string_view Name(Coding coding) {
  return coding < Coding::kCount ? kCodings[static_cast<size_t>(coding)].name : std::string_view("unknown");
}

const CodingEntry& EntryOf(Coding coding) noexcept { return kCodings[static_cast<size_t>(coding)]; }

ChosenCoding ChooseCoding(ByteView prefix, std::string_view declared) noexcept {
  if (EqualsIgnoringCase(declared, "identity")) declared = {};
  if (LooksLikeGzip(prefix)) {
    return Chosen(Coding::kGzip, EqualsIgnoringCase(declared, "gzip") || EqualsIgnoringCase(declared, "x-gzip"));
  }
  if (LooksLikeZstd(prefix)) return Chosen(Coding::kZstd, EqualsIgnoringCase(declared, "zstd"));
  if (!declared.empty() && !prefix.empty()) return ChooseDeclared(prefix, declared);
  if (IsUsualZlib(prefix)) return Chosen(Coding::kZlib, false);
  return {};
}

}  // namespace sluice::decode
