#include "tests/support/packet_store.h"

#include <algorithm>

namespace sluice::test {

packet::Packet* PacketStore::Add(const Bytes& frame, Timestamp time, packet::LinkType link_type) {
  Entry& entry = entries_.emplace_back();
  entry.bytes = std::make_unique<uint8_t[]>(frame.size());
  std::copy(frame.begin(), frame.end(), entry.bytes.get());
  entry.packet.data = entry.bytes.get();
  entry.packet.length = entry.packet.wire_length = static_cast<uint32_t>(frame.size());
  entry.packet.time = time;
  entry.packet.index = entries_.size() - 1;
  entry.packet.link_type = link_type;
  return &entry.packet;
}

packet::Packet* PacketStore::AddCut(const Bytes& frame, uint32_t kept, Timestamp time) {
  const Bytes cut(frame.begin(), frame.begin() + std::min<std::ptrdiff_t>(kept, std::ssize(frame)));
  packet::Packet* packet = Add(cut, time);
  packet->wire_length = static_cast<uint32_t>(frame.size());
  return packet;
}

std::vector<packet::Packet*> PacketStore::packets() {
  std::vector<packet::Packet*> all;
  for (Entry& entry : entries_) all.push_back(&entry.packet);
  return all;
}

}  // namespace sluice::test
