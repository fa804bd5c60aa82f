// Any sequence of fragments. Each record of four bytes makes one: [id, version][offset / 8][payload / 4, more][flags].
// Overlaps, gaps, evictions and expiry are common. What is pushed must come back exactly once.
#include <cstdlib>
#include <deque>
#include <vector>

#include "dataplane/packet/ip_reassembly.h"
#include "dataplane/packet/parse.h"

using namespace sluice;
using namespace sluice::packet;

namespace {

struct Frame {
  std::vector<uint8_t> bytes;
  Packet packet;
  int returned = 0;
};

std::vector<uint8_t> MakeFragment(const uint8_t* record) {
  const bool v6 = (record[0] & 0x80) != 0, more = (record[2] & 0x80) != 0;
  const size_t payload = (record[2] & 0x3fu) * 4u, header = v6 ? 48 : 20;
  std::vector<uint8_t> bytes(header + payload, static_cast<uint8_t>(record[3] & 0x0f));
  std::fill_n(bytes.begin(), header, uint8_t{0});
  const uint16_t offset = static_cast<uint16_t>((record[3] & 0x40) != 0 ? 8191 - record[1] : record[1]);
  if (v6) {
    bytes[0] = 0x60;
    StoreBe16(bytes.data() + 4, static_cast<uint16_t>(payload + 8));
    bytes[6] = 44;
    bytes[40] = 17;
    StoreBe16(bytes.data() + 42, static_cast<uint16_t>(offset << 3 | (more ? 1 : 0)));
    bytes[47] = record[0] & 0x0f;
  } else {
    bytes[0] = 0x45;
    StoreBe16(bytes.data() + 2, static_cast<uint16_t>(bytes.size()));
    bytes[5] = record[0] & 0x0f;
    StoreBe16(bytes.data() + 6, static_cast<uint16_t>(offset | (more ? 0x2000 : 0)));
    bytes[9] = 17;
  }
  return bytes;
}

void NoteReturned(Packet* list) {
  for (; list != nullptr; list = list->next) ++static_cast<Frame*>(list->owner)->returned;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Result<IpReassembler> created = IpReassembler::Create(
      {.max_datagrams = 5, .max_fragments_per_datagram = 6, .max_held_fragments = 12, .max_ready_datagrams = 2});
  IpReassembler& reassembler = *created;
  std::deque<Frame> frames;
  std::vector<Packet*> ready;
  Timestamp now;
  for (size_t at = 0; at + 4 <= size && frames.size() < 512; at += 4) {
    now = now + std::chrono::seconds((data[at + 3] & 0x80) != 0 ? 11 : 0);
    NoteReturned(reassembler.Expire(now));
    Frame& frame = frames.emplace_back();
    frame.bytes = MakeFragment(data + at);
    frame.packet.data = frame.bytes.data();
    frame.packet.length = frame.packet.wire_length = static_cast<uint32_t>(frame.bytes.size());
    frame.packet.link_type = LinkType::kRawIp;
    frame.packet.owner = &frame;
    if (Parse(frame.packet, {.verify_checksums = false}) != ParseOutcome::kFragment) {
      frame.returned = 1;
      continue;
    }
    const ReassemblyResult result = reassembler.Push(&frame.packet, now);
    if ((result.datagram != nullptr) != (result.outcome == ReassemblyOutcome::kCompleted)) std::abort();
    NoteReturned(result.refused);
    NoteReturned(result.evicted);
    if (result.datagram == nullptr) continue;
    if (Parse(*result.datagram, {}) == ParseOutcome::kFragment) std::abort();
    ready.push_back(result.datagram);
    if ((data[at + 3] & 0x20) != 0) continue;  // keep it for a while
    for (Packet* packet : ready) {
      NoteReturned(packet->fragments);
      reassembler.Release(packet);
    }
    ready.clear();
  }
  for (Packet* packet : ready) NoteReturned(packet->fragments);
  NoteReturned(reassembler.Drain());
  for (const Frame& frame : frames) {
    if (frame.returned != 1) std::abort();
  }
  if (reassembler.held_fragments() != 0 || reassembler.held_bytes() != 0) std::abort();
  return 0;
}
