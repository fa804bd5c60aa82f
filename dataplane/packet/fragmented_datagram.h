// FragmentedDatagram: the fragments of one datagram that have come so far, in order of their place, without overlap.
//
// Part of IpReassembler. Thread: one worker. Allocates: never; fragments are linked by Packet::next.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "dataplane/packet/packet.h"

namespace sluice::packet {

// A list of frames as it is handed out. Nested datagrams must be taken apart before they are appended.
class FrameList {
 public:
  void Append(Packet* packet) noexcept {
    packet->next = nullptr;
    (tail_ == nullptr ? head_ : tail_->next) = packet;
    tail_ = packet;
  }
  Packet* head() const noexcept { return head_; }

 private:
  Packet* head_ = nullptr;
  Packet* tail_ = nullptr;
};

// RFC 791, 2.3: source, destination, protocol, identification. RFC 8200, 4.5 leaves the protocol out, since fragments
// may name different ones; it is 0 here. What they came through keeps networks with the same addresses apart.
struct FragmentKey {
  IpAddress src, dst;
  uint32_t id = 0;
  uint32_t tunnel_id = 0;
  uint16_t vlan = 0;
  uint8_t protocol = 0;
  uint8_t ip_version = 0;

  friend bool operator==(const FragmentKey&, const FragmentKey&) = default;
};
FragmentKey KeyOf(const Headers& headers) noexcept;
uint64_t Hash(const FragmentKey& key, uint64_t seed) noexcept;

enum class Placement : uint8_t { kPlaced, kDuplicate, kConflict };

class FragmentedDatagram {
 public:
  void Start(const FragmentKey& key, Timestamp now) noexcept;

  // kPlaced takes the fragment over; otherwise nothing changes. REQUIRES: a payload that is not empty.
  Placement Place(Packet* fragment) noexcept;
  // Everything that is held, in order of place, linked by `next`. The datagram then holds nothing.
  Packet* TakeFragments() noexcept;
  // From now on nothing of this datagram is held, and its age counts anew.
  void Condemn(Timestamp now) noexcept {
    condemned_ = true;
    since_ = now;
  }

  bool IsComplete() const noexcept { return has_last_ && payload_bytes_ == total_bytes_; }
  const FragmentKey& key() const noexcept { return key_; }
  Timestamp since() const noexcept { return since_; }  // its first fragment, or its condemnation
  const Packet* first() const noexcept { return head_; }
  uint32_t fragments() const noexcept { return fragments_; }
  uint32_t payload_bytes() const noexcept { return payload_bytes_; }
  uint64_t frame_bytes() const noexcept { return frame_bytes_; }
  bool condemned() const noexcept { return condemned_; }

 private:
  bool ContradictsLength(uint32_t end, bool more) const noexcept;
  Packet* Before(uint32_t offset) const noexcept;

  FragmentKey key_;
  Timestamp since_;
  Packet* head_ = nullptr;
  Packet* tail_ = nullptr;
  uint32_t fragments_ = 0;
  uint32_t payload_bytes_ = 0;
  uint32_t total_bytes_ = 0;  // known once the last fragment has come
  uint64_t frame_bytes_ = 0;
  bool has_last_ = false;
  bool condemned_ = false;
};

}  // namespace sluice::packet
