// Tricks with containers: sizes that lie, members after members, what stands before, behind and between, depth and bombs.
#include "tests/evasion/evasion.h"
#include "tests/unit/dataplane/decode/containers.h"

namespace sluice::test {
namespace {

using namespace decode;

Wire Upload(std::string_view body, std::string_view fields = "") { return std::move(Wire().Open().Send(Put(body, fields))); }
Wire UploadBehind(const std::string& filler, const std::string& body) { return Upload(filler + body); }

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string NestedGzip(int depth, std::string text) {
  for (int i = 0; i < depth; ++i) text = GzipEncode(text);
  return text;
}
std::string NestedZip(int depth, std::string text) {
  for (int i = 0; i < depth; ++i) text = MakeZip({{.name = "z" + std::to_string(i), .text = text, .deflated = true}});
  return text;
}

std::string GzipWithFields(const std::string& text) {  // FEXTRA, FNAME, FCOMMENT, FHCRC (RFC 1952, 2.3)
  std::string coded = GzipEncode(text);
  std::string head = coded.substr(0, 10);
  head[3] = 0x1e;
  return head + Le(400, 2) + std::string(400, 'e') + "name" + std::string(1, '\0') + std::string(300, 'c') + std::string(1, '\0') + Le(0x1234, 2) + coded.substr(10);
}

std::string Word(const std::string& body) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\"><w:body><w:p>" + body + "</w:p></w:body></w:document>";
}
std::string Runs() {
  return Word("<w:r><w:t>\xE6\x9C\xBA</w:t></w:r><w:proofErr w:type=\"x\"/><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">\xE5\xAF\x86</w:t></w:r><w:r><w:t>&#x2605;</w:t></w:r>");
}
std::string Docx(const std::string& document, ZipEntry::Descriptor descriptor = ZipEntry::Descriptor::kNone) {
  return MakeZip({{.name = "[Content_Types].xml", .text = "<?xml version=\"1.0\"?><Types/>", .deflated = true},
                  {.name = "word/document.xml", .text = document, .deflated = true, .descriptor = descriptor}});
}
std::string Utf16Le(const std::string& ascii) {
  std::string out = "\xFF\xFE";
  for (const char c : ascii) out += std::string(1, c) + std::string(1, '\0');
  return out;
}

std::string WithBadSum(std::string archive, size_t at) {
  archive[at] = static_cast<char>(archive[at] ^ 0x15);
  return archive;
}

// As it was before POSIX: nothing but the checksum tells it.
std::string V7Tar(const std::string& name, const std::string& content) {
  std::string header = MakeTarHeader(name, content.size(), '\0');
  header.replace(257, 8, 8, '\0').replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<uint8_t>(c);
  char octal[16];
  std::snprintf(octal, sizeof octal, "%06o", sum);
  header.replace(148, 7, std::string(octal, 6) + '\0');
  std::string tar = header + content;
  tar.resize((tar.size() + 511) / 512 * 512 + 1024, '\0');
  return tar;
}

// Of no type and no protocol that anybody knows.
std::string Record(size_t bytes) {
  std::string record;
  for (size_t i = 0; record.size() < bytes; ++i) record += Le(i, 4) + "key=" + std::string(4, '\x01');
  record.resize(bytes);
  return record;
}
Wire Raw(const std::string& bytes, size_t segment = 1400) { return std::move(Wire().Open().Send(bytes, segment)); }
std::string SomeAscii(size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "as was agreed upon ";
  return text;
}
const std::string kFalseSign("\x1F\x8B\x08\0\0\0\0\0\0\x03\x07 nothing", 19);

std::string Json(const std::string& coded) { return "{\"name\":\"report\",\"data\":\"" + coded + "\"}"; }
std::string Base64(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (i + j < bytes.size() ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) out += i + j > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * j) & 63];
  }
  return out;
}

}  // namespace

std::vector<Evasion> ContainerEvasions() {
  const std::string text = Document(), kGzip = "RFC 1952", kZip = "PKWARE APPNOTE", kDepth = "nesting", kPlace = "what no parser frames", letter = Docx(Runs()) + SomeText(900), kOffice = "ECMA-376";
  const std::string gzip = GzipEncode(text), half = gzip.substr(0, gzip.size() * 9 / 10);
  const std::string zip = MakeZip({{.name = "report.txt", .text = text, .deflated = true}});
  using Descriptor = ZipEntry::Descriptor;
  return {
      {"gzip/second-member", "the document in the second member", kGzip, Upload(GzipEncode("clean") + gzip)},
      {"gzip/cut-in-mark", "two members, cut within the mark", kGzip, Upload(GzipEncode(text.substr(0, text.find(kMark) + 4)) + GzipEncode(text.substr(text.find(kMark) + 4)))},
      {"gzip/header-fields", "extra field, name, comment and header checksum", kGzip, Upload(GzipWithFields(text))},
      {"gzip/bad-checksum", "the checksum at the end is wrong", kGzip, Upload(WithBadSum(gzip, gzip.size() - 6))},
      {"gzip/no-end", "the last tenth is missing", kGzip, Upload(half)},
      {"gzip/corrupt-behind-mark", "a broken byte behind the mark", kGzip, Upload(WithBadSum(gzip, gzip.size() - 40)), Demand::kNamed, Demand::kNamed},
      {"gzip/plain-behind", "plain text behind the compressed", kGzip, Upload(GzipEncode("clean") + text)},
      {"gzip/depth-15", "gzip in gzip, 15 deep", kDepth, Upload(NestedGzip(15, text))},
      {"gzip/depth-40", "gzip in gzip, 40 deep", kDepth, Upload(NestedGzip(40, text)), Demand::kNamed, Demand::kNamed},
      {"gzip/bomb-before-mark", "200 MB of zeros, in 25 members, before the document", "Bieber 2001 (42.zip)", Upload(Repeated(GzipEncode(std::string(8u << 20, '\0'), 9), 25) + gzip), Demand::kNamed,
       Demand::kNamed},
      {"brotli/undeclared", "Brotli, and nothing says so", "RFC 7932", Upload(BrotliEncode(text)), Demand::kNamed, Demand::kNamed},
      {"brotli/declared", "Brotli", "RFC 7932", Upload(BrotliEncode(text), "Content-Encoding: br\r\n")},
      {"zstd/second-frame", "a skippable frame, then the document", "RFC 8878", Upload(Le(0x184D2A50, 4) + Le(100, 4) + std::string(100, 's') + ZstdEncode(text))},
      {"xz/plain", "xz", "tukaani.org", Upload(XzEncode(text))},
      {"bzip2/plain", "bzip2", "bzip.org", Upload(Bzip2Encode(text))},
      {"lz4/plain", "lz4", "lz4.org", Upload(Lz4Encode(text))},
      {"zip/deflated", "as tools write it", kZip, Upload(zip)},
      {"zip/descriptor", "sizes behind the data", kZip, Upload(MakeZip({{.name = "r", .text = text, .deflated = true, .descriptor = Descriptor::kSigned}}))},
      {"zip/stored-descriptor", "stored, sizes behind the data", kZip, Upload(MakeZip({{.name = "r", .text = text, .descriptor = Descriptor::kSigned}}))},
      {"zip/size-too-small", "a coded size that is 100 bytes short", "parser differences", Upload(MakeZip({{.name = "r", .text = text, .deflated = true, .lie = -100}}))},
      {"zip/size-too-large", "a coded size that is 10 MB too long", "parser differences", Upload(MakeZip({{.name = "r", .text = text, .deflated = true, .lie = 10'000'000}}))},
      {"zip/behind-a-program", "behind 9,000 bytes of a program", kZip, UploadBehind("\x7F" "ELF\x02\x01\x01" + std::string(9, '\0') + SomeText(9000), zip)},
      {"zip/behind-random-bytes", "behind 9,000 random bytes", kZip, UploadBehind(RandomBytes(9000), zip)},
      {"zip/behind-a-picture", "behind a GIF", "Albertini, polyglots", UploadBehind("GIF89a" + RandomBytes(900), zip)},
      {"disk/vhd", "on the disk of a virtual machine (VHD)", "field use", Upload("conectix" + std::string(504, '\0') + gzip.substr(3)), Demand::kNamed, Demand::kNamed},
      {"disk/qcow2", "on the disk of a virtual machine (QCOW2)", "field use", Upload("QFI\xFB" + std::string(508, '\0') + gzip.substr(3)), Demand::kNamed, Demand::kNamed},
      {"disk/vmdk", "on the disk of a virtual machine (VMDK)", "field use", Upload("KDMV" + Le(1, 4) + std::string(504, '\0') + gzip.substr(3)), Demand::kNamed, Demand::kNamed},
      {"tar/v7", "in a tar file without a magic number", "Unix V7", Upload(V7Tar("report.gz", gzip))},
      {"embedded/behind-a-command", "a document behind a line of a protocol that nobody parses", kPlace, Raw("PUT report.docx 812\r\n" + letter)},
      {"embedded/in-segments-of-3", "the same in segments of 3 bytes", kPlace, Raw("PUT report.docx 812\r\n" + letter, 3)},
      {"embedded/in-a-record", "gzip in the field of a binary record", kPlace, Raw(Record(700) + GzipEncode(text) + Record(300))},
      {"embedded/one-of-three", "the third of three, with other bytes between", kPlace, Raw(Record(600) + GzipEncode("clean") + Record(64) + MakeZip({{.name = "c", .text = "clean"}}) + "--" + GzipEncode(text))},
      {"embedded/behind-false-signs", "behind forty heads of gzip that nothing follows", kPlace, Raw(Record(600) + Repeated(kFalseSign, 40) + zip)},
      {"embedded/behind-400-false-signs", "behind more false signs than anything but an attempt has", kPlace, Raw(Record(600) + Repeated(kFalseSign, 400) + zip), Demand::kNamed, Demand::kNamed},
      {"embedded/in-a-member", "in a binary file within a zip", kPlace, Upload(MakeZip({{.name = "dump.bin", .text = Record(3000) + GzipEncode(text), .deflated = true}}))},
      {"embedded/base64-in-a-letter", "gzip in base64 below the words of a plain text, indented by a quotation", kPlace, Upload(SomeAscii(700) + "\n> " + Base64(GzipEncode(text)) + "\n\n" + SomeAscii(200))},
      {"embedded/base64-in-a-statement", "a zip file in base64 in a statement of SQL, on a port of a database", kPlace, Raw(SomeAscii(600) + "\ninsert into t values (8, '" + Base64(zip) + "', 3);\n")},
      {"embedded/rtf-behind-a-command", "a letter in RTF behind a line", kPlace, Raw("DATA\n{\\rtf1\\ansi " + SomeAscii(700) + " \\u26426?\\u23494?\\u9733? " + SomeAscii(900) + "}")},
      {"zip/depth-14", "zip in zip, 14 deep", kDepth, Upload(NestedZip(14, text))},
      {"zip/depth-40", "zip in zip, 40 deep", kDepth, Upload(NestedZip(40, text)), Demand::kNamed, Demand::kNamed},
      {"zip/encrypted", "an encrypted entry", kZip, Upload(MakeZip({{.name = "r", .text = text, .deflated = true, .encrypted = true}})), Demand::kNamed, Demand::kNamed},
      {"zip/20000-entries", "20,000 empty entries first", "what tools do", [&] {
         std::vector<ZipEntry> entries;
         for (int i = 0; i < 20000; ++i) entries.push_back({.name = "e" + std::to_string(i), .text = ""});
         entries.push_back({.name = "r", .text = text, .deflated = true});
         return Upload(MakeZip(entries));
       }(), Demand::kNamed, Demand::kNamed},
      {"tar/plain", "tar", "POSIX ustar", Upload(MakeTar({{"a.txt", "clean"}, {"r.txt", text}}))},
      {"tar/bad-checksum", "a header with a wrong checksum", "POSIX ustar", Upload(WithBadSum(MakeTar({{"a.txt", "clean"}, {"r.txt", text}}), 150))},
      {"tar/gzip", "tar.gz", "POSIX ustar", Upload(GzipEncode(MakeTar({{"r.txt", text}})))},
      {"docx/runs", "the mark split over three runs, one an entity", kOffice, Upload(Docx(Runs()))},
      {"docx/utf-16", "document.xml in UTF-16", kOffice, Upload(Docx(Utf16Le(Word("<w:r><w:t>&#26426;</w:t></w:r><w:r><w:t>&#23494;&#9733;</w:t></w:r>"))))},
      {"docx/comment-in-mark", "an XML comment between the characters", kOffice, Upload(Docx(Word("<w:r><w:t>\xE6\x9C\xBA<!-- x -->\xE5\xAF\x86\xE2\x98\x85</w:t></w:r>")))},
      {"docx/cdata", "the mark in two CDATA sections", kOffice, Upload(Docx(Word("<w:t><![CDATA[\xE6\x9C\xBA]]><![CDATA[\xE5\xAF\x86\xE2\x98\x85]]></w:t>")))},
      {"docx/descriptor", "sizes behind the data", kOffice, Upload(Docx(Runs(), Descriptor::kSigned))},
      {"docx/in-zip-in-gzip", "docx in zip in gzip", kDepth, Upload(GzipEncode(MakeZip({{.name = "r.docx", .text = Docx(Runs()), .deflated = true}})))},
      {"json/base64", "base64 in a JSON value", "web mail", Upload(Json(Base64(text)))},
      {"json/base64-gzip", "gzip in base64 in a JSON value", "web mail", Upload(Json(Base64(gzip)))},
      {"json/base64-twice", "base64 of base64", "what tools do", Upload(Json(Base64(Base64(text))))},
      {"base64/whole-body", "base64 as the whole body", "what tools do", Upload(Base64(gzip))},
      {"pdf/encrypted", "an encrypted PDF", "ISO 32000", Upload("%PDF-1.7\n1 0 obj<</Filter/Standard/V 5>>endobj\n" + RandomBytes(3000) + "\ntrailer<</Encrypt 1 0 R>>\n%%EOF\n"), Demand::kNamed,
       Demand::kNamed},
      {"unknown/encrypted", "random bytes", "encryption", Upload(RandomBytes(6000)), Demand::kNamed, Demand::kNamed},
  };
}

}  // namespace sluice::test
