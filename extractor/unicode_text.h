// Unicode text as documents store it, turned into UTF-8. What is no character becomes U+FFFD, so that nothing is joined that was apart.
//
// Thread: pure. Allocates: the text. Sources: RFC 3629; the Unicode standard, 3.9.
#pragma once

#include <string>

#include "base/byte_view.h"

namespace sluice::extractor {

void AppendUtf8(std::string& text, char32_t character);
// An odd last byte is left out.
std::string Utf16LeToUtf8(ByteView bytes);
std::string Utf16BeToUtf8(ByteView bytes);
// Bytes that are characters of ISO 8859-1.
std::string Latin1ToUtf8(ByteView bytes);

}  // namespace sluice::extractor
