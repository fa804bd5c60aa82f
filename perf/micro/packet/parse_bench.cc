// Parse and the checksum, each over frames that lie in cache: time per packet, and bytes per second of frame.
#include <benchmark/benchmark.h>

#include "dataplane/packet/checksum.h"
#include "dataplane/packet/parse.h"
#include "tests/support/packet_builder.h"

namespace sluice::packet {
namespace {

void ParseFrame(benchmark::State& state, const test::Bytes& frame, bool verify) {
  test::PacketStore store;
  Packet* packet = store.Add(frame);
  const ParseOptions options{.verify_checksums = verify};
  if (Parse(*packet, options) != ParseOutcome::kTransport) state.SkipWithError("not a transport packet");
  for (auto _ : state) {
    benchmark::DoNotOptimize(Parse(*packet, options));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(frame.size()));
}

test::Bytes Payload(size_t n) {
  test::Bytes bytes(n);
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(i * 131);
  return bytes;
}

void TcpSmallest(benchmark::State& state) {
  ParseFrame(state, test::FrameBuilder().Ethernet().Ipv4().Tcp().LinkPadding(6).Build(), state.range(0) != 0);
}
void Tcp1400(benchmark::State& state) {
  const auto frame =
      test::FrameBuilder().Ethernet().Ipv4().Tcp({.has_timestamp = true}).Payload(Payload(1400)).Build();
  ParseFrame(state, frame, state.range(0) != 0);
}
void Tcp1400VlanIpv6(benchmark::State& state) {
  const auto frame = test::FrameBuilder().Ethernet().Vlan(7).Ipv6().Tcp().Payload(Payload(1400)).Build();
  ParseFrame(state, frame, state.range(0) != 0);
}
void Tcp1400Vxlan(benchmark::State& state) {
  const auto frame =
      test::FrameBuilder().Ethernet().Ipv4().Vxlan(42).Ethernet().Ipv4().Tcp().Payload(Payload(1400)).Build();
  ParseFrame(state, frame, state.range(0) != 0);
}
BENCHMARK(TcpSmallest)->ArgName("verify")->Arg(0)->Arg(1);
BENCHMARK(Tcp1400)->ArgName("verify")->Arg(0)->Arg(1);
BENCHMARK(Tcp1400VlanIpv6)->ArgName("verify")->Arg(0)->Arg(1);
BENCHMARK(Tcp1400Vxlan)->ArgName("verify")->Arg(0)->Arg(1);

void ChecksumOf(benchmark::State& state) {
  const test::Bytes bytes = Payload(static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Checksum({bytes.data(), bytes.size()}));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ChecksumOf)->ArgName("bytes")->Arg(20)->Arg(64)->Arg(576)->Arg(1460)->Arg(65535);

}  // namespace
}  // namespace sluice::packet
