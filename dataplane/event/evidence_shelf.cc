#include "dataplane/event/evidence_shelf.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"

namespace sluice::event {
namespace {

// A packet's head in a capture file (draft-ietf-opsawg-pcap, 5).
constexpr size_t kPacketHeadBytes = 16;
constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

std::string_view Name(EvidenceCounter counter) {
  switch (counter) {
    case EvidenceCounter::kBegun: return "begun";
    case EvidenceCounter::kNoPlace: return "no_place";
    case EvidenceCounter::kNoBuffer: return "no_buffer";
    case EvidenceCounter::kOverLimit: return "over_limit";
    case EvidenceCounter::kPacketsLeftOut: return "packets_left_out";
    case EvidenceCounter::kLetGo: return "let_go";
    case EvidenceCounter::kHandedOver: return "handed_over";
    case EvidenceCounter::kCount: break;
  }
  return "unknown";
}

void EvidenceItem::Refer(uint64_t incident) noexcept {
  const auto end = references.begin() + reference_count;
  if (std::find(references.begin(), end, incident) != end) return;
  if (reference_count == kMaxReferences) {
    ++references_left_out;
  } else {
    references[reference_count++] = incident;
  }
}

Result<std::unique_ptr<EvidenceShelf>> EvidenceShelf::Create(const EvidenceLimits& limits) {
  auto items = SlabPool<EvidenceItem>::Create(limits.items);
  if (!items) return items.error();
  auto buffers = SlabPool<EvidenceBuffer>::Create(static_cast<size_t>(limits.buffer_bytes / sizeof(EvidenceBuffer)));
  if (!buffers) return buffers.error();
  return std::unique_ptr<EvidenceShelf>(new EvidenceShelf(limits, std::move(*items), std::move(*buffers)));
}

EvidenceShelf::EvidenceShelf(const EvidenceLimits& limits, SlabPool<EvidenceItem> items, SlabPool<EvidenceBuffer> buffers)
    : limits_(limits), items_(std::move(items)), buffers_(std::move(buffers)), handed_over_(limits.items), returned_(limits.items) {}

EvidenceItem* EvidenceShelf::Begin() noexcept {
  TakeReturned();
  counters_.Add(EvidenceCounter::kBegun);
  EvidenceItem* item = items_.Take();
  if (item == nullptr) counters_.Add(EvidenceCounter::kNoPlace);
  return item;
}

void EvidenceShelf::AddObject(EvidenceItem& item, ByteView bytes) noexcept {
  item.bytes_seen += bytes.size();
  if (item.over_limit || item.no_buffer) return;
  const ByteView kept = bytes.First(static_cast<size_t>(limits_.object_bytes - item.object.size));
  if (!Append(item.object, kept)) {
    item.no_buffer = true;
    return counters_.Add(EvidenceCounter::kNoBuffer);
  }
  if (kept.size() == bytes.size()) return;
  item.over_limit = true;
  counters_.Add(EvidenceCounter::kOverLimit);
}

void EvidenceShelf::AddGap(EvidenceItem& item, uint64_t bytes) noexcept {
  item.bytes_seen += bytes;
  item.bytes_lost += bytes;
}

// A datagram goes as the fragments it came in.
void EvidenceShelf::AddPacket(EvidenceItem& item, const packet::Packet& packet) noexcept {
  item.last_packet = packet.index;
  if (!packet.is_datagram) return AddFrame(item, packet);
  for (const packet::Packet* fragment = packet.fragments; fragment != nullptr; fragment = fragment->next) AddFrame(item, *fragment);
}

void EvidenceShelf::AddFrame(EvidenceItem& item, const packet::Packet& frame) noexcept {
  if (item.packet_count == 0) item.link_type = frame.link_type;
  std::array<uint8_t, kPacketHeadBytes> head;
  const int64_t time = std::max<int64_t>(frame.time.nanoseconds(), 0);
  StoreLe32(head.data(), static_cast<uint32_t>(time / kNanosecondsPerSecond));
  StoreLe32(head.data() + 4, static_cast<uint32_t>(time % kNanosecondsPerSecond));
  StoreLe32(head.data() + 8, frame.length);
  StoreLe32(head.data() + 12, std::max(frame.wire_length, frame.length));
  const EvidenceBytes before = item.packets;
  const uint32_t filled = before.last == nullptr ? 0 : before.last->size;
  const bool fits = item.link_type == frame.link_type && item.packets.size + head.size() + frame.length <= limits_.packet_bytes;
  if (fits && Append(item.packets, {head.data(), head.size()}) && Append(item.packets, frame.Frame())) {
    ++item.packet_count;
    return;
  }
  // Half a packet would make the capture unreadable.
  EvidenceBytes half{before.last == nullptr ? item.packets.first : before.last->next, item.packets.last, 0};
  item.packets = before;
  if (before.last != nullptr) {
    before.last->size = filled;
    before.last->next = nullptr;
  }
  Free(half);
  ++item.packets_left_out;
  counters_.Add(EvidenceCounter::kPacketsLeftOut);
}

bool EvidenceShelf::Append(EvidenceBytes& chain, ByteView bytes) noexcept {
  while (!bytes.empty()) {
    if (chain.last == nullptr || chain.last->size == EvidenceBuffer::kBytes) {
      EvidenceBuffer* buffer = TakeBuffer();
      if (buffer == nullptr) return false;
      (chain.last == nullptr ? chain.first : chain.last->next) = buffer;
      chain.last = buffer;
    }
    const ByteView part = bytes.First(EvidenceBuffer::kBytes - chain.last->size);
    std::memcpy(chain.last->bytes.data() + chain.last->size, part.data(), part.size());
    chain.last->size += static_cast<uint32_t>(part.size());
    chain.size += part.size();
    bytes = bytes.From(part.size());
  }
  return true;
}

EvidenceBuffer* EvidenceShelf::TakeBuffer() noexcept {
  EvidenceBuffer* buffer = buffers_.Take();
  if (buffer != nullptr) return buffer;
  TakeReturned();
  return buffers_.Take();
}

void EvidenceShelf::Free(EvidenceBytes& chain) noexcept {
  for (EvidenceBuffer* buffer = chain.first; buffer != nullptr;) {
    EvidenceBuffer* next = buffer->next;
    buffers_.Give(buffer);
    buffer = next;
  }
  chain = {};
}

void EvidenceShelf::Free(EvidenceItem* item) noexcept {
  Free(item->object);
  Free(item->packets);
  items_.Give(item);
}

void EvidenceShelf::LetGo(EvidenceItem* item) noexcept {
  counters_.Add(EvidenceCounter::kLetGo);
  Free(item);
}

void EvidenceShelf::HandOver(EvidenceItem* item) noexcept {
  counters_.Add(EvidenceCounter::kHandedOver);
  // The ring has a place for every item there is.
  static_cast<void>(handed_over_.Push(item));
}

EvidenceItem* EvidenceShelf::Next() noexcept {
  EvidenceItem* item = nullptr;
  return handed_over_.Pop(item) ? item : nullptr;
}

// As HandOver: there is a place for every item.
void EvidenceShelf::GiveBack(EvidenceItem* item) noexcept { static_cast<void>(returned_.Push(item)); }

void EvidenceShelf::TakeReturned() noexcept {
  for (EvidenceItem* item = nullptr; returned_.Pop(item);) Free(item);
}

Result<std::shared_ptr<EvidenceRoom>> EvidenceRoom::Create(const EvidenceLimits& limits, size_t workers) {
  auto room = std::make_shared<EvidenceRoom>();
  for (size_t i = 0; i < workers; ++i) {
    auto shelf = EvidenceShelf::Create(limits);
    if (!shelf) return shelf.error();
    room->shelves_.push_back(std::move(*shelf));
  }
  return room;
}

EvidenceShelf* EvidenceRoom::Take() noexcept {
  const size_t next = taken_.fetch_add(1);
  return next < shelves_.size() ? shelves_[next].get() : nullptr;
}

}  // namespace sluice::event
