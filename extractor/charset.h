// Charsets of older documents, by Windows code page, turned into UTF-8 by the C library.
//
// Prepared before the walls go up, since a converter is a file to be loaded. Thread: one. Failure: an unknown code page leaves
// the bytes as they are, which the matcher reads in its own encodings.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_view.h"

namespace sluice::extractor {

void PrepareCharsets();
std::string ToUtf8(ByteView bytes, uint32_t code_page);

}  // namespace sluice::extractor
