// Any bytes have a media type, and no read leaves them.
#include <cstdlib>

#include "dataplane/content/media_type.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (sluice::content::DetectMediaType(sluice::ByteView(data, size)).name.empty()) std::abort();
  return 0;
}
