// The text of an Excel workbook (BIFF2 to BIFF8): cells sheet by sheet, names of sheets, headers, comments, shapes.
//
// Numbers are written as they would be without a format, dates too, beside the text. Strings that no cell shows any more come last.
// Thread: pure. Allocates: the text. Failure: its outcome. Source: MS-XLS 2.4, 2.5.
#pragma once

#include <string_view>

#include "extractor/document_text.h"

namespace sluice::extractor {

DocumentText ExcelText(std::string_view workbook);

}  // namespace sluice::extractor
