#include "dataplane/content/media_type.h"

#include <gtest/gtest.h>

#include <random>

#include <string>

namespace sluice::content {
namespace {

using namespace std::string_literals;

MediaType Detect(const std::string& bytes) { return DetectMediaType(ByteView(std::string_view(bytes))); }

std::string LocalZipHeader(const std::string& entry, uint16_t flags, const std::string& data) {
  std::string zip = "PK\x03\x04\x14\x00"s;
  zip += static_cast<char>(flags & 0xFF);
  zip += static_cast<char>(flags >> 8);
  zip += std::string(18, '\0');
  zip += static_cast<char>(entry.size());
  zip += "\0\0\0"s;
  return zip + entry + data;
}

struct Sample {
  const char* meaning;
  std::string bytes;
  std::string_view type;
  Openness openness;
};

class MediaTypeTable : public testing::TestWithParam<Sample> {};

TEST_P(MediaTypeTable, IsToldByContent) {
  const MediaType type = Detect(GetParam().bytes);
  EXPECT_EQ(type.name, GetParam().type) << GetParam().meaning;
  EXPECT_EQ(type.openness, GetParam().openness) << GetParam().meaning;
}

const std::string kTar = [] {
  std::string tar(512, '\0');
  tar.replace(0, 5, "a.txt");
  tar.replace(257, 6, "ustar\0"s);
  return tar;
}();

const std::string kIges = std::string(72, ' ') + "S      1\n";

INSTANTIATE_TEST_SUITE_P(
    Formats, MediaTypeTable,
    testing::Values(
        Sample{"zip", LocalZipHeader("a.txt", 0, "hello"), "application/zip", Openness::kContainer},
        Sample{"encrypted zip", LocalZipHeader("a.txt", 1, "x"), "application/zip", Openness::kEncrypted},
        Sample{"empty zip", "PK\x05\x06"s + std::string(18, '\0'), "application/zip", Openness::kContainer},
        Sample{"docx", LocalZipHeader("[Content_Types].xml", 6, "zz") + LocalZipHeader("word/document.xml", 6, "z"),
               "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Openness::kContainer},
        Sample{"ooxml of unknown kind", LocalZipHeader("[Content_Types].xml", 6, "zz"),
               "application/vnd.openxmlformats-officedocument", Openness::kContainer},
        Sample{"odt", LocalZipHeader("mimetype", 0, "application/vnd.oasis.opendocument.text"),
               "application/vnd.oasis.opendocument.text", Openness::kContainer},
        Sample{"ofd", LocalZipHeader("OFD.xml", 8, "z"), "application/ofd", Openness::kContainer},
        Sample{"7z", "7z\xBC\xAF\x27\x1C\x00\x04"s, "application/x-7z-compressed", Openness::kContainer},
        Sample{"rar 5", "Rar!\x1A\x07\x01\x00"s, "application/vnd.rar", Openness::kContainer},
        Sample{"gzip", "\x1F\x8B\x08\x00"s, "application/gzip", Openness::kContainer},
        Sample{"bzip2", "BZh91AY&SY"s, "application/x-bzip2", Openness::kContainer},
        Sample{"xz", "\xFD\x37zXZ\x00"s, "application/x-xz", Openness::kContainer},
        Sample{"zstd", "\x28\xB5\x2F\xFD\x04"s, "application/zstd", Openness::kContainer},
        Sample{"lz4", "\x04\x22\x4D\x18"s, "application/x-lz4", Openness::kContainer},
        Sample{"cab", "MSCF\x00\x00\x00\x00"s, "application/vnd.ms-cab-compressed", Openness::kContainer},
        Sample{"tar", kTar, "application/x-tar", Openness::kContainer},
        Sample{"ole2", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"s, "application/x-ole-storage", Openness::kContainer},
        Sample{"pdf", "%PDF-1.7\n", "application/pdf", Openness::kContainer},
        Sample{"pdf behind junk", "\n\n%PDF-1.4\n", "application/pdf", Openness::kContainer},
        Sample{"rtf", "{\\rtf1\\ansi", "application/rtf", Openness::kPlain},
        Sample{"png", "\x89PNG\r\n\x1A\n"s, "image/png", Openness::kContainer},
        Sample{"jpeg", "\xFF\xD8\xFF\xE0"s, "image/jpeg", Openness::kContainer},
        Sample{"gif", "GIF89a", "image/gif", Openness::kContainer},
        Sample{"webp", "RIFF\x10\x00\x00\x00WEBP"s, "image/webp", Openness::kContainer},
        Sample{"bmp", "BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"s, "image/bmp", Openness::kPlain},
        Sample{"mp4", "\x00\x00\x00\x18" "ftypisom"s, "video/mp4", Openness::kContainer},
        Sample{"mp3", "\xFF\xFB\x90\x64\x00\x00"s, "audio/mpeg", Openness::kContainer},
        Sample{"elf", "\x7F" "ELF\x02\x01"s, "application/x-elf", Openness::kPlain},
        Sample{"pe", "MZ\x90\x00\x03\x00\x00\x00"s, "application/vnd.microsoft.portable-executable", Openness::kPlain},
        Sample{"mach-o", "\xCF\xFA\xED\xFE"s, "application/x-mach-binary", Openness::kPlain},
        Sample{"sqlite", "SQLite format 3\0"s, "application/vnd.sqlite3", Openness::kPlain},
        Sample{"hdf5", "\x89HDF\r\n\x1A\n"s, "application/x-hdf5", Openness::kPlain},
        Sample{"netcdf", "CDF\x01\x00"s, "application/x-netcdf", Openness::kPlain},
        Sample{"step", "ISO-10303-21;\nHEADER;", "model/step", Openness::kPlain},
        Sample{"iges", kIges, "model/iges", Openness::kPlain},
        Sample{"dwg 2018", "AC1032\x00"s, "image/vnd.dwg", Openness::kContainer},
        Sample{"stl", "solid part\n facet normal 0 0 1", "model/stl", Openness::kPlain},
        Sample{"vtk", "# vtk DataFile Version 3.0\n", "application/x-vtk", Openness::kPlain},
        Sample{"multipart", "--b0undary\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nPK", "multipart/form-data",
               Openness::kContainer},
        Sample{"pgp message", "-----BEGIN PGP MESSAGE-----\n\nhQ", "application/pgp-encrypted", Openness::kEncrypted},
        Sample{"openssl", "Salted__12345678", "application/x-openssl-encrypted", Openness::kEncrypted}),
    [](const testing::TestParamInfo<Sample>& param) {
      std::string name;
      for (char c : std::string(param.param.meaning)) name += isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      return name;
    });

INSTANTIATE_TEST_SUITE_P(
    Texts, MediaTypeTable,
    testing::Values(
        Sample{"ascii", "hello, world\n", "text/plain", Openness::kPlain},
        Sample{"utf8", "\xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x85", "text/plain", Openness::kPlain},
        Sample{"utf8 cut within a character", "hello \xE6\x9C", "text/plain", Openness::kPlain},
        Sample{"utf8 with mark", "\xEF\xBB\xBF<html>", "text/html", Openness::kPlain},
        Sample{"utf16 with mark", "\xFF\xFEh\x00i\x00"s, "text/plain", Openness::kPlain},
        Sample{"utf16 without mark", "h\0e\0l\0l\0o\0"s, "text/plain", Openness::kPlain},
        Sample{"gb18030", "\xBB\xFA\xC3\xDC\xA1\xEF\x31\x30\xC4\xEA", "text/plain", Openness::kPlain},
        Sample{"html", "\n <!DOCTYPE HTML><p>", "text/html", Openness::kPlain},
        Sample{"xml", "<?xml version=\"1.0\"?><a/>", "application/xml", Openness::kPlain},
        Sample{"json object", "{ \"a\": 1}", "application/json", Openness::kPlain},
        Sample{"json array", "[1, 2]", "application/json", Openness::kPlain},
        Sample{"braces that are no json", "{hello}", "text/plain", Openness::kPlain},
        Sample{"english that begins like stl", "solid evidence was found", "text/plain", Openness::kPlain},
        Sample{"text that begins like a program", "MZ is a postal code of some kind, and nothing else at all in the world",
               "text/plain", Openness::kPlain},
        Sample{"binary", "\x00\x01\x02\x03\x04\x05\x06\x07"s, "application/octet-stream", Openness::kPlain},
        Sample{"nothing", "", "application/octet-stream", Openness::kPlain}),
    [](const testing::TestParamInfo<Sample>& param) {
      std::string name;
      for (char c : std::string(param.param.meaning)) name += isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      return name;
    });

// Encrypted or packed by something unknown; numbers, records and text are not.
TEST(MediaType, KnowsWhatIsAsEvenAsRandomBytes) {
  std::mt19937_64 random(1);
  std::string even, doubles, records, counters;
  for (int i = 0; i < 64; ++i) {
    const uint64_t bits = random();
    even.append(reinterpret_cast<const char*>(&bits), sizeof bits);
    const double number = std::normal_distribution<double>(0, 1e3)(random);
    doubles.append(reinterpret_cast<const char*>(&number), sizeof number);
    records += std::string("\x00\x00\x01\x07", 4) + static_cast<char>(bits) + static_cast<char>(bits >> 8) + std::string("ok", 2);
    const uint32_t counter = static_cast<uint32_t>(bits % 100'000);
    counters.append(reinterpret_cast<const char*>(&counter), sizeof counter);
  }
  EXPECT_EQ(Detect(even).openness, Openness::kOpaque);
  EXPECT_EQ(Detect(even).name, "application/octet-stream");
  EXPECT_EQ(Detect(even.substr(0, 255)).openness, Openness::kPlain) << "too few to tell";
  for (const std::string& plain : {doubles, records, counters}) EXPECT_EQ(Detect(plain).openness, Openness::kPlain);
}

// Whatever the bytes and wherever they are cut, an answer comes from what is there (the sanitizers watch the reads).
TEST(MediaType, AnswersFromAnyPrefix) {
  for (const std::string& whole : {kTar, kIges, LocalZipHeader("word/document.xml", 6, std::string(600, 'x'))}) {
    for (size_t n = 0; n <= whole.size(); ++n) {
      const std::string exact = whole.substr(0, n);
      EXPECT_FALSE(Detect(exact).name.empty());
    }
  }
}

}  // namespace
}  // namespace sluice::content
