// Any bytes as a capture file: every frame handed out lies within them.
#include <cstdlib>

#include "dataplane/replay/capture_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sluice::replay::CaptureReader;
  CaptureReader reader(sluice::ByteView(data, size));
  sluice::replay::CapturedFrame frame;
  uint64_t sum = 0;
  while (reader.Next(frame) == CaptureReader::Outcome::kFrame) {
    if (frame.data < data || frame.data + frame.length > data + size || frame.wire_length < frame.length) std::abort();
    for (uint32_t i = 0; i < frame.length; ++i) sum += frame.data[i];
  }
  return sum == UINT64_MAX ? 1 : 0;
}
