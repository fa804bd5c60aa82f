// Any bytes end in a word, in any cut with the same output, and all memory comes back.
#include "tests/fuzz/decode/run_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::decode::RequireSameInAnyCut(sluice::decode::Coding::kTnef, sluice::ByteView(data, size));
  return 0;
}
