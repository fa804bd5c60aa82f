#include "dataplane/worker/transmitter.h"

#include <rte_cycles.h>

#include <cstring>
#include <new>

namespace sluice::worker {

Transmitter::Transmitter(Wiring& wiring, uint16_t thread, rte_mempool* pool, WorkerStatistics& statistics, WorkerClock& clock)
    : wiring_(wiring), thread_(thread), pool_(pool), statistics_(statistics), clock_(clock), lanes_(wiring.ports().size()) {
  for (uint8_t port = 0; port < lanes_.size(); ++port) {
    const port::Port& device = *wiring.ports()[port].port;
    lanes_[port].transmitter = wiring.TransmitterFor(thread, port);
    lanes_[port].queue = wiring.TransmitQueueOf(thread, port);
    lanes_[port].max_bytes = port::MaxFrameBytes(device.options().mtu);
    if (device.tx_queues() < wiring.threads() && lanes_[port].transmitter == thread) sends_for_others_.push_back(port);
  }
}

void Transmitter::CarryOut(pipeline::Output& out) noexcept {
  for (const pipeline::Forward& forward : out.forward) Forward(*forward.packet, forward.retained);
  for (const pipeline::Injection& injection : out.injections) Inject(out, injection);
  statistics_.counters.Add(WorkerCounter::kDroppedFrames, out.dropped_retained);
  for (packet::Packet* packet : out.drop) Drop(*packet);
  for (packet::Packet* packet : out.aside) SetAside(*packet);
  // After the forwards: a packet may be retained and released within one burst.
  for (packet::Packet* packet : out.released) rte_pktmbuf_free(port::BufferOf(packet));
  out.Clear();
}

void Transmitter::Forward(packet::Packet& packet, bool retained) noexcept {
  statistics_.counters.Add(WorkerCounter::kForwardedFrames);
  rte_mbuf* frame = port::BufferOf(&packet);
  const uint8_t peer = wiring_.ports()[packet.port].peer;
  if (retained) rte_pktmbuf_refcnt_update(frame, 1);
  if (peer == kNoPort) {
    rte_pktmbuf_free(frame);
    return;
  }
  Append(peer, frame);
}

void Transmitter::Drop(packet::Packet& packet) noexcept {
  statistics_.counters.Add(WorkerCounter::kDroppedFrames);
  rte_pktmbuf_free(port::BufferOf(&packet));
}

void Transmitter::SetAside(packet::Packet& packet) noexcept {
  if (wiring_.quarantine_port() == kNoPort) return Drop(packet);
  statistics_.counters.Add(WorkerCounter::kRedirectedFrames);
  Append(wiring_.quarantine_port(), port::BufferOf(&packet));
}

void Transmitter::Append(uint8_t port, rte_mbuf* frame) noexcept {
  Lane& lane = lanes_[port];
  if (frame->pkt_len > lane.max_bytes) {
    statistics_.counters.Add(WorkerCounter::kTransmitTooLong);
    rte_pktmbuf_free(frame);
    return;
  }
  lane.frames[lane.count++] = frame;
  if (lane.count == kBurst) FlushLane(port);
}

void Transmitter::Inject(const pipeline::Output& out, const pipeline::Injection& injection) noexcept {
  const bool is_tap = injection.port >= lanes_.size() || wiring_.ports()[injection.port].peer == kNoPort;
  const uint8_t port = is_tap ? wiring_.response_port() : injection.port;
  if (port == kNoPort) {
    statistics_.counters.Add(WorkerCounter::kInjectionNoPort);
    return;
  }
  rte_mbuf* frame = rte_pktmbuf_alloc(pool_);
  char* room = frame == nullptr ? nullptr : rte_pktmbuf_append(frame, static_cast<uint16_t>(injection.length));
  if (room == nullptr) {
    statistics_.counters.Add(WorkerCounter::kInjectionNoBuffer);
    rte_pktmbuf_free(frame);
    return;
  }
  std::memcpy(room, out.FrameOf(injection).data(), injection.length);
  // Never received: no sample (see Send).
  new (port::PacketOf(frame)) packet::Packet(packet::NewPacket());
  port::PacketOf(frame)->index = 1;
  statistics_.counters.Add(WorkerCounter::kInjectedFrames);
  Append(port, frame);
}

void Transmitter::Flush() noexcept {
  for (uint8_t port = 0; port < lanes_.size(); ++port) {
    if (lanes_[port].count > 0) FlushLane(port);
  }
}

void Transmitter::FlushLane(uint8_t port) noexcept {
  Lane& lane = lanes_[port];
  const std::span<rte_mbuf*> frames(lane.frames.data(), lane.count);
  lane.count = 0;
  if (lane.transmitter == thread_) {
    Send(port, frames);
    return;
  }
  const uint32_t taken = wiring_.TransmitRing(lane.transmitter, port).Push(frames);
  if (taken == frames.size()) return;
  statistics_.counters.Add(WorkerCounter::kTransmitRingFull, frames.size() - taken);
  rte_pktmbuf_free_bulk(frames.data() + taken, static_cast<unsigned>(frames.size() - taken));
}

void Transmitter::Send(uint8_t port, std::span<rte_mbuf*> frames) noexcept {
  uint64_t bytes = 0;
  size_t sampled = frames.size();
  for (size_t i = 0; i < frames.size(); ++i) {
    bytes += frames[i]->pkt_len;
    if (port::PacketOf(frames[i])->index % kLatencySample == 0) sampled = i;
  }
  // Read now: the device may give the buffer back before it returns.
  const Timestamp received = sampled < frames.size() ? port::PacketOf(frames[sampled])->time : Timestamp();
  const uint16_t taken = wiring_.ports()[port].port->Transmit(lanes_[port].queue, frames);
  for (size_t i = taken; i < frames.size(); ++i) bytes -= frames[i]->pkt_len;
  statistics_.counters.Add(WorkerCounter::kTransmittedFrames, taken);
  statistics_.ports[port].tx_packets.Add(taken);
  statistics_.ports[port].tx_bytes.Add(bytes);
  if (sampled < taken) statistics_.latency[port].Record((clock_.At(rte_rdtsc()) - received).count());
  if (taken == frames.size()) return;
  statistics_.counters.Add(WorkerCounter::kTransmitFull, frames.size() - taken);
  rte_pktmbuf_free_bulk(frames.data() + taken, static_cast<unsigned>(frames.size() - taken));
}

size_t Transmitter::SendForOthers() noexcept {
  size_t total = 0;
  for (const uint8_t port : sends_for_others_) {
    std::array<rte_mbuf*, kBurst> frames;
    const uint32_t count = wiring_.TransmitRing(thread_, port).Pop(frames);
    if (count > 0) Send(port, std::span(frames).first(count));
    total += count;
  }
  return total;
}

}  // namespace sluice::worker
