// Letter case beyond ASCII: Latin-1, Greek and Cyrillic, which is what markings are written in.
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::compile {

char32_t ToLower(char32_t c);
char32_t ToUpper(char32_t c);

// UTF-8 ↔ code points. REQUIRES: well-formed UTF-8 (the YAML reader checked the file).
std::u32string FromUtf8(std::string_view text);
std::string ToUtf8(std::u32string_view text);
void AppendUtf8(char32_t c, std::string& out);

// As written, all lower, all upper, and each word with a capital: without doubles, as written first.
std::vector<std::string> CaseVariants(std::string_view utf8);

}  // namespace sluice::compile
