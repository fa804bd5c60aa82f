// Segments a second through TcpReassembler: 1,400 bytes each, in order with an ACK for every second one, and with 5 %
// of them four places late. An ACK is a segment too.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/stream/tcp_reassembler.h"
#include "tests/unit/dataplane/stream/segment_factory.h"

namespace sluice::stream {
namespace {

using content::Direction;
using packet::TcpFlag;

constexpr uint32_t kSegmentBytes = 1400;
constexpr uint32_t kSegments = 40;  // few, as a driver hands out the same buffers again while they are in the cache

struct Step {
  packet::Packet* packet;
  Direction direction;
};

// One round of a conversation; its numbers are moved on for the next, which so finds the state that this one left.
class Conversation {
 public:
  explicit Conversation(bool reordered) {
    std::vector<uint32_t> order(kSegments);
    for (uint32_t i = 0; i < kSegments; ++i) order[i] = i;
    // Two of forty come four places late.
    for (const uint32_t late : {7u, 27u}) {
      if (reordered) std::rotate(order.begin() + late, order.begin() + late + 1, order.begin() + late + 5);
    }
    const std::string payload(kSegmentBytes, 'x');
    std::vector<bool> arrived(kSegments + 1);
    uint32_t in_order = 0;
    for (uint32_t i = 0; i < kSegments; ++i) {
      Add({.seq = 1 + order[i] * kSegmentBytes, .ack = 1, .payload = payload});
      arrived[order[i]] = true;
      while (arrived[in_order]) ++in_order;
      if (i % 2 == 1) Add({.direction = Direction::kDownload, .seq = 1, .ack = 1 + in_order * kSegmentBytes});
    }
  }

  void Advance() {
    for (const Step& step : steps_) {
      packet::TcpFields& tcp = step.packet->headers.tcp;
      (step.direction == Direction::kUpload ? tcp.seq : tcp.ack) += kSegments * kSegmentBytes;
    }
  }
  const std::vector<Step>& steps() const { return steps_; }
  packet::Packet& Make(const SegmentSpec& spec) { return factory_.Make(spec); }

 private:
  void Add(const SegmentSpec& spec) { steps_.push_back({&factory_.Make(spec), spec.direction}); }

  SegmentFactory factory_;
  std::vector<Step> steps_;
};

void Run(TcpReassembler& reassembler, TcpConnection& connection, const Step& step, uint64_t& bytes) {
  Delivery delivery;
  reassembler.Push(connection, step.direction, *step.packet);
  while (reassembler.Next(connection, delivery)) bytes += delivery.run.size();
  while (packet::Packet* packet = reassembler.TakeReleased()) benchmark::DoNotOptimize(packet);
}

void Segments(benchmark::State& state, Mode mode, bool reordered) {
  TcpOptions options;
  options.mode = mode;
  TcpReassembler reassembler = std::move(TcpReassembler::Create(options).value());
  TcpConnection connection;
  Conversation conversation(reordered);
  uint64_t bytes = 0;
  Run(reassembler, connection, {&conversation.Make({.seq = 0, .flags = TcpFlag::kSyn}), Direction::kUpload}, bytes);
  Run(reassembler, connection,
      {&conversation.Make(
           {.direction = Direction::kDownload, .seq = 0, .ack = 1, .flags = TcpFlag::kSyn | TcpFlag::kAck}),
       Direction::kDownload},
      bytes);
  for (auto _ : state) {
    for (const Step& step : conversation.steps()) Run(reassembler, connection, step, bytes);
    conversation.Advance();  // nothing is held or retained at the end of a round
  }
  const auto expected = static_cast<uint64_t>(state.iterations()) * kSegments * kSegmentBytes;
  if (bytes != expected) state.SkipWithError("not every byte was delivered");
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * conversation.steps().size()));
  reassembler.Flush(connection);
}

BENCHMARK_CAPTURE(Segments, tap_in_order, Mode::kTap, false);
BENCHMARK_CAPTURE(Segments, inline_in_order, Mode::kInline, false);
BENCHMARK_CAPTURE(Segments, tap_reordered, Mode::kTap, true);
BENCHMARK_CAPTURE(Segments, inline_reordered, Mode::kInline, true);

}  // namespace
}  // namespace sluice::stream
