#include "extractor/charset.h"

#include <iconv.h>

#include <iterator>

#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

struct Charset {
  uint32_t code_page;
  const char* name;
  iconv_t converter;
};

const iconv_t kNone = reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr): the C library says it so

Charset charsets[] = {
    {437, "CP437", kNone},    {850, "CP850", kNone},    {866, "CP866", kNone},    {874, "CP874", kNone},   {932, "CP932", kNone},
    {936, "GB18030", kNone},  {949, "CP949", kNone},    {950, "BIG5-HKSCS", kNone}, {1250, "CP1250", kNone}, {1251, "CP1251", kNone},
    {1252, "CP1252", kNone},  {1253, "CP1253", kNone},  {1254, "CP1254", kNone},  {1255, "CP1255", kNone}, {1256, "CP1256", kNone},
    {1257, "CP1257", kNone},  {1258, "CP1258", kNone},  {10000, "MACINTOSH", kNone}, {20866, "KOI8-R", kNone}, {51932, "EUC-JP", kNone},
    {54936, "GB18030", kNone},
};

}  // namespace

void PrepareCharsets() {
  for (Charset& charset : charsets) charset.converter = iconv_open("UTF-8", charset.name);
}

std::string ToUtf8(ByteView bytes, uint32_t code_page) {
  constexpr uint32_t kUtf8 = 65001, kUtf16 = 1200;
  if (code_page == kUtf8) return std::string(bytes.AsText());
  if (code_page == kUtf16) return Utf16LeToUtf8(bytes);
  const Charset* charset = std::begin(charsets);
  while (charset != std::end(charsets) && charset->code_page != code_page) ++charset;
  if (charset == std::end(charsets) || charset->converter == kNone) return std::string(bytes.AsText());
  std::string text(bytes.size() * 4, '\0');
  std::string input(bytes.AsText());
  char* from = input.data();
  size_t left = input.size();
  char* to = text.data();
  size_t room = text.size();
  iconv(charset->converter, nullptr, nullptr, nullptr, nullptr);
  while (left > 0 && iconv(charset->converter, &from, &left, &to, &room) == static_cast<size_t>(-1) && room >= 3 && left > 0) {
    // A byte that is no character stands as such, and the next one begins anew.
    *to++ = '\xEF', *to++ = '\xBF', *to++ = '\xBD';
    room -= 3;
    ++from;
    --left;
  }
  text.resize(text.size() - room);
  return text;
}

}  // namespace sluice::extractor
