// Document properties of OLE2 files: title, author, custom properties and labels, one line each.
//
// Thread: pure. Allocates: the text. Failure: what cannot be read is left out. Source: MS-OLEPS 2.18 to 2.25.
#pragma once

#include <string>

#include "base/byte_view.h"

namespace sluice::extractor {

std::string PropertySetText(ByteView stream);

}  // namespace sluice::extractor
