// Encoding: the ways in which the same text can travel. One pattern is compiled for each that can carry the text.
//
// An Encoding is a character set; a TransferForm is what is put round its bytes (percent signs, base64, …).
// Thread: pure. Allocates: never.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::model {

enum class Encoding : uint8_t {
  kBytes,  // as written in the rule: raw bytes or plain ASCII, the same in every ASCII-compatible set
  kUtf8,
  kUtf16Le,
  kUtf16Be,
  kGb18030,  // also covers GBK and GB 2312
  kBig5,
  kShiftJis,
  kEucJp,
  kEucKr,
  kKoi8R,
  kWindows1251,
  kCp866,
  kWindows1252,
  kHz,
  kIso2022Jp,
  kUtf7,
  kCount,
};

enum class TransferForm : uint8_t {
  kPlain,
  kPercent,          // %E6%9C%BA (RFC 3986, 2.1)
  kQuotedPrintable,  // =E6=9C=BA (RFC 2045, 6.7)
  kHtmlDecimal,      // &#26426;
  kHtmlHex,          // &#x673A;
  kJsonEscape,       // \u673a
  kBase64Phase0,     // base64 of a text whose first byte stands at 0, 1 or 2 modulo 3
  kBase64Phase1,
  kBase64Phase2,
  kCount,
};

// The names that rule files and findings use: "utf-8", "gb18030", "percent", …
std::string_view Name(Encoding encoding);
std::string_view Name(TransferForm form);
std::optional<Encoding> EncodingFromName(std::string_view name);

// Whether a byte string in this encoding can also lie astride two characters, so that a hit must be checked for
// alignment (rules/evaluate) before it counts. UTF-8 is self-synchronising.
bool NeedsAlignment(Encoding encoding);

}  // namespace sluice::model
