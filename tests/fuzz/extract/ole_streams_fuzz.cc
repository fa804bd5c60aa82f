// The streams of OLE2 files, each parser by itself: the first byte says which.
#include <string>

#include "extractor/excel_text.h"
#include "extractor/outlook_text.h"
#include "extractor/powerpoint_text.h"
#include "extractor/property_set.h"
#include "extractor/word_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::extractor;
  if (size == 0) return 0;
  const sluice::ByteView bytes(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0: ExcelText(bytes.AsText()); break;
    case 1: {
      // The document, and its tables from the middle on.
      const sluice::ByteView table = bytes.From(bytes.size() / 2);
      WordText(bytes.First(bytes.size() / 2), table.AsText());
      break;
    }
    case 2:
      PowerPointText(bytes.AsText(), bytes.First(20).AsText());
      PowerPointObjects(bytes.AsText());
      break;
    case 3: PropertySetText(bytes); break;
    default: UnpackRtf(bytes.AsText()); break;
  }
  return 0;
}
