#include "dataplane/worker/receiver.h"

#include <new>

namespace sluice::worker {
namespace {

// Frames ahead whose headers are fetched while one is read.
constexpr size_t kPrefetchAhead = 4;

void PrefetchFrame(rte_mbuf* frame) noexcept {
  __builtin_prefetch(rte_pktmbuf_mtod(frame, const void*));
  __builtin_prefetch(port::PacketOf(frame), 1);
}

bool IsTrusted(const rte_mbuf& frame, port::Checksum checksum) noexcept {
  if (checksum == port::Checksum::kIgnore) return true;
  if (checksum == port::Checksum::kVerify) return false;
  constexpr uint64_t kBoth = RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK;
  return (frame.ol_flags & kBoth) == (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD);
}

}  // namespace

Receiver::Receiver(Wiring& wiring, uint16_t thread, std::unique_ptr<pipeline::Intake> intake, Transmitter& transmitter,
                   WorkerStatistics& statistics)
    : wiring_(wiring),
      thread_(thread),
      intake_(std::move(intake)),
      transmitter_(transmitter),
      statistics_(statistics),
      stages_(wiring.workers()) {
  for (const QueueRef& ref : wiring.ReceiveQueuesOf(thread)) queues_.push_back({wiring.ports()[ref.port].port, ref});
}

size_t Receiver::Poll(Timestamp now, model::FailMode overload, std::vector<packet::Packet*>& own, pipeline::Output& out) noexcept {
  size_t total = 0;
  for (const PolledQueue& queue : queues_) {
    std::array<rte_mbuf*, kBurst> frames;
    const uint16_t count = queue.port->Receive(queue.ref.queue, frames);
    if (count == 0) continue;
    total += count;
    Take(queue, std::span(frames).first(count), now, overload, own, out);
  }
  for (uint16_t owner = 0; owner < stages_.size(); ++owner) FlushStage(owner, overload);
  return total;
}

void Receiver::Take(const PolledQueue& queue, std::span<rte_mbuf*> frames, Timestamp now, model::FailMode overload,
                    std::vector<packet::Packet*>& own, pipeline::Output& out) noexcept {
  for (size_t i = 0; i < frames.size() && i < kPrefetchAhead; ++i) PrefetchFrame(frames[i]);
  uint64_t bytes = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (i + kPrefetchAhead < frames.size()) PrefetchFrame(frames[i + kPrefetchAhead]);
    bytes += frames[i]->pkt_len;
    packet::Packet* packet = Prepare(frames[i], queue, now);
    if (packet == nullptr) continue;
    packet::Packet* accepted = intake_->Accept(*packet, out);
    if (accepted == nullptr) continue;
    // A datagram put together from fragments has no buffer of its own: this is how it finds its way back.
    if (accepted->is_datagram) accepted->owner = this;
    const uint16_t owner = wiring_.owner_rule().OwnerOf(*accepted);
    if (owner == thread_) {
      own.push_back(accepted);
    } else {
      HandOver(*accepted, owner, overload);
    }
  }
  statistics_.counters.Add(WorkerCounter::kReceivedFrames, frames.size());
  statistics_.ports[queue.ref.port].rx_packets.Add(frames.size());
  statistics_.ports[queue.ref.port].rx_bytes.Add(bytes);
}

packet::Packet* Receiver::Prepare(rte_mbuf* frame, const PolledQueue& queue, Timestamp now) noexcept {
  // Buffers hold a frame of the port's MTU; a longer one comes in pieces, and is joined where it fits after all.
  if (frame->nb_segs > 1 && rte_pktmbuf_linearize(frame) != 0) {
    statistics_.counters.Add(WorkerCounter::kSegmentedFrames);
    statistics_.fates.Add(content::Fate::kMalformedPacket, frame->pkt_len);
    statistics_.segmented_bytes.Add(frame->pkt_len);
    rte_pktmbuf_free(frame);
    return nullptr;
  }
  auto* packet = new (port::PacketOf(frame)) packet::Packet(packet::NewPacket());
  packet->data = rte_pktmbuf_mtod(frame, const uint8_t*);
  packet->length = packet->wire_length = frame->data_len;
  packet->time = now;
  packet->index = next_index_++;
  packet->owner = frame;
  packet->port = queue.ref.port;
  packet->checksum_trusted = IsTrusted(*frame, queue.port->options().checksum);
  return packet;
}

void Receiver::HandOver(packet::Packet& packet, uint16_t owner, model::FailMode overload) noexcept {
  Stage& stage = stages_[owner];
  stage.packets[stage.count++] = &packet;
  if (stage.count == kStage) FlushStage(owner, overload);
}

void Receiver::FlushStage(uint16_t owner, model::FailMode overload) noexcept {
  Stage& stage = stages_[owner];
  if (stage.count == 0) return;
  const std::span<packet::Packet*> packets(stage.packets.data(), stage.count);
  stage.count = 0;
  // Where a worker stalls, what lies in its ring comes late or never: the fail mode decides at once.
  const uint32_t taken = wiring_.Stalls(owner) ? 0 : wiring_.Inbox(owner).Push(packets);
  statistics_.counters.Add(WorkerCounter::kHandedOver, taken);
  for (packet::Packet* packet : packets.subspan(taken)) GiveUp(*packet, overload);
}

void Receiver::GiveUp(packet::Packet& packet, model::FailMode overload) noexcept {
  if (!packet.is_datagram) {
    GiveUpFrame(packet, overload);
    return;
  }
  for (packet::Packet* fragment = packet.fragments; fragment != nullptr;) {
    packet::Packet* next = fragment->next;
    GiveUpFrame(*fragment, overload);
    fragment = next;
  }
  packet.fragments = nullptr;
  intake_->Recycle(packet);
}

void Receiver::GiveUpFrame(packet::Packet& packet, model::FailMode overload) noexcept {
  statistics_.fates.Add(content::Fate::kOverload, packet.length);
  if (overload == model::FailMode::kOpen) {
    statistics_.counters.Add(WorkerCounter::kOverloadForwarded);
    transmitter_.Forward(packet, false);
  } else {
    statistics_.counters.Add(WorkerCounter::kOverloadDropped);
    transmitter_.Drop(packet);
  }
}

size_t Receiver::TakeReturns() noexcept {
  std::array<packet::Packet*, kBurst> datagrams;
  const uint32_t count = wiring_.Returns(thread_).Pop(datagrams);
  for (packet::Packet* datagram : std::span(datagrams).first(count)) intake_->Recycle(*datagram);
  return count;
}

}  // namespace sluice::worker
