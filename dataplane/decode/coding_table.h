// The codings that Sluice undoes, and how one is chosen: by content first, by declaration where content has no sign.
//
// Thread: constant data, pure functions. Allocates: never. Sources: RFC 9110 (8.4.1), RFC 9659, RFC 2045, the formats' own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "dataplane/content/media_type.h"
#include "dataplane/content/object.h"
#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"
#include "dataplane/extract/extraction_room.h"

namespace sluice::decode {

enum class Coding : uint8_t {
  kGzip, kZlib, kDeflate, kBrotli, kZstd, kXz, kLzma, kLzip, kBzip2, kLz4,
  kBase64, kQuotedPrintable, kUuencode, kYenc, kAwsChunked,
  kZip, kTar, kMultipart, kMessage, kMbox, kCms, kTnef, kBase64Runs, kBase64Value, kOleStorage, kPdf,
  kSevenZip, kRar, kCab, kIso, kLha, kXar, kRpm, kCompress, kAr, kCpio,
  kMarkup, kJson, kForm, kRtf, kSevenBit, kUtf16, kUtf32,
  kCount
};
std::string_view Name(Coding coding);  // as an element of a finding's path: "gzip", "zip", "text", …

enum class CodingKind : uint8_t {
  kContent,    // the output is what the input stands for; nobody reads the input as it is
  kContainer,  // the output are members
  kReading,    // the output is another reading of the input, beside it
};

// A reading that changes the charset only.
constexpr bool IsCharset(Coding coding) { return coding == Coding::kUtf16 || coding == Coding::kUtf32 || coding == Coding::kSevenBit; }

// What a decoder may use of its room.
struct DecoderServices {
  BuddyHeap& heap;
  extract::ExtractionRoom* extraction;  // null: there is none
};

struct CodingEntry {
  Coding coding;
  CodingKind kind;
  std::string_view name;
  size_t decoder_bytes;
  Decoder* (*construct)(void* slot, const DecoderServices& services) noexcept;  // placement new
};
const CodingEntry& EntryOf(Coding coding) noexcept;
extern const size_t kLargestDecoderBytes;

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

// What is said about content, beside what it says itself.
struct ContentHints {
  std::string_view declared;      // one content coding or transfer encoding, or empty
  std::string_view claimed_type;  // media type, or empty
  bool is_text = false;           // the bytes are a reading already: only what is embedded in text is looked for
};

// Enough to recognise whatever can be recognised; the first kSignBytes are enough for what HasSign says.
constexpr size_t kRecogniseBytes = content::kMediaTypePrefix;
constexpr size_t kSignBytes = 16;

// Whether the first kSignBytes settle the choice.
bool HasSign(ByteView prefix) noexcept;
// `prefix`: the first bytes, kRecogniseBytes or all there are, or those for which HasSign.
ChosenCoding ChooseCoding(ByteView prefix, const ContentHints& hints) noexcept;

// Whether a chain is of use for an object, from its first bytes. `whole`: the object has no more.
enum class Prospect : uint8_t { kPlain, kCoded, kNeedsMore };
Prospect ProspectOf(ByteView prefix, bool whole, const content::ObjectDescription& description) noexcept;

// Of a list of codings the one that was applied last, which is to be undone first: the last of the list (RFC 9110, 8.4), but for
// an aws-chunked that is named first. And the list without it.
std::string_view LastCoding(std::string_view list) noexcept;
std::string_view WithoutLastCoding(std::string_view list) noexcept;

}  // namespace sluice::decode
