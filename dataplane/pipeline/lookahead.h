// Lookahead: brings in what the next packets of a burst will need, while the ones before them are inspected.
//
// Among a million flows nothing of a packet's flow is in a cache: its bucket, its context, its session, the open object and the
// object's match stream, some twenty lines, each found by what the one before it says. A packet that asked for them one after
// another would wait a microsecond. So each step is taken for a packet some packets ahead, when the step before it has had time to
// work; all of it is advice, and a wrong guess costs nothing but itself. Thread: one worker. Allocates: never.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/stage_clock.h"
#include "dataplane/pipeline/flow_store.h"

namespace sluice::pipeline {

class Lookahead {
 public:
  static constexpr size_t kMostPackets = 32;

  // Buckets, then flows. REQUIRES: burst.size() <= kMostPackets; it stays until the next Begin.
  void Begin(const FlowStore& flows, std::span<packet::Packet* const> burst) noexcept {
    const InStage stage(Stage::kFlow);
    burst_ = burst;
    flows.Prefetch(burst, flows_);
    // What nobody has looked ahead for yet.
    for (size_t i = 0; i < std::min(kObjectAhead, burst.size()); ++i) Object(i);
    for (size_t i = 0; i < std::min(kStreamAhead, burst.size()); ++i) Stream(i);
    if (!burst.empty()) Frame(*burst.front());
  }
  // Packet `i` is next.
  void Reach(size_t i) noexcept {
    if (i + kObjectAhead < burst_.size()) Object(i + kObjectAhead);
    if (i + kStreamAhead < burst_.size()) Stream(i + kStreamAhead);
    if (i + 1 < burst_.size()) Frame(*burst_[i + 1]);
  }

 private:
  static constexpr size_t kObjectAhead = 8, kStreamAhead = 4;
  static constexpr size_t kCacheLine = 64;
  static constexpr size_t kSessionBytes = 192, kObjectBytes = 256, kMostStreamBytes = 1024;
  static constexpr uint32_t kMostFrameBytes = 2048;  // beyond this the processor has seen where the reading goes

  // Always inline, as are those that call it: a function that does nothing but prefetch counts as one without effect, and calls to it
  // as superfluous.
  [[gnu::always_inline]] static void Touch(const void* begin, size_t bytes) noexcept {
    const auto* byte = static_cast<const uint8_t*>(begin);
    for (size_t at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(byte + at);
  }
  [[gnu::always_inline]] static void Frame(const packet::Packet& packet) noexcept { Touch(packet.data, std::min(packet.length, kMostFrameBytes)); }
  [[gnu::always_inline]] void Object(size_t i) const noexcept {
    const FlowContext* flow = flows_[i];
    if (flow == nullptr) return;
    if (burst_[i]->headers.payload_length == 0) return Acknowledged(*flow, 0);
    Touch(flow->session, kSessionBytes);
    Touch(flow->objects, kObjectBytes);
    for (const stream::TcpHalf& half : flow->tcp.half) {
      if (half.retained != nullptr) __builtin_prefetch(&half.retained_tail->next, 1);  // where this one is linked
    }
  }
  // An object that was closed since it was touched is still memory.
  [[gnu::always_inline]] void Stream(size_t i) const noexcept {
    const FlowContext* flow = flows_[i];
    if (flow == nullptr) return;
    if (burst_[i]->headers.payload_length == 0) return Acknowledged(*flow, 1);
    if (flow->objects != nullptr) Touch(flow->objects->stream, kMostStreamBytes);
  }
  // What an acknowledgement releases, as a rule two packets.
  [[gnu::always_inline]] static void Acknowledged(const FlowContext& flow, size_t which) noexcept {
    for (const stream::TcpHalf& half : flow.tcp.half) {
      if (half.retained != nullptr) Touch(which == 0 ? half.retained : half.retained->next, sizeof(packet::Packet));
    }
  }

  std::span<packet::Packet* const> burst_;
  std::array<const FlowContext*, kMostPackets> flows_{};
};

}  // namespace sluice::pipeline
