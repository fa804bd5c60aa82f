// Input: link type, flags, two bytes that move l3_offset off what the parser found, then a frame. Law: a frame that was
// made is read back as the segment that was asked for, in the same tags.
#include <array>
#include <cstdlib>

#include "dataplane/action/tcp_frame.h"
#include "dataplane/packet/parse.h"

using namespace sluice;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckReadsBack(const packet::Packet& seen, const action::TcpSegmentSpec& spec, ByteView made) {
  packet::Packet again = seen;
  again.headers = {};
  again.data = made.data();
  again.length = again.wire_length = static_cast<uint32_t>(made.size());
  again.checksum_trusted = false;
  Require(packet::Parse(again, {}) == packet::ParseOutcome::kTransport);
  Require(again.headers.tcp.seq == spec.seq && again.headers.tcp.ack == spec.ack);
  Require(again.headers.payload_length == spec.payload.size());
  Require(again.headers.tunnel_id == seen.headers.tunnel_id);
}

// A pseudowire does not say whether it has a control word, its ends know. The parser guesses by what it sees, and
// guesses anew when MAC addresses have changed places: such frames are checked onward only.
bool MayHoldPseudowire(ByteView frame) {
  constexpr uint8_t kMplsInIp = 137;
  for (size_t i = 0; i + 1 < frame.size(); ++i) {
    const uint16_t type = LoadBe16(frame.data() + i);
    if (type == 0x8847 || type == 0x8848 || type == 0x0281 || frame[i] == kMplsInIp) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kPrefix = 4;
  if (size < kPrefix || size > 65535) return 0;
  packet::Packet seen;
  seen.data = data + kPrefix;
  seen.length = seen.wire_length = static_cast<uint32_t>(size - kPrefix);
  seen.link_type = static_cast<packet::LinkType>(data[0] % 7);
  const bool parsed = packet::Parse(seen, {.verify_checksums = false}) == packet::ParseOutcome::kTransport;
  const uint16_t moved = LoadBe16(data + 2);
  seen.headers.l3_offset = static_cast<uint16_t>(seen.headers.l3_offset + moved);

  const action::TcpSegmentSpec spec{.seq = 7, .ack = 8, .flags = data[1], .payload = {data, size < 64 ? size : 64}};
  std::array<uint8_t, 2048> out;
  for (const action::Toward toward : {action::Toward::kReceiver, action::Toward::kSender}) {
    const size_t length = action::BuildTcpFrame(seen, toward, spec, out);
    Require(length <= out.size());
    const bool is_readable = toward == action::Toward::kReceiver || !MayHoldPseudowire(seen.Frame());
    if (length > 0 && parsed && moved == 0 && is_readable) CheckReadsBack(seen, spec, {out.data(), length});
  }
  return 0;
}
