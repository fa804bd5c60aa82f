// The hot path allocates nothing: every malloc of the process is counted while traffic of all kinds goes through.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "dataplane/event/record_ring.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace {
std::atomic<uint64_t> allocations{0};
}

#ifndef SLUICE_SANITIZED
// glibc's own entry points, so that also C libraries (Hyperscan) are counted.
extern "C" void* __libc_malloc(size_t size);                 // NOLINT(bugprone-reserved-identifier)
extern "C" void* __libc_calloc(size_t count, size_t size);   // NOLINT(bugprone-reserved-identifier)
extern "C" void* __libc_realloc(void* memory, size_t size);  // NOLINT(bugprone-reserved-identifier)
extern "C" void* malloc(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
extern "C" void* calloc(size_t count, size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
extern "C" void* realloc(void* memory, size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, size);
}
#endif

namespace sluice::test {
namespace {

std::vector<TimedFrame> MixedTraffic() {
  std::vector<TimedFrame> frames;
  const auto add = [&frames](const TcpSession& session) { frames.insert(frames.end(), session.frames().begin(), session.frames().end()); };
  for (uint16_t i = 0; i < 40; ++i) {
    TcpSession session({.client_port = static_cast<uint16_t>(30000 + i)});
    std::string body(5000, 'a');
    if (i % 3 == 0) body += "watch-this";
    if (i % 5 == 0) body += "机密★";
    session.Handshake();
    session.Upload("PUT /f HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    session.Download("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").Finish();
    add(session);
  }
  TcpSession disordered({.client_port = 39000});
  disordered.Handshake();
  for (int i = 20; i-- > 0;) disordered.Segment(Side::kClient, i * 10, "0123456789");
  disordered.Segment(Side::kClient, 0, "conflict!!");
  add(disordered);
  for (const Bytes& fragment : FrameBuilder().Ethernet().Ipv4().Udp().Payload(std::string(900, 'f')).BuildFragments(64, 5)) {
    frames.push_back({Timestamp::FromNanoseconds(1'700'000'000'500'000'000), fragment});
  }
  frames.push_back({frames.back().time, FrameBuilder().Ethernet().Ipv4().Tcp({.bad_checksum = true}).Payload("x").Build()});
  return frames;
}

class NoAllocation : public testing::TestWithParam<stream::Mode> {};

TEST_P(NoAllocation, WhileTrafficOfAllKindsGoesThrough) {
#ifdef SLUICE_SANITIZED
  GTEST_SKIP() << "sanitizers bring an allocator of their own";
#endif
  const std::vector<TimedFrame> frames = MixedTraffic();
  std::vector<packet::Packet> packets(frames.size());
  std::vector<Bytes> memory;
  for (const TimedFrame& frame : frames) memory.push_back(frame.bytes);
  for (size_t i = 0; i < frames.size(); ++i) {
    packets[i].data = memory[i].data();
    packets[i].length = packets[i].wire_length = static_cast<uint32_t>(memory[i].size());
    packets[i].time = frames[i].time;
    packets[i].index = i;
  }
  event::RecordRing ring(4096);
  pipeline::PipelineOptions options;
  options.mode = GetParam();
  options.can_inject = true;
  options.record_flows = options.record_objects = options.hash_objects = true;
  options.flow.capacity = 1024;
  options.tcp.max_held_packets = 4096;
  options.sessions.max_sessions = 1024;
  options.max_objects = 1024;
  pipeline::IntakeOptions intake_options;
  intake_options.mode = GetParam();
  auto intake = pipeline::Intake::Create(intake_options, &ring);
  auto pipeline = pipeline::Pipeline::Create(options, BlockingPolicy(), &ring);
  ASSERT_TRUE(intake.ok() && pipeline.ok());
  pipeline::Output out(8192);
  std::vector<packet::Packet*> recycled, batch;
  recycled.reserve(256);
  batch.reserve(32);

  const uint64_t before = allocations.load();
  for (packet::Packet& packet : packets) {
    if (packet::Packet* ready = (*intake)->Accept(packet, out)) batch.push_back(ready);
    if (batch.size() < 32) continue;
    (*pipeline)->Process(batch, out, recycled);
    batch.clear();
    out.Clear();
  }
  (*pipeline)->Process(batch, out, recycled);
  (*pipeline)->Tick(packets.back().time + std::chrono::hours(1), out, recycled);
  (*intake)->Tick(packets.back().time + std::chrono::hours(1), out);
  const uint64_t counted = allocations.load() - before;

  EXPECT_EQ(counted, 0u);
  EXPECT_GT((*pipeline)->statistics().counters.value(pipeline::PipelineCounter::kFindings), 10u);
  EXPECT_GT((*pipeline)->statistics().counters.value(pipeline::PipelineCounter::kFlowsEnded), 40u);
}

TEST(AllocationCounter, Counts) {
#ifdef SLUICE_SANITIZED
  GTEST_SKIP() << "sanitizers bring an allocator of their own";
#endif
  const uint64_t before = allocations.load();
  const std::unique_ptr<std::string> text = std::make_unique<std::string>(100, 'x');
  EXPECT_GE(allocations.load() - before, 2u);
  EXPECT_EQ(text->size(), 100u);
}

INSTANTIATE_TEST_SUITE_P(Modes, NoAllocation, testing::Values(stream::Mode::kTap, stream::Mode::kInline));

}  // namespace
}  // namespace sluice::test
