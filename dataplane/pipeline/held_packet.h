// HeldPacket: the packet that ended a document, kept until the document is read, and with it the direction of the flow.
//
// It is a copy: the connection and the driver know the packet as dropped. What follows it in its direction is dropped, and its sender
// repeats it. Thread: one worker. Lives in a SlabPool; without room the packet goes on, which is counted.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/packet.h"

namespace sluice::pipeline {

struct HeldPacket {
  static constexpr uint32_t kMaxFrame = 2048;

  content::Direction direction = content::Direction::kUpload;
  Timestamp until;
  uint64_t run_offset = 0;       // of its payload in the stream
  packet::Packet packet;         // its `data` is `frame`
  bool can_go_on = false;        // `frame` holds all of it; else its sender repeats it
  std::array<uint8_t, kMaxFrame> frame;
};

}  // namespace sluice::pipeline
