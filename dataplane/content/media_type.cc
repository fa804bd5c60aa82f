#include "dataplane/content/media_type.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace sluice::content {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kOctetStream = "application/octet-stream";
constexpr std::string_view kZip = "application/zip";

struct Magic {
  size_t offset;
  std::string_view bytes;
  std::string_view name;
  Openness openness;
};

constexpr Openness kPlain = Openness::kPlain;
constexpr Openness kContainer = Openness::kContainer;
constexpr Openness kEncrypted = Openness::kEncrypted;

// The first match wins: the longer of two magics with a common beginning stands first.
constexpr Magic kMagics[] = {
    // Archives and compression.
    {0, "PK\x05\x06"sv, "application/zip", kContainer},
    {0, "PK\x07\x08"sv, "application/zip", kContainer},
    {0, "7z\xBC\xAF\x27\x1C"sv, "application/x-7z-compressed", kContainer},
    {0, "Rar!\x1A\x07"sv, "application/vnd.rar", kContainer},
    {0, "RE~^"sv, "application/vnd.rar", kContainer},
    {0, "\x1F\x8B\x08"sv, "application/gzip", kContainer},
    {0, "\x1F\x9D"sv, "application/x-compress", kContainer},
    {0, "\xFD" "7zXZ\x00"sv, "application/x-xz", kContainer},
    {0, "\x28\xB5\x2F\xFD"sv, "application/zstd", kContainer},
    {0, "\x04\x22\x4D\x18"sv, "application/x-lz4", kContainer},
    {0, "\x02\x21\x4C\x18"sv, "application/x-lz4", kContainer},
    {0, "LZIP\x01"sv, "application/x-lzip", kContainer},
    {0, "\x5D\x00\x00"sv, "application/x-lzma", kContainer},
    {0, "\x89LZO\x00\x0D\x0A\x1A\x0A"sv, "application/x-lzop", kContainer},
    {0, "MSCF\x00\x00\x00\x00"sv, "application/vnd.ms-cab-compressed", kContainer},
    {0, "ISc("sv, "application/x-installshield", kContainer},
    {2, "-lh"sv, "application/x-lzh-compressed", kContainer},
    {0, "xar!"sv, "application/x-xar", kContainer},
    {0, "!<arch>\n"sv, "application/x-archive", kContainer},
    {0, "070701"sv, "application/x-cpio", kContainer},
    {0, "070702"sv, "application/x-cpio", kContainer},
    {0, "070707"sv, "application/x-cpio", kContainer},
    {0, "\xC7\x71"sv, "application/x-cpio", kContainer},
    {257, "ustar"sv, "application/x-tar", kContainer},
    {0, "\xED\xAB\xEE\xDB"sv, "application/x-rpm", kContainer},
    {0, "MSWIM\x00\x00\x00"sv, "application/x-ms-wim", kContainer},
    {0, "hsqs"sv, "application/x-squashfs", kContainer},
    // Disks of virtual machines: what is written to them stands in them in pieces, or packed.
    {0, "conectix"sv, "application/x-vhd", kContainer},
    {0, "vhdxfile"sv, "application/x-vhdx", kContainer},
    {0, "QFI\xFB"sv, "application/x-qemu-disk", kContainer},
    {0, "KDMV\x01\x00\x00\x00"sv, "application/x-vmdk", kContainer},
    {0, "KDMV\x02\x00\x00\x00"sv, "application/x-vmdk", kContainer},
    {0, "KDMV\x03\x00\x00\x00"sv, "application/x-vmdk", kContainer},
    {0, "COWD\x01\x00\x00\x00"sv, "application/x-vmdk", kContainer},
    {64, "\x7F\x10\xDA\xBE"sv, "application/x-virtualbox-vdi", kContainer},
    // Mail.
    {0, "\x78\x9F\x3E\x22"sv, "application/ms-tnef", kContainer},
    {0, "(This file must be converted with BinHex"sv, "application/mac-binhex40", kContainer},
    // Documents.
    {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "application/x-ole-storage", kContainer},
    {0, "{\\rtf"sv, "application/rtf", kPlain},
    {0, "%!PS"sv, "application/postscript", kPlain},
    {0, "AT&TFORM"sv, "image/vnd.djvu", kContainer},
    {0, "ITSF\x03\x00\x00\x00"sv, "application/vnd.ms-htmlhelp", kContainer},
    {0, "!BDN"sv, "application/vnd.ms-outlook", kContainer},
    {0, "\xDB\xA5\x2D\x00"sv, "application/msword", kPlain},
    // Encrypted.
    {0, "-----BEGIN PGP MESSAGE-----"sv, "application/pgp-encrypted", kEncrypted},
    {0, "-----BEGIN PGP PUBLIC KEY"sv, "application/pgp-keys", kPlain},
    {0, "-----BEGIN PGP PRIVATE KEY"sv, "application/pgp-keys", kPlain},
    {0, "-----BEGIN PGP SIGN"sv, "application/pgp-signature", kPlain},
    {0, "-----BEGIN AGE ENCRYPTED FILE-----"sv, "application/x-age-encrypted", kEncrypted},
    {0, "age-encryption.org/v1"sv, "application/x-age-encrypted", kEncrypted},
    {0, "Salted__"sv, "application/x-openssl-encrypted", kEncrypted},
    {0, "U2FsdGVkX1"sv, "application/x-openssl-encrypted", kEncrypted},  // the same in base64
    {0, "LUKS\xBA\xBE"sv, "application/x-luks", kEncrypted},
    {0, "-----BEGIN "sv, "application/x-pem-file", kPlain},
    // Images. Those whose pixels are packed are containers: their raw bytes say little.
    {0, "\x89PNG\x0D\x0A\x1A\x0A"sv, "image/png", kContainer},
    {0, "\xFF\xD8\xFF"sv, "image/jpeg", kContainer},
    {0, "GIF87a"sv, "image/gif", kContainer},
    {0, "GIF89a"sv, "image/gif", kContainer},
    {0, "II*\x00"sv, "image/tiff", kContainer},
    {0, "MM\x00*"sv, "image/tiff", kContainer},
    {0, "II+\x00"sv, "image/tiff", kContainer},
    {0, "MM\x00+"sv, "image/tiff", kContainer},
    {0, "\x00\x00\x00\x0CjP  \x0D\x0A\x87\x0A"sv, "image/jp2", kContainer},
    {0, "8BPS\x00"sv, "image/vnd.adobe.photoshop", kContainer},
    {0, "\x00\x00\x01\x00"sv, "image/x-icon", kContainer},
    {0, "\xD7\xCD\xC6\x9A"sv, "image/wmf", kPlain},
    // Sound and film.
    {0, "OggS"sv, "application/ogg", kContainer},
    {0, "fLaC"sv, "audio/flac", kContainer},
    {0, "ID3"sv, "audio/mpeg", kContainer},
    {0, "\x1A\x45\xDF\xA3"sv, "video/x-matroska", kContainer},
    {0, "FLV\x01"sv, "video/x-flv", kContainer},
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "video/x-ms-asf", kContainer},
    {0, "\x00\x00\x01\xBA"sv, "video/mpeg", kContainer},
    {0, "\x00\x00\x01\xB3"sv, "video/mpeg", kContainer},
    {0, "MThd\x00\x00\x00\x06"sv, "audio/midi", kPlain},
    {0, "#!AMR"sv, "audio/amr", kContainer},
    // Programs.
    {0, "\x7F" "ELF"sv, "application/x-elf", kPlain},
    {0, "\xFE\xED\xFA\xCE"sv, "application/x-mach-binary", kPlain},
    {0, "\xFE\xED\xFA\xCF"sv, "application/x-mach-binary", kPlain},
    {0, "\xCE\xFA\xED\xFE"sv, "application/x-mach-binary", kPlain},
    {0, "\xCF\xFA\xED\xFE"sv, "application/x-mach-binary", kPlain},
    {0, "\x00" "asm"sv, "application/wasm", kPlain},
    {0, "dex\n03"sv, "application/x-dex", kPlain},
    {0, "#!"sv, "text/x-script", kPlain},
    // Databases and captures.
    {0, "SQLite format 3\x00"sv, "application/vnd.sqlite3", kPlain},
    {4, "Standard Jet DB"sv, "application/vnd.ms-access", kPlain},
    {4, "Standard ACE DB"sv, "application/vnd.ms-access", kPlain},
    {0, "PAR1"sv, "application/vnd.apache.parquet", kContainer},
    {0, "Obj\x01"sv, "application/vnd.apache.avro", kContainer},
    {0, "PGDMP"sv, "application/x-postgresql-dump", kContainer},
    {0, "\xD4\xC3\xB2\xA1"sv, "application/vnd.tcpdump.pcap", kPlain},
    {0, "\xA1\xB2\xC3\xD4"sv, "application/vnd.tcpdump.pcap", kPlain},
    {0, "\x4D\x3C\xB2\xA1"sv, "application/vnd.tcpdump.pcap", kPlain},
    {0, "\x0A\x0D\x0D\x0A"sv, "application/x-pcapng", kPlain},
    // Simulation and computer-aided design (CGNS is written as HDF5 or, in older files, as ADF).
    {0, "\x89HDF\x0D\x0A\x1A\x0A"sv, "application/x-hdf5", kPlain},
    {0, "\x0E\x03\x13\x01"sv, "application/x-hdf", kPlain},
    {0, "CDF\x01"sv, "application/x-netcdf", kPlain},
    {0, "CDF\x02"sv, "application/x-netcdf", kPlain},
    {0, "CDF\x05"sv, "application/x-netcdf", kPlain},
    {4, "ADF Database Version"sv, "application/x-cgns", kPlain},
    {0, "@(#)ADF Database"sv, "application/x-cgns", kPlain},
    {0, "ISO-10303-21;"sv, "model/step", kPlain},
    {0, "# vtk DataFile Version"sv, "application/x-vtk", kPlain},
    {0, "$MeshFormat"sv, "application/x-gmsh", kPlain},
    {0, "**PARASOLID"sv, "model/vnd.parasolid", kPlain},
    {0, "AC1012"sv, "image/vnd.dwg", kPlain},
    {0, "AC1014"sv, "image/vnd.dwg", kPlain},
    {0, "AC1015"sv, "image/vnd.dwg", kPlain},
    {0, "AC1018"sv, "image/vnd.dwg", kContainer},
    {0, "AC1021"sv, "image/vnd.dwg", kContainer},
    {0, "AC1024"sv, "image/vnd.dwg", kContainer},
    {0, "AC1027"sv, "image/vnd.dwg", kContainer},
    {0, "AC1032"sv, "image/vnd.dwg", kContainer},
    {0, "AutoCAD Binary DXF"sv, "image/vnd.dxf", kPlain},
    {0, "BLENDER"sv, "application/x-blender", kPlain},
    {0, "MATLAB 5.0 MAT-file"sv, "application/x-matlab-data", kContainer},
};

// The table by first byte, since most prefixes begin as no magic does: where the entries with that byte at offset 0 begin,
// each linked to the next; those at other offsets stand in a list of their own.
struct MagicIndex {
  static constexpr uint8_t kNone = 0xff;
  std::array<uint8_t, 256> first{};
  std::array<uint8_t, std::size(kMagics)> next{};
  uint8_t elsewhere = kNone;
};
static_assert(std::size(kMagics) < MagicIndex::kNone);

constexpr MagicIndex IndexMagics() {
  MagicIndex index;
  for (uint8_t& first : index.first) first = MagicIndex::kNone;
  for (size_t i = std::size(kMagics); i-- > 0;) {
    uint8_t& head = kMagics[i].offset == 0 ? index.first[static_cast<uint8_t>(kMagics[i].bytes[0])] : index.elsewhere;
    index.next[i] = head;
    head = static_cast<uint8_t>(i);
  }
  return index;
}
constexpr MagicIndex kMagicIndex = IndexMagics();

bool StartsWith(ByteView bytes, std::string_view magic, size_t offset = 0) {
  const ByteView at = bytes.Sub(offset, magic.size());
  // The first byte decides nearly always, without a call.
  return at.size() == magic.size() && at[0] == static_cast<uint8_t>(magic[0]) && std::memcmp(at.data(), magic.data(), magic.size()) == 0;
}

// The first entry of a chain that the prefix shows; kNone where none does.
uint8_t FirstOf(uint8_t chain, ByteView prefix) {
  while (chain != MagicIndex::kNone && !StartsWith(prefix, kMagics[chain].bytes, kMagics[chain].offset)) chain = kMagicIndex.next[chain];
  return chain;
}

const Magic* FindMagic(ByteView prefix) {
  if (prefix.empty()) return nullptr;
  const uint8_t found = std::min(FirstOf(kMagicIndex.first[prefix[0]], prefix), FirstOf(kMagicIndex.elsewhere, prefix));
  return found == MagicIndex::kNone ? nullptr : &kMagics[found];
}

bool Contains(ByteView bytes, std::string_view needle) { return bytes.AsText().find(needle) != std::string_view::npos; }

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool StartsWithNoCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) { return a == ToLower(b); });
}

// Text is what has no control characters but white space and escape. Bytes above 0x7F may be any charset.
bool HasBinaryControl(ByteView bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](uint8_t b) {
    return (b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1B) || b == 0x7F;
  });
}

// --- zip and what is made of it ---------------------------------------------------------------------------------------

struct ZipKind {
  std::string_view entry;  // of the first entries, anywhere in the prefix
  std::string_view name;
};
constexpr ZipKind kZipKinds[] = {
    {"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
    {"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"},
    {"mimetypeapplication/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.presentation"},
    {"mimetypeapplication/vnd.oasis.opendocument", "application/vnd.oasis.opendocument"},
    {"mimetypeapplication/epub+zip", "application/epub+zip"},
    {"OFD.xml", "application/ofd"},
    {"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"visio/", "application/vnd.ms-visio.drawing.main+xml"},
    {"[Content_Types].xml", "application/vnd.openxmlformats-officedocument"},
    {"_rels/.rels", "application/vnd.openxmlformats-officedocument"},
    {"META-INF/MANIFEST.MF", "application/java-archive"},
    {"AndroidManifest.xml", "application/vnd.android.package-archive"},
};

// PKWARE APPNOTE 4.3.7: a local file header; bit 0 of the flags says that the entry is encrypted.
MediaType DetectZip(ByteView prefix) {
  constexpr size_t kFlagsOffset = 6;
  const bool encrypted = prefix.size() > kFlagsOffset && (prefix[kFlagsOffset] & 1) != 0;
  const Openness openness = encrypted ? kEncrypted : kContainer;
  for (const ZipKind& kind : kZipKinds) {
    if (Contains(prefix, kind.entry)) return {kind.name, openness};
  }
  return {kZip, openness};
}

// --- formats whose magic is not one fixed string ----------------------------------------------------------------------

// ISO/IEC 14496-12: a box `ftyp` comes first; its brand says which kind of file.
MediaType DetectIsoMedia(ByteView prefix) {
  const std::string_view brand = prefix.Sub(8, 4).AsText();
  if (brand == "avif" || brand == "avis") return {"image/avif", kContainer};
  if (brand == "heic" || brand == "heix" || brand == "mif1") return {"image/heic", kContainer};
  if (brand == "M4A ") return {"audio/mp4", kContainer};
  if (brand == "qt  ") return {"video/quicktime", kContainer};
  return {"video/mp4", kContainer};
}

MediaType DetectRiff(ByteView prefix) {
  const std::string_view form = prefix.Sub(8, 4).AsText();
  if (form == "WEBP") return {"image/webp", kContainer};
  if (form == "WAVE") return {"audio/wav", kPlain};
  if (form == "AVI ") return {"video/x-msvideo", kContainer};
  if (form == "CDR9" || form.substr(0, 3) == "CDR") return {"application/vnd.corel-draw", kContainer};
  return {"application/x-riff", kPlain};
}

// The header of a PDF may stand within the first 1024 bytes (ISO 32000-1, annex H.3.4.1); we have 512.
bool IsPdf(ByteView prefix) { return StartsWith(prefix, "%PDF-") || Contains(prefix.First(64), "%PDF-1."); }

// Further in, where it is not the first file of a form or a letter: those begin with fields, a PDF does not.
bool IsLatePdf(ByteView prefix) {
  const std::string_view text = prefix.AsText();
  return Contains(prefix, "%PDF-1.") && text.find(": ") > text.find("%PDF-1.");
}

// A program for DOS or Windows. Text may begin with MZ too: where the second header is out of sight, controls decide.
bool IsPe(ByteView prefix) {
  constexpr size_t kHeaderOffset = 0x3C;
  if (!StartsWith(prefix, "MZ")) return false;
  if (prefix.size() < kHeaderOffset + 4) return HasBinaryControl(prefix);
  const uint32_t header = LoadLe32(prefix.data() + kHeaderOffset);
  return StartsWith(prefix, "PE\x00\x00"sv, header) || StartsWith(prefix, "NE", header) || HasBinaryControl(prefix);
}

// RFC 2046, 5.1.1: a body of parts begins with its boundary; the parts' own content is not in sight.
bool IsMultipart(ByteView prefix) {
  return StartsWith(prefix, "--") && (Contains(prefix, "\nContent-Disposition:") || Contains(prefix, "\nContent-Type:"));
}

// ASCII STL: the word alone is also English.
bool IsStl(ByteView prefix) { return StartsWith(prefix, "solid") && Contains(prefix, "facet"); }

// A bitmap's header: the size of the second header is one of a few.
bool IsBmp(ByteView prefix) {
  if (!StartsWith(prefix, "BM") || prefix.size() < 18) return false;
  const uint32_t header = LoadLe32(prefix.data() + 14);
  return header == 12 || header == 40 || header == 52 || header == 56 || header == 64 || header == 108 || header == 124;
}

bool IsBzip2(ByteView prefix) {
  return StartsWith(prefix, "BZh") && prefix.size() > 3 && prefix[3] >= '1' && prefix[3] <= '9' &&
         (prefix.size() < 10 || StartsWith(prefix, "1AY&SY", 4) || StartsWith(prefix, "\x17\x72\x45\x38\x50\x90"sv, 4));
}

// A Mach-O universal binary and a Java class share CAFEBABE; a class file's next word is its version, 45 or more.
MediaType DetectCafeBabe(ByteView prefix) {
  const bool is_class = prefix.size() >= 8 && LoadBe32(prefix.data() + 4) >= 45;
  return {is_class ? "application/java-vm"sv : "application/x-mach-binary"sv, kPlain};
}

// ISO/IEC 11172-3 and 13818-7: eleven set bits, then a layer that exists and a bit rate that is not the forbidden one.
bool IsMpegAudio(ByteView prefix) {
  return prefix.size() >= 3 && prefix[0] == 0xFF && (prefix[1] & 0xE0) == 0xE0 && (prefix[1] & 0x06) != 0 &&
         (prefix[1] & 0x18) != 0x08 && (prefix[2] & 0xF0) != 0xF0 && (prefix[2] & 0x0C) != 0x0C;
}

// RFC 5652, 3: a ContentInfo; the last byte of its type says what is within. Enveloped: 1.2.840.113549.1.7.3, .4 and .6, and 1.9.16.1.23.
bool DetectCms(ByteView prefix, MediaType& type) {
  if (prefix.size() < 4 || prefix[0] != 0x30) return false;
  const size_t length_bytes = (prefix[1] & 0x80) == 0 ? 0 : prefix[1] & 0x7F;
  if (length_bytes > 4) return false;
  const ByteView oid = prefix.From(2 + length_bytes);
  const bool is_pkcs7 = StartsWith(oid, "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07"sv) && oid.size() > 10;
  const bool is_content_type = StartsWith(oid, "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01"sv) && oid.size() > 12;
  if (!is_pkcs7 && !is_content_type) return false;
  const uint8_t last = is_pkcs7 ? oid[10] : oid[12];
  const bool is_enveloped = is_pkcs7 ? last == 3 || last == 4 || last == 6 : last == 23;
  type = {"application/pkcs7-mime", is_enveloped ? kEncrypted : kContainer};
  return true;
}

// RFC 9580, 4.2 and 5: a message begins with an encrypted session key, of version 3 or 6, or 4 where it comes from a passphrase, by an
// algorithm that exists.
bool IsPgpMessage(ByteView prefix) {
  if (prefix.size() < 16 || (prefix[0] & 0x80) == 0) return false;
  const bool is_new = (prefix[0] & 0x40) != 0;
  const uint8_t packet = is_new ? prefix[0] & 0x3F : prefix[0] >> 2 & 0x0F;
  const size_t length_bytes = is_new ? (prefix[1] < 192 ? 1 : prefix[1] < 224 ? 2 : 0) : (prefix[0] & 3) == 0 ? 1 : (prefix[0] & 3) == 1 ? 2 : 0;
  if (length_bytes == 0) return false;
  const ByteView body = prefix.From(1 + length_bytes);
  if (packet == 1) {
    constexpr uint8_t kAlgorithms[] = {1, 2, 16, 18, 25, 26};
    return body[0] == 3 && std::find(std::begin(kAlgorithms), std::end(kAlgorithms), body[9]) != std::end(kAlgorithms) &&
           (length_bytes == 2 || prefix[1] >= 0x40);
  }
  // A cipher, then a way from the passphrase to the key, and a digest.
  const bool is_short = is_new ? prefix[1] < 64 : true;
  return packet == 3 && body[0] == 4 && is_short && body[1] >= 1 && body[1] <= 13 && (body[2] == 0 || body[2] == 1 || body[2] == 3) && body[3] >= 1 && body[3] <= 14;
}

// IGES 5.3, 2.2: lines of 80 columns; column 73 names the section, S first, then a sequence number.
bool IsIges(ByteView prefix) { return prefix.size() >= 80 && StartsWith(prefix, "S      1", 72); }

// --- text -------------------------------------------------------------------------------------------------------------

std::string_view SkipSpace(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n\f");
  return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

MediaType DetectMarkup(std::string_view text) {
  text = SkipSpace(text);
  constexpr std::string_view kHtml[] = {"<!doctype html", "<html", "<head", "<body", "<script", "<title", "<table", "<div"};
  for (std::string_view tag : kHtml) {
    if (StartsWithNoCase(text, tag)) return {"text/html", kPlain};
  }
  if (StartsWithNoCase(text, "<?xml") || StartsWithNoCase(text, "<!doctype")) {
    if (text.find("<VTKFile") != std::string_view::npos) return {"application/x-vtk", kPlain};
    if (text.find("<svg") != std::string_view::npos) return {"image/svg+xml", kPlain};
    if (text.find("<html") != std::string_view::npos) return {"text/html", kPlain};
    return {"application/xml", kPlain};
  }
  if (StartsWithNoCase(text, "<vtkfile")) return {"application/x-vtk", kPlain};
  if (StartsWithNoCase(text, "<svg")) return {"image/svg+xml", kPlain};
  if (StartsWithNoCase(text, "<!--")) return {"text/html", kPlain};
  return {"text/plain", kPlain};
}

// RFC 8259: an object or an array; what follows the bracket must be able to begin a member or an element.
bool LooksLikeJson(std::string_view text) {
  text = SkipSpace(text);
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return false;
  const std::string_view inside = SkipSpace(text.substr(1));
  if (inside.empty()) return text.size() == 1;
  if (text[0] == '{') return inside[0] == '"' || inside[0] == '}';
  return std::string_view("\"{[]-0123456789tfn").find(inside[0]) != std::string_view::npos;
}

// RFC 3629, without the check for surrogates: a text is not refused for one wrong character. Cut at the end is allowed.
bool IsUtf8(ByteView bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const uint8_t lead = bytes[i++];
    if (lead < 0x80) continue;
    const size_t more = lead >= 0xC2 && lead <= 0xDF ? 1 : lead >= 0xE0 && lead <= 0xEF ? 2 : lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
    if (more == 0) return false;
    for (size_t k = 0; k < more && i < bytes.size(); ++k, ++i) {
      if ((bytes[i] & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

// Without a byte order mark, UTF-16 of mostly Latin text shows a zero in every second place.
bool LooksLikeUtf16(ByteView bytes) {
  const size_t pairs = bytes.size() / 2;
  if (pairs < 4) return false;
  size_t even_zeros = 0, odd_zeros = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    even_zeros += bytes[i] == 0 ? 1 : 0;
    odd_zeros += bytes[i + 1] == 0 ? 1 : 0;
  }
  return (even_zeros * 4 >= pairs * 3 && odd_zeros == 0) || (odd_zeros * 4 >= pairs * 3 && even_zeros == 0);
}

}  // namespace

// A mark of byte order, or characters of the basic plane alone (their upper half is zero) that are not zeros throughout.
bool LooksLikeUtf32(ByteView bytes) noexcept {
  const size_t characters = bytes.size() / 4;
  if (StartsWith(bytes, "\xFF\xFE\0\0"sv) || StartsWith(bytes, "\0\0\xFE\xFF"sv)) return true;
  if (characters < 8) return false;
  bool is_little = true, is_big = true;
  for (size_t i = 0; i < characters; ++i) {
    const uint8_t* p = bytes.data() + 4 * i;
    is_little = is_little && p[2] == 0 && p[3] == 0 && (p[1] != 0 || p[0] >= 0x20 || (p[0] >= '\t' && p[0] <= '\r'));
    is_big = is_big && p[0] == 0 && p[1] == 0 && (p[2] != 0 || p[3] >= 0x20 || (p[3] >= '\t' && p[3] <= '\r'));
  }
  return is_little || is_big;
}

namespace {

// Legacy multi-byte charsets (GB18030, Big5, Shift JIS, EUC) and single-byte ones: text with at least some ASCII structure
// or pairs of high bytes, and no C0 controls. Random bytes fail this within a few dozen bytes.
bool LooksLikeText(ByteView bytes) {
  return !bytes.empty() && !HasBinaryControl(bytes) && (IsUtf8(bytes) || bytes.size() >= 8);
}

// Pearson's test (1900): with 255 degrees of freedom random bytes give 255 ± 23, and never 400. The first bytes of what deflate
// and Brotli write give up to 500; floating-point numbers 1,300 and more, code and pixels thousands.
bool LooksRandom(ByteView bytes) {
  constexpr size_t kFewest = 256;
  constexpr uint64_t kMostDeviation = 550;
  if (bytes.size() < kFewest) return false;
  std::array<uint16_t, 256> counts{};
  for (const uint8_t byte : bytes) ++counts[byte];
  uint64_t squares = 0;
  for (const uint16_t count : counts) squares += static_cast<uint64_t>(count) * count;
  return squares * counts.size() < (kMostDeviation + bytes.size()) * bytes.size();
}

MediaType DetectText(ByteView prefix) {
  if (StartsWith(prefix, "\xFF\xFE"sv) || StartsWith(prefix, "\xFE\xFF"sv)) return {"text/plain", kPlain};
  if (StartsWith(prefix, "\xEF\xBB\xBF"sv)) prefix = prefix.From(3);
  if (LooksLikeUtf16(prefix) || LooksLikeUtf32(prefix)) return {"text/plain", kPlain};
  if (!LooksLikeText(prefix)) return {kOctetStream, LooksRandom(prefix) ? Openness::kOpaque : kPlain};
  const std::string_view text = prefix.AsText();
  if (LooksLikeJson(text)) return {"application/json", kPlain};
  return DetectMarkup(text);
}

bool DetectShaped(ByteView prefix, MediaType& type) {
  if (StartsWith(prefix, "PK\x03\x04")) type = DetectZip(prefix);
  else if (IsPdf(prefix)) type = {"application/pdf", kContainer};
  else if (IsBzip2(prefix)) type = {"application/x-bzip2", kContainer};
  else if (IsPe(prefix)) type = {"application/vnd.microsoft.portable-executable", kPlain};
  else if (IsBmp(prefix)) type = {"image/bmp", kPlain};
  else if (StartsWith(prefix, "RIFF")) type = DetectRiff(prefix);
  else if (StartsWith(prefix, "ftyp", 4)) type = DetectIsoMedia(prefix);
  else if (StartsWith(prefix, "\xCA\xFE\xBA\xBE")) type = DetectCafeBabe(prefix);
  else if (StartsWith(prefix, " EMF", 40)) type = {"image/emf", kPlain};
  else if (StartsWith(prefix, "CD001", 1)) type = {"application/x-iso9660-image", kContainer};
  else if (IsIges(prefix)) type = {"model/iges", kPlain};
  else if (IsMultipart(prefix)) type = {"multipart/form-data", kContainer};
  else if (IsLatePdf(prefix)) type = {"application/pdf", kContainer};
  else if (IsPgpMessage(prefix)) type = {"application/pgp-encrypted", kEncrypted};
  else if (DetectCms(prefix, type)) return true;
  else if (IsStl(prefix)) type = {"model/stl", kPlain};
  else return false;
  return true;
}

}  // namespace

MediaType DetectMediaType(ByteView prefix) noexcept {
  prefix = prefix.First(kMediaTypePrefix);
  MediaType type{kOctetStream, kPlain};
  if (DetectShaped(prefix, type)) return type;
  if (const Magic* magic = FindMagic(prefix); magic != nullptr) return {magic->name, magic->openness};
  if (IsMpegAudio(prefix) && !IsUtf8(prefix) && !StartsWith(prefix, "\xFF\xFE"sv)) return {"audio/mpeg", kContainer};
  return DetectText(prefix);
}

}  // namespace sluice::content
