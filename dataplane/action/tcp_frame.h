// TcpFrame: the frames that Sluice makes when it blocks: resets, acknowledgements, the segment that carries a block
// page.
//
// Made from a packet seen on the flow, in the same envelope (link header, tags, tunnels), onward to its receiver or
// back to its sender. The pipeline says which numbers; this room knows what a frame looks like. Thread: pure functions.
// Allocates: never. Failure: 0 bytes, which the caller counts. Sources: RFC 9293, 5961, 7323.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_view.h"
#include "dataplane/action/envelope.h"
#include "dataplane/packet/packet.h"

namespace sluice::action {

struct TcpSegmentSpec {
  uint32_t seq = 0;
  uint32_t ack = 0;
  uint8_t flags = 0;  // packet::TcpFlag
  uint16_t window = 0;
  ByteView payload{};
  // What its source has said of time by now (RFC 7323), if anybody knows: it says nothing older, or PAWS would discard it.
  bool has_latest_timestamp = false;
  uint32_t latest_timestamp = 0;
};

// Sequence numbers that a segment takes up: its payload, and one each for SYN and FIN (RFC 9293, 3.4).
uint32_t SegmentLength(const packet::Packet& seen) noexcept;

// A reset that its receiver obeys at once: `next_expected` is exactly RCV.NXT, anything else in the window earns a
// challenge ACK (RFC 5961, 3.2). `acknowledged` lets it pass in SYN-SENT as well (RFC 9293, 3.10.7.3).
TcpSegmentSpec ResetAt(uint32_t next_expected, uint32_t acknowledged) noexcept;
// Where the flow's state is not known (tap with a response port), by `seen` alone:
// back to its sender, as a closed port would answer it (RFC 9293, 3.5.2) …
TcpSegmentSpec ResetInAnswerTo(const packet::Packet& seen) noexcept;
// … and on to its receiver, directly behind it.
TcpSegmentSpec ResetBehind(const packet::Packet& seen) noexcept;

// Writes the frame and returns its length. Extension headers and IP options of `seen` are left out; the timestamp
// option is answered in kind where `seen` has it (RFC 7323, 3.2). Ethernet frames are padded to 60 bytes. 0: `seen` is
// not a whole TCP packet, `out` is too small, or the envelope cannot be rebuilt (see Envelope::Read). REQUIRES: `seen`
// was parsed; `out` does not overlap it.
size_t BuildTcpFrame(const packet::Packet& seen, Toward toward, const TcpSegmentSpec& spec,
                     std::span<uint8_t> out) noexcept;

}  // namespace sluice::action
