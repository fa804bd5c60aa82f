// Tricks with characters: every charset, escapes of escapes, what the eye does not see between two characters.
#include <cstdio>

#include "tests/evasion/evasion.h"

namespace sluice::test {
namespace {

Wire Text(std::string_view mark) { return std::move(Wire().Open().Send(Put(Document(mark), "Content-Type: text/plain\r\n"))); }
Wire Body(std::string_view body, std::string_view type) { return std::move(Wire().Open().Send(Put(body, "Content-Type: " + std::string(type) + "\r\n"))); }

Wire Target(std::string_view mark) { return std::move(Wire().Open().Send("GET /q?d=" + std::string(mark) + "10 HTTP/1.1\r\nHost: files.example\r\n\r\n")); }

// Each character of the document in `bytes` bytes, least or most significant first; the mark is in the basic plane.
std::string Wide(size_t bytes, bool little, bool with_bom) {
  const std::string text = Document("\x01\x02\x03");
  const uint32_t kCodePoints[] = {0x673a, 0x5bc6, 0x2605};
  std::string out;
  const auto put = [&](uint32_t c) {
    for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(c >> (8 * (little ? i : bytes - 1 - i)) & 0xff);
  };
  if (with_bom) put(0xfeff);
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x80) continue;
    put(byte >= 1 && byte <= 3 ? kCodePoints[byte - 1] : byte);
  }
  return out;
}
std::string Between(std::string_view separator) { return "\xE6\x9C\xBA" + std::string(separator) + "\xE5\xAF\x86" + std::string(separator) + "\xE2\x98\x85"; }

}  // namespace

std::vector<Evasion> EncodingEvasions() {
  const std::string kCharset = "charsets", kEscape = "escapes", kUnseen = "UTR #36";
  return {
      {"text/utf-8", "UTF-8", kCharset, Text(kMark)},
      {"text/gb18030", "GB 18030", kCharset, Text("\xBB\xFA\xC3\xDC\xA1\xEF")},
      {"text/big5", "Big5", kCharset, Text("\xBE\xF7\xB1\x4B\xA1\xB9")},
      {"text/shift-jis", "Shift_JIS", kCharset, Text("\x8B\x40\x96\xA7\x81\x9A")},
      {"text/hz", "HZ", "RFC 1843", Text("~{;zC\\!o~}")},
      {"text/iso-2022-cn", "ISO-2022-CN", "RFC 1922", Text("\x1B$)A\x0E;zC\\!o\x0F")},
      {"text/utf-7", "UTF-7", "RFC 2152", Text("+ZzpbxiYF-")},
      {"text/utf-16le", "UTF-16, little-endian, with a mark of byte order", kCharset, Body(Wide(2, true, true), "text/plain")},
      {"text/utf-16be-no-bom", "UTF-16, big-endian, without one", kCharset, Body(Wide(2, false, false), "text/plain")},
      {"text/utf-32le", "UTF-32, little-endian, with a mark of byte order", kCharset, Body(Wide(4, true, true), "text/plain")},
      {"text/utf-32be-no-bom", "UTF-32, big-endian, without one", kCharset, Body(Wide(4, false, false), "text/plain")},
      {"text/utf-16-odd-offset", "UTF-16 behind one byte", kCharset, Body("x" + Wide(2, true, false), "application/octet-stream")},
      {"text/percent", "percent-encoded", kEscape, Text("%E6%9C%BA%E5%AF%86%E2%98%85")},
      {"text/percent-mixed-case", "percent-encoded, both cases of digits", kEscape, Target("%e6%9C%bA%E5%aF%86%e2%98%85")},
      {"text/percent-partly", "percent-encoded in part", kEscape, Target("\xE6%9C\xBA\xE5%AF%86\xE2\x98\x85")},
      {"text/percent-twice", "percent-encoded twice, in a form", kEscape, Body("d=%25E6%259C%25BA%25E5%25AF%2586%25E2%2598%2585", "application/x-www-form-urlencoded")},
      {"text/html-decimal", "decimal character references", kEscape, Text("&#26426;&#23494;&#9733;")},
      {"text/html-hexadecimal-zeros", "references with zeros before them", kEscape, Body("<html><p>&#x00673A;&#x0005bc6;&#009733;</p></html>", "text/html")},
      {"text/html-mixed", "one character a reference, one plain, one named", kEscape, Body("<html><p>&#26426;\xE5\xAF\x86&starf;</p></html>", "text/html")},
      {"text/html-tags-between", "tags between the characters", kEscape, Body("<html><p>\xE6\x9C\xBA<b></b>\xE5\xAF\x86<i>\xE2\x98\x85</i></p></html>", "text/html")},
      {"text/html-soft-hyphens", "soft hyphens and joiners as references, three to a gap", "UTR #36",
       Body("<html><p>\xE6\x9C\xBA&shy;&#8203;&zwj;\xE5\xAF\x86&shy;&shy;&#x2060;\xE2\x98\x85</p></html>", "text/html")},
      {"text/html-ruby", "how each character is read, above it", "HTML, 4.5.10",
       Body("<html><p><ruby>\xE6\x9C\xBA<rt>ji</rt>\xE5\xAF\x86<rt>mi</rt>\xE2\x98\x85</ruby></p></html>", "text/html")},
      {"text/html-word-breaks", "places where a line may break", "HTML, 4.5.28", Body("<div>\xE6\x9C\xBA<wbr>\xE5\xAF\x86<wbr>\xE2\x98\x85</div>", "text/html")},
      {"text/rtf-annotation", "as the note of a reviewer", "RTF 1.9.1", Body("{\\rtf1\\ansi clean{\\*\\annotation \\u26426?{\\b \\u23494?}\\u9733?}}", "application/rtf")},
      {"text/json-escapes", "\\u escapes in JSON", kEscape, Body("{\"t\":\"\\u673A\\u5bc6\\u2605\"}", "application/json")},
      {"text/json-escapes-partly", "one character escaped", kEscape, Body("{\"t\":\"\\u673a\xE5\xAF\x86\xE2\x98\x85\"}", "application/json")},
      {"text/rtf", "RTF with \\u", kEscape, Body("{\\rtf1\\ansi\\uc1 \\u26426?\\u23494?\\u9733?}", "application/rtf")},
      {"text/rtf-hex", "RTF with \\'hh in GBK", kEscape, Body("{\\rtf1\\ansi\\ansicpg936 \\'bb\\'fa\\'c3\\'dc\\'a1\\'ef}", "application/rtf")},
      {"text/spaces-between", "an ideographic space between the characters", kUnseen, Text(Between("\xE3\x80\x80"))},
      {"text/line-break-between", "a line end between the characters", kUnseen, Text(Between("\n"))},
      {"text/zero-width-space", "zero-width spaces between the characters", kUnseen, Text(Between("\xE2\x80\x8B"))},
      {"text/zero-width-joiner", "zero-width joiners between the characters", kUnseen, Text(Between("\xE2\x80\x8D"))},
      {"text/soft-hyphen", "soft hyphens between the characters", kUnseen, Text(Between("\xC2\xAD"))},
      {"text/word-joiner", "word joiners between the characters", kUnseen, Text(Between("\xE2\x81\xA0"))},
      {"text/look-alike-star", "another star", kUnseen, Text("\xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x86")},
  };
}

}  // namespace sluice::test
