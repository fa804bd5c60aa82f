// The text of a Word document (97 to 2003 by its piece table, 6 and 95 from one range): body, notes, headers, comments, text boxes.
//
// Thread: pure. Allocates: the text. Failure: its outcome; pieces that lie outside the file are left out and said.
// Source: MS-DOC 2.4.1 (retrieving text), 2.5 (FIB).
#pragma once

#include <string_view>

#include "base/byte_view.h"
#include "extractor/document_text.h"

namespace sluice::extractor {

// The stream beside the document in which its tables stand: "0Table" or "1Table".
std::string_view WordTableName(ByteView document);
DocumentText WordText(ByteView document, std::string_view table);

}  // namespace sluice::extractor
