// What a marked text may be packed into, each made by hand or by its reference library: the containers of the matrix.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <zlib.h>

#include <bzlib.h>
#include <lzma.h>
#include <zstd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/wire_fields.h"

namespace sluice::testing {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

// `text` is UTF-8.
inline std::string InCharset(const std::string& text, const char* charset) {
  const iconv_t converter = iconv_open(charset, "UTF-8");
  Require(converter != reinterpret_cast<iconv_t>(-1));
  std::string from = text, out(text.size() * 4 + 16, '\0');
  char *in = from.data(), *to = out.data();
  size_t in_left = from.size(), out_left = out.size();
  Require(iconv(converter, &in, &in_left, &to, &out_left) == 0 && iconv(converter, nullptr, nullptr, &to, &out_left) == 0);
  iconv_close(converter);
  out.resize(out.size() - out_left);
  return out;
}

inline std::string Deflated(const std::string& text, int window_bits) {
  z_stream stream{};
  Require(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  Require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
inline std::string Gzipped(const std::string& text) { return Deflated(text, 15 + 16); }
inline std::string Bzipped(const std::string& text) {
  std::string out(text.size() * 2 + 700, '\0'), from = text;
  auto size = static_cast<unsigned>(out.size());
  Require(BZ2_bzBuffToBuffCompress(out.data(), &size, from.data(), static_cast<unsigned>(from.size()), 1, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}
inline std::string Xzipped(const std::string& text) {
  std::string out(text.size() * 2 + 1000, '\0');
  size_t size = 0;
  Require(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(text.data()), text.size(), reinterpret_cast<uint8_t*>(out.data()), &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}
inline std::string Zstandard(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  Require(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

// One entry; stored where `deflates` is false.
inline std::string Zipped(const std::string& name, const std::string& text, bool deflates = true) {
  const std::string coded = deflates ? Deflated(text, -15) : text;
  const auto crc = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
  const std::string fields = Le(20, 2) + Le(0x800, 2) + Le(deflates ? 8 : 0, 2) + Le(0, 4) + Le(crc, 4) + Le(coded.size(), 4) + Le(text.size(), 4) + Le(name.size(), 2) + Le(0, 2);
  const std::string local = "PK\x03\x04" + fields + name + coded;
  const std::string central = "PK\x01\x02" + Le(20, 2) + fields + Le(0, 14) + name;
  return local + central + "PK\x05\x06" + Le(0, 4) + Le(1, 2) + Le(1, 2) + Le(central.size(), 4) + Le(local.size(), 4) + Le(0, 2);
}

inline std::string Tarred(const std::string& name, const std::string& text) {
  std::string header(512, '\0');
  const auto put = [&header](size_t at, const std::string& field) { header.replace(at, field.size(), field); };
  char size[13];
  std::snprintf(size, sizeof(size), "%011zo", text.size());
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, size);
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\0", 6) + "00");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<uint8_t>(c);
  char checksum[8];
  std::snprintf(checksum, sizeof(checksum), "%06o", sum);
  put(148, std::string(checksum, 7));
  return header + text + std::string((512 - text.size() % 512) % 512 + 1024, '\0');
}

// One file in an archive of libarchive's.
inline std::string Archived(int (*set_format)(archive*), const std::string& name, const std::string& text) {
  archive* writer = archive_write_new();
  Require(set_format(writer) == ARCHIVE_OK && archive_write_add_filter_none(writer) == ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(writer, 1);
  std::string out(text.size() * 2 + 65536, '\0');
  size_t size = 0;
  Require(archive_write_open_memory(writer, out.data(), out.size(), &size) == ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
  Require(archive_write_header(writer, entry) == ARCHIVE_OK);
  Require(archive_write_data(writer, text.data(), text.size()) == static_cast<la_ssize_t>(text.size()));
  archive_entry_free(entry);
  Require(archive_write_free(writer) == ARCHIVE_OK);
  out.resize(size);
  return out;
}

inline std::string Base64(const std::string& bytes, size_t line = 76) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0, column = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    column += 4;
    if (line > 0 && column >= line) {
      out += "\r\n";
      column = 0;
    }
  }
  return out;
}
inline std::string QuotedPrintable(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  size_t column = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    out += '=';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
    if ((column += 3) > 70) {
      out += "=\r\n";
      column = 0;
    }
  }
  return out;
}
inline std::string Letter(const std::string& type, const std::string& coding, const std::string& body) {
  return "From: a@example\r\nTo: b@example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"limit\"\r\n\r\n--limit\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
         "--limit\r\nContent-Type: " + type + "; name=\"f\"\r\nContent-Disposition: attachment; filename=\"f\"\r\nContent-Transfer-Encoding: " + coding + "\r\n\r\n" + body + "\r\n--limit--\r\n";
}

struct Container {
  const char* name;
  std::function<std::string(const std::string&)> pack;
  bool only_utf8 = false;  // its text has one charset
};
inline const std::vector<Container>& Containers() {
  static const std::vector<Container> all = {
      {"as it is", [](const std::string& text) { return text; }},
      {"gzip", Gzipped},
      {"bzip2", Bzipped},
      {"xz", Xzipped},
      {"zstd", Zstandard},
      {"zip", [](const std::string& text) { return Zipped("a.txt", text); }},
      {"zip in zip", [](const std::string& text) { return Zipped("in.zip", Zipped("a.txt", text), false); }},
      {"tar", [](const std::string& text) { return Tarred("a.txt", text); }},
      {"tar in gzip", [](const std::string& text) { return Gzipped(Tarred("a.txt", text)); }},
      {"cpio", [](const std::string& text) { return Archived(archive_write_set_format_cpio_newc, "a.txt", text); }},
      {"7z", [](const std::string& text) { return Archived(archive_write_set_format_7zip, "a.txt", text); }},
      {"7z in zip", [](const std::string& text) { return Zipped("in.7z", Archived(archive_write_set_format_7zip, "a.txt", text)); }},
      {"base64", [](const std::string& text) { return Base64(text); }},
      {"mail, base64", [](const std::string& text) { return Letter("application/octet-stream", "base64", Base64(text)); }},
      {"mail, quoted", [](const std::string& text) { return Letter("text/plain", "quoted-printable", QuotedPrintable(text)); }},
      {"zip in mail", [](const std::string& text) { return Letter("application/zip", "base64", Base64(Zipped("a.txt", text))); }},
      {"JSON, base64", [](const std::string& text) { return "{\"name\": \"f\", \"content\": \"" + Base64(text, 0) + "\"}"; }},
      {"docx", [](const std::string& text) {
         // The mark is cut over runs, as a word processor does it.
         const size_t cut = text.find("\xE2\x98\x85");
         return Zipped("word/document.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>" + text.substr(0, cut) + "</w:t></w:r><w:r><w:t>" +
                                                text.substr(cut) + "</w:t></w:r></w:p></w:body></w:document>");
       }, true},
      {"HTML", [](const std::string& text) {
         const size_t cut = text.find("\xE2\x98\x85");
         return "<html><body><p>" + text.substr(0, cut) + "<b>&#x2605;</b>" + text.substr(cut + 3) + "</p></body></html>";
       }, true},
  };
  return all;
}

}  // namespace sluice::testing
