#include "dataplane/decode/coding_table.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "dataplane/decode/aws_chunked_decoder.h"
#include "dataplane/decode/base64_decoder.h"
#include "dataplane/decode/base64_runs_decoder.h"
#include "dataplane/decode/brotli_decoder.h"
#include "dataplane/decode/bzip2_decoder.h"
#include "dataplane/decode/charset_decoder.h"
#include "dataplane/decode/cms_decoder.h"
#include "dataplane/decode/document_decoder.h"
#include "dataplane/decode/form_decoder.h"
#include "dataplane/decode/inflate_decoder.h"
#include "dataplane/decode/lz4_decoder.h"
#include "dataplane/decode/markup_decoder.h"
#include "dataplane/decode/markup_names.h"
#include "dataplane/decode/mbox_decoder.h"
#include "dataplane/decode/mime_decoder.h"
#include "dataplane/decode/rtf_decoder.h"
#include "dataplane/decode/sealed_decoder.h"
#include "dataplane/decode/tar_decoder.h"
#include "dataplane/decode/tnef_decoder.h"
#include "dataplane/decode/uuencode_decoder.h"
#include "dataplane/decode/xz_decoder.h"
#include "dataplane/decode/yenc_decoder.h"
#include "dataplane/decode/zip_decoder.h"
#include "dataplane/decode/zstd_decoder.h"

namespace sluice::decode {
namespace {

template <InflateDecoder::Wrapper wrapper>
Decoder* ConstructInflate(void* slot, const DecoderServices&) noexcept {
  return new (slot) InflateDecoder(wrapper);
}
template <Base64RunsDecoder::Values values>
Decoder* ConstructBase64Runs(void* slot, const DecoderServices&) noexcept {
  return new (slot) Base64RunsDecoder(values);
}
template <XzDecoder::Format format>
Decoder* ConstructXz(void* slot, const DecoderServices& services) noexcept {
  return new (slot) XzDecoder(services.heap, format);
}
template <MimeDecoder::Begin begin>
Decoder* ConstructMime(void* slot, const DecoderServices& services) noexcept {
  return new (slot) MimeDecoder(services.heap, begin);
}
template <DocumentDecoder::Kind kind>
Decoder* ConstructDocument(void* slot, const DecoderServices& services) noexcept {
  if (services.extraction != nullptr) return new (slot) DocumentDecoder(*services.extraction, kind);
  return new (slot) SealedDecoder(kind);
}
constexpr size_t kDocumentBytes = std::max(sizeof(DocumentDecoder), sizeof(SealedDecoder));
template <typename D>
Decoder* ConstructOnHeap(void* slot, const DecoderServices& services) noexcept {
  return new (slot) D(services.heap);
}
template <typename D>
Decoder* Construct(void* slot, const DecoderServices&) noexcept {
  return new (slot) D();
}

constexpr CodingKind kContent = CodingKind::kContent, kContainer = CodingKind::kContainer, kReading = CodingKind::kReading;

// One line a coding. The index is the Coding.
constexpr CodingEntry kCodings[] = {
    {Coding::kGzip, kContent, "gzip", sizeof(InflateDecoder), ConstructInflate<InflateDecoder::Wrapper::kGzip>},
    {Coding::kZlib, kContent, "zlib", sizeof(InflateDecoder), ConstructInflate<InflateDecoder::Wrapper::kZlib>},
    {Coding::kDeflate, kContent, "deflate", sizeof(InflateDecoder), ConstructInflate<InflateDecoder::Wrapper::kNone>},
    {Coding::kBrotli, kContent, "br", sizeof(BrotliDecoder), ConstructOnHeap<BrotliDecoder>},
    {Coding::kZstd, kContent, "zstd", sizeof(ZstdDecoder), ConstructOnHeap<ZstdDecoder>},
    {Coding::kXz, kContent, "xz", sizeof(XzDecoder), ConstructXz<XzDecoder::Format::kXz>},
    {Coding::kLzma, kContent, "lzma", sizeof(XzDecoder), ConstructXz<XzDecoder::Format::kLzma>},
    {Coding::kLzip, kContent, "lzip", sizeof(XzDecoder), ConstructXz<XzDecoder::Format::kLzip>},
    {Coding::kBzip2, kContent, "bzip2", sizeof(Bzip2Decoder), ConstructOnHeap<Bzip2Decoder>},
    {Coding::kLz4, kContent, "lz4", sizeof(Lz4Decoder), Construct<Lz4Decoder>},
    {Coding::kBase64, kContent, "base64", sizeof(Base64Decoder), Construct<Base64Decoder>},
    {Coding::kQuotedPrintable, kContent, "quoted-printable", sizeof(QuotedPrintableDecoder), Construct<QuotedPrintableDecoder>},
    {Coding::kUuencode, kContent, "uuencode", sizeof(UuencodeDecoder), Construct<UuencodeDecoder>},
    {Coding::kYenc, kContent, "yenc", sizeof(YencDecoder), Construct<YencDecoder>},
    {Coding::kAwsChunked, kContent, "aws-chunked", sizeof(AwsChunkedDecoder), Construct<AwsChunkedDecoder>},
    {Coding::kZip, kContainer, "zip", sizeof(ZipDecoder), ConstructOnHeap<ZipDecoder>},
    {Coding::kTar, kContainer, "tar", sizeof(TarDecoder), Construct<TarDecoder>},
    {Coding::kMultipart, kContainer, "multipart", sizeof(MimeDecoder), ConstructMime<MimeDecoder::Begin::kWithBoundary>},
    {Coding::kMessage, kContainer, "message", sizeof(MimeDecoder), ConstructMime<MimeDecoder::Begin::kWithHead>},
    {Coding::kMbox, kContainer, "mbox", sizeof(MboxDecoder), Construct<MboxDecoder>},
    {Coding::kCms, kContainer, "cms", sizeof(CmsDecoder), Construct<CmsDecoder>},
    {Coding::kTnef, kContainer, "tnef", sizeof(TnefDecoder), Construct<TnefDecoder>},
    {Coding::kBase64Runs, kContainer, "base64", sizeof(Base64RunsDecoder), ConstructBase64Runs<Base64RunsDecoder::Values::kAll>},
    {Coding::kBase64Value, kContainer, "base64", sizeof(Base64RunsDecoder), ConstructBase64Runs<Base64RunsDecoder::Values::kFirst>},
    {Coding::kOleStorage, kContainer, "ole", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kOleStorage>},
    {Coding::kPdf, kContainer, "pdf", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kPdf>},
    {Coding::kSevenZip, kContainer, "7z", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kRar, kContainer, "rar", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kCab, kContainer, "cab", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kIso, kContainer, "iso", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kIsoImage>},
    {Coding::kLha, kContainer, "lha", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kXar, kContainer, "xar", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kRpm, kContainer, "rpm", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kCompress, kContainer, "compress", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kAr, kContainer, "ar", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kCpio, kContainer, "cpio", kDocumentBytes, ConstructDocument<DocumentDecoder::Kind::kArchive>},
    {Coding::kMarkup, kReading, "text", sizeof(MarkupDecoder), Construct<MarkupDecoder>},
    {Coding::kJson, kReading, "json", sizeof(JsonDecoder), Construct<JsonDecoder>},
    {Coding::kForm, kReading, "form", sizeof(FormDecoder), Construct<FormDecoder>},
    {Coding::kRtf, kReading, "text", sizeof(RtfDecoder), Construct<RtfDecoder>},
    {Coding::kSevenBit, kReading, "charset", sizeof(SevenBitDecoder), Construct<SevenBitDecoder>},
    {Coding::kUtf16, kReading, "utf-16", sizeof(Utf16Decoder), Construct<Utf16Decoder>},
    {Coding::kUtf32, kReading, "utf-32", sizeof(Utf32Decoder), Construct<Utf32Decoder>},
};
static_assert(std::size(kCodings) == static_cast<size_t>(Coding::kCount));

constexpr size_t Largest() {
  size_t largest = 0;
  for (const CodingEntry& entry : kCodings) largest = std::max(largest, entry.decoder_bytes);
  return largest;
}

// Two bytes are a weak sign. Of the headers that zlib itself writes, "x^" is also text, so that one is left out.
bool IsUsualZlib(ByteView prefix) {
  return prefix.size() >= 3 && prefix[0] == 0x78 && (prefix[1] == 0x01 || prefix[1] == 0x9C || prefix[1] == 0xDA);
}

struct Sign {
  bool (*stands)(ByteView prefix) noexcept;
  Coding coding;
};
// Each told by the first kSignBytes.
constexpr Sign kSigns[] = {
    {LooksLikeGzip, Coding::kGzip}, {LooksLikeZstd, Coding::kZstd},   {LooksLikeZip, Coding::kZip},
    {LooksLikeXz, Coding::kXz},     {LooksLikeBzip2, Coding::kBzip2}, {LooksLikeLzma, Coding::kLzma},
    {LooksLikeLz4, Coding::kLz4},   {LooksLikeLzip, Coding::kLzip},   {LooksLikeAwsChunked, Coding::kAwsChunked},
    {LooksLikeCms, Coding::kCms},   {LooksLikeTnef, Coding::kTnef},   {LooksLikeYenc, Coding::kYenc},
};

const Sign* FindSign(ByteView prefix) {
  const auto* sign = std::find_if(std::begin(kSigns), std::end(kSigns), [&](const Sign& s) { return s.stands(prefix); });
  return sign == std::end(kSigns) ? nullptr : sign;
}

ChosenCoding Chosen(Coding coding, bool declared = false) { return {Choice::kCoding, coding, declared}; }

// What may be declared: content codings (RFC 9110, 8.4.1) and transfer encodings (RFC 2045, 6.1).
struct DeclaredName {
  std::string_view name;
  Coding coding;
  bool has_sign;  // what does not begin with it is something else
};
constexpr DeclaredName kDeclared[] = {
    {"gzip", Coding::kGzip, true},     {"x-gzip", Coding::kGzip, true},     {"zstd", Coding::kZstd, true},
    {"xz", Coding::kXz, true},         {"bzip2", Coding::kBzip2, true},     {"br", Coding::kBrotli, false},
    {"base64", Coding::kBase64, false}, {"quoted-printable", Coding::kQuotedPrintable, false},
    {"x-uuencode", Coding::kUuencode, false}, {"uuencode", Coding::kUuencode, false}, {"x-uue", Coding::kUuencode, false},
    {"aws-chunked", Coding::kAwsChunked, false},
};

bool IsIdentity(std::string_view declared) {
  constexpr std::string_view kNames[] = {"identity", "7bit", "8bit", "binary"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) { return EqualsIgnoringCase(declared, name); });
}

ChosenCoding ChooseDeclared(ByteView prefix, std::string_view declared) {
  // RFC 9110, 8.4.1.2: deflate means zlib; some senders leave the wrapper out.
  if (EqualsIgnoringCase(declared, "deflate")) {
    return Chosen(LooksLikeZlib(prefix) ? Coding::kZlib : Coding::kDeflate, true);
  }
  for (const DeclaredName& known : kDeclared) {
    if (!EqualsIgnoringCase(declared, known.name)) continue;
    return {known.has_sign ? Choice::kNotAsDeclared : Choice::kCoding, known.coding, true};
  }
  return {Choice::kUnknownCoding, Coding::kGzip, true};
}

bool Declares(std::string_view declared, Coding coding) {
  return std::any_of(std::begin(kDeclared), std::end(kDeclared), [&](const DeclaredName& known) {
    return known.coding == coding && EqualsIgnoringCase(declared, known.name);
  });
}

bool ClaimsType(std::string_view claimed, std::string_view type) {
  return EqualsIgnoringCase(claimed.substr(0, type.size()), type);
}

// What is told by the media type of the content.
struct TypedCoding {
  std::string_view type;
  Coding coding;
};
constexpr TypedCoding kTyped[] = {
    {"text/html", Coding::kMarkup},         {"application/xml", Coding::kMarkup},   {"image/svg+xml", Coding::kMarkup},
    {"application/json", Coding::kJson},    {"application/rtf", Coding::kRtf},      {"application/x-ole-storage", Coding::kOleStorage},
    {"application/pdf", Coding::kPdf},      {"multipart/form-data", Coding::kMultipart},
    {"application/x-7z-compressed", Coding::kSevenZip}, {"application/vnd.rar", Coding::kRar}, {"application/vnd.ms-cab-compressed", Coding::kCab},
    {"application/x-lzh-compressed", Coding::kLha},     {"application/x-xar", Coding::kXar},   {"application/x-rpm", Coding::kRpm},
    {"application/x-compress", Coding::kCompress},      {"application/x-archive", Coding::kAr}, {"application/x-cpio", Coding::kCpio}, {"application/x-iso9660-image", Coding::kIso},
};

ChosenCoding ChooseTyped(ByteView prefix, std::string_view claimed_type) {
  if (LooksLikeTar(prefix)) return Chosen(Coding::kTar);
  if (ClaimsType(claimed_type, "message/rfc822")) return Chosen(Coding::kMessage);
  if (ClaimsType(claimed_type, "multipart/")) return Chosen(Coding::kMultipart);
  const std::string_view type = content::DetectMediaType(prefix).name;
  for (const TypedCoding& typed : kTyped) {
    if (typed.type == type) return Chosen(typed.coding);
  }
  if (type == "application/octet-stream" && MayBeIsoImage(prefix)) return Chosen(Coding::kIso);
  if (type != "text/plain") return {};
  if (LooksLikeMbox(prefix)) return Chosen(Coding::kMbox);
  if (LooksLikeMail(prefix)) return Chosen(Coding::kMessage);
  if (ClaimsType(claimed_type, "application/x-www-form-urlencoded") || LooksLikeForm(prefix)) return Chosen(Coding::kForm);
  if (LooksLikeUuencode(prefix)) return Chosen(Coding::kUuencode);
  if (LooksLikeBase64(prefix)) return Chosen(Coding::kBase64);
  if (content::LooksLikeUtf32(prefix)) return Chosen(Coding::kUtf32);
  if (LooksLikeUtf16(prefix)) return Chosen(Coding::kUtf16);
  if (LooksLikeSevenBitPairs(prefix)) return Chosen(Coding::kSevenBit);
  return {};
}

}  // namespace

const size_t kLargestDecoderBytes = Largest();

std::string_view Name(Coding coding) {
  return coding < Coding::kCount ? kCodings[static_cast<size_t>(coding)].name : std::string_view("unknown");
}

const CodingEntry& EntryOf(Coding coding) noexcept { return kCodings[static_cast<size_t>(coding)]; }

bool HasSign(ByteView prefix) noexcept { return FindSign(prefix) != nullptr; }

ChosenCoding ChooseCoding(ByteView prefix, const ContentHints& hints) noexcept {
  if (prefix.empty()) return {};
  if (hints.is_text) return Chosen(Coding::kBase64Runs);
  const std::string_view declared = IsIdentity(hints.declared) ? std::string_view{} : hints.declared;
  if (const Sign* sign = FindSign(prefix); sign != nullptr) return Chosen(sign->coding, Declares(declared, sign->coding));
  if (!declared.empty()) return ChooseDeclared(prefix, declared);
  if (IsUsualZlib(prefix)) return Chosen(Coding::kZlib);
  return ChooseTyped(prefix, hints.claimed_type);
}

namespace {

// "aws-chunked,gzip": the store takes it off the list, so that the rest stays as HTTP has it (Amazon S3, Signature Version 4).
constexpr std::string_view kStoresCoding = "aws-chunked";

std::string_view WithoutBlanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

struct SplitList {
  std::string_view coding, rest;
};

// RFC 9110, 5.6.1: empty elements of a list are passed over.
SplitList SplitLast(std::string_view list) {
  while (!list.empty()) {
    const size_t first_comma = std::min(list.find(','), list.size());
    if (EqualsIgnoringCase(WithoutBlanks(list.substr(0, first_comma)), kStoresCoding)) {
      return {WithoutBlanks(list.substr(0, first_comma)), list.substr(std::min(first_comma + 1, list.size()))};
    }
    const size_t comma = list.rfind(',');
    const std::string_view coding = WithoutBlanks(comma == std::string_view::npos ? list : list.substr(comma + 1));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
    if (!coding.empty()) return {coding, list};
  }
  return {};
}

}  // namespace

std::string_view LastCoding(std::string_view list) noexcept { return SplitLast(list).coding; }

std::string_view WithoutLastCoding(std::string_view list) noexcept { return SplitLast(list).rest; }

Prospect ProspectOf(ByteView prefix, bool whole, const content::ObjectDescription& description) noexcept {
  const std::string_view declared = LastCoding(description.content_encoding.view());
  if (HasSign(prefix) || (!declared.empty() && !IsIdentity(declared))) return Prospect::kCoded;
  if (!whole && prefix.size() < kRecogniseBytes) return Prospect::kNeedsMore;
  const ChosenCoding chosen = ChooseCoding(prefix, {declared, description.claimed_type.view(), false});
  return chosen.choice == Choice::kNone ? Prospect::kPlain : Prospect::kCoded;
}

}  // namespace sluice::decode
