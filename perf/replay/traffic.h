// Traffic for benchmarks, in memory before the clock starts: whole conversations with right checksums, interleaved as on a link.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/byte_view.h"
#include "dataplane/packet/packet.h"

namespace sluice::perf {

struct Traffic {
  struct Frame {
    uint32_t offset = 0, length = 0;  // in memory
    uint32_t flow = 0;
    uint32_t payload_offset = 0, payload_length = 0;  // of an upload's segment; else 0
  };
  std::vector<uint8_t> memory;
  std::vector<Frame> frames;
  uint64_t payload_bytes = 0;

  ByteView BytesOf(const Frame& frame) const { return {memory.data() + frame.offset, frame.length}; }
};

// `flows` HTTP uploads of `body_bytes` each in 1,400-byte segments, one ACK for two segments, round robin.
Traffic Uploads(uint32_t flows, size_t body_bytes);
// The same, each body gzipped.
Traffic GzippedUploads(uint32_t flows, size_t body_bytes);
// `flows` conversations of handshake, a small GET, a small answer and both FINs, eight packets or a few more, each to its end.
Traffic ShortFlows(uint32_t flows);

}  // namespace sluice::perf
