#include "dataplane/packet/fragmented_datagram.h"

#include <cstring>

namespace sluice::packet {
namespace {

__extension__ using Wide = unsigned __int128;

uint32_t EndOf(const Packet& fragment) noexcept {
  return fragment.headers.fragment_offset + fragment.headers.payload_length;
}

bool IsSame(const Packet& a, const Packet& b) noexcept {
  return a.headers.fragment_offset == b.headers.fragment_offset &&
         a.headers.payload_length == b.headers.payload_length &&
         a.headers.fragment_more == b.headers.fragment_more && a.headers.ip_protocol == b.headers.ip_protocol &&
         std::memcmp(a.Payload().data(), b.Payload().data(), a.headers.payload_length) == 0;
}

}  // namespace

FragmentKey KeyOf(const Headers& headers) noexcept {
  return {.src = headers.src,
          .dst = headers.dst,
          .id = headers.fragment_id,
          .tunnel_id = headers.tunnel_id,
          .vlan = headers.vlan,
          .protocol = headers.ip_version == 4 ? headers.ip_protocol : uint8_t{0},
          .ip_version = headers.ip_version};
}

uint64_t Hash(const FragmentKey& key, uint64_t seed) noexcept {
  static_assert(sizeof(FragmentKey) == 44, "no padding in what is hashed");
  uint64_t words[6] = {};
  std::memcpy(words, &key, sizeof key);
  uint64_t hash = seed;
  for (const uint64_t word : words) {
    // Folded multiplication (as in wyhash): each word spreads over all bits.
    const Wide product = static_cast<Wide>(hash ^ word ^ 0x9e3779b97f4a7c15ULL) * 0xd6e8feb86659fd93ULL;
    hash = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  return hash;
}

void FragmentedDatagram::Start(const FragmentKey& key, Timestamp now) noexcept {
  *this = FragmentedDatagram{};
  key_ = key;
  since_ = now;
}

bool FragmentedDatagram::ContradictsLength(uint32_t end, bool more) const noexcept {
  if (has_last_) return more ? end > total_bytes_ : end != total_bytes_;
  return !more && tail_ != nullptr && EndOf(*tail_) > end;
}

// The last held fragment that begins at or before `offset`; most come in order, so that is the tail.
Packet* FragmentedDatagram::Before(uint32_t offset) const noexcept {
  if (tail_ != nullptr && tail_->headers.fragment_offset <= offset) return tail_;
  Packet* before = nullptr;
  for (Packet* p = head_; p != nullptr && p->headers.fragment_offset <= offset; p = p->next) before = p;
  return before;
}

Placement FragmentedDatagram::Place(Packet* fragment) noexcept {
  const uint32_t offset = fragment->headers.fragment_offset, end = EndOf(*fragment);
  Packet* before = Before(offset);
  if (before != nullptr && IsSame(*before, *fragment)) return Placement::kDuplicate;
  if (ContradictsLength(end, fragment->headers.fragment_more)) return Placement::kConflict;
  if (before != nullptr && EndOf(*before) > offset) return Placement::kConflict;
  Packet* after = before == nullptr ? head_ : before->next;
  if (after != nullptr && after->headers.fragment_offset < end) return Placement::kConflict;

  fragment->next = after;
  (before == nullptr ? head_ : before->next) = fragment;
  if (after == nullptr) tail_ = fragment;
  if (!fragment->headers.fragment_more) {
    has_last_ = true;
    total_bytes_ = end;
  }
  ++fragments_;
  payload_bytes_ += fragment->headers.payload_length;
  frame_bytes_ += fragment->length;
  return Placement::kPlaced;
}

Packet* FragmentedDatagram::TakeFragments() noexcept {
  Packet* taken = head_;
  head_ = tail_ = nullptr;
  fragments_ = payload_bytes_ = 0;
  frame_bytes_ = 0;
  has_last_ = false;
  return taken;
}

}  // namespace sluice::packet
