// The codings that Sluice undoes, and how one is chosen: by content first, by declaration where content has no sign.
//
// Thread: constant data, pure functions. Allocates: never. Sources: RFC 9110 (8.4.1), RFC 9659, the codings' own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

enum class Coding : uint8_t { kGzip, kZlib, kDeflate, kBrotli, kZstd, kCount };
std::string_view Name(Coding coding);  // as an element of a finding's path: "gzip", "zlib", "deflate", "br", "zstd"

struct CodingEntry {
  Coding coding;
  std::string_view name;
  size_t decoder_bytes;
  Decoder* (*construct)(void* slot, BuddyHeap& heap) noexcept;  // placement new
};
const CodingEntry& EntryOf(Coding coding) noexcept;

enum class Choice : uint8_t {
  kNone,           // nothing to undo
  kCoding,
  kUnknownCoding,  // declared, and not known here
  kNotAsDeclared,  // declared, and the bytes are something else
};

struct ChosenCoding {
  Choice choice = Choice::kNone;
  Coding coding = Coding::kGzip;
  bool used_declaration = false;  // `declared` is spent
};

// Enough to recognise every coding that can be.
constexpr size_t kRecogniseBytes = 16;

// `prefix`: the first bytes, kRecogniseBytes or all there are. `declared`: one content coding, or empty.
ChosenCoding ChooseCoding(ByteView prefix, std::string_view declared) noexcept;

}  // namespace sluice::decode
