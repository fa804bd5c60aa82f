// Transfer forms: what a text's bytes become in a URL, a mail, a web page, JSON or base64.
//
// Each function gives every spelling that is in use (upper and lower hexadecimal, both base64 alphabets), without those that
// leave the text as it is. Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::compile {

// RFC 3986, 2.1; a space also as '+' (HTML forms).
std::vector<std::string> PercentForms(std::string_view bytes);
// RFC 2045, 6.7, without soft line breaks: those are the mail decoder's.
std::vector<std::string> QuotedPrintableForms(std::string_view bytes);
// Characters beyond ASCII as &#26426; or &#x673a;
std::vector<std::string> HtmlDecimalForms(std::u32string_view text);
std::vector<std::string> HtmlHexForms(std::u32string_view text);
// Characters beyond ASCII as \u673a, those beyond the basic plane as two (RFC 8259, 7).
std::vector<std::string> JsonForms(std::u32string_view text);

// The characters of a base64 text that are certain wherever `bytes` stands in it, when it begins at `phase` (0..2) modulo 3
// (RFC 4648, 4 and 5).
std::vector<std::string> Base64Forms(std::string_view bytes, int phase);

// GB 2312 text between ~{ and ~} (RFC 1843), without the outermost of these; empty where a character is not in GB 2312.
// `gb18030` is the text in that encoding.
std::string HzForm(std::string_view gb18030);
// Without the escape sequence at the beginning and end, which need not stand right beside the text (RFC 1468).
std::string WithoutOuterEscapes(std::string iso2022jp);

}  // namespace sluice::compile
