// The text of a PowerPoint document: slides, notes, masters, comments, in the order of the stream; and the objects packed in it.
//
// Every text atom is read, also of slides that an incremental save left behind. Thread: pure. Allocates: the text.
// Source: MS-PPT 2.3.1 (record headers), 2.9 (text).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "extractor/document_text.h"

namespace sluice::extractor {

// An embedded OLE file, as zlib data or as it is.
struct PackedObject {
  std::string_view bytes;
};

DocumentText PowerPointText(std::string_view document, std::string_view current_user);
std::vector<PackedObject> PowerPointObjects(std::string_view document);

}  // namespace sluice::extractor
