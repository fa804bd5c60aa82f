// latency_probe --client SOCKET --server SOCKET [--rate FRAMES]: both hosts around an appliance whose two ports are memif: uploads go in
// at one side and come out at the other, with the time they were sent in each frame. Prints one JSON object: how many frames went through in
// a second, and how long they took.
//
// Without --rate, as fast as they are taken: that is the capacity. A frame's time is from just before it is given to the device until it
// has been read on the other side, so it has both devices' rings in it. What arrives while the probe itself was away from its processor is
// left out, and counted: on a machine that others use too, that would be the probe's time and not the appliance's.
#include <rte_cycles.h>
#include <rte_ethdev.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/port/eal.h"
#include "dataplane/port/port.h"
#include "perf/live/conversations.h"
#include "perf/support/patterns.h"

namespace sluice::perf {
namespace {

constexpr size_t kBurst = 32;
// Frames that are sent between two looks at what arrived.
constexpr size_t kSentAtATime = 8;
constexpr double kAwaySeconds = 20e-6;
// A schedule that is further behind than this begins anew: frames are not sent in bursts that nobody asked for.
constexpr double kBehindSeconds = 200e-6;
constexpr double kPatienceSeconds = 0.2;

struct Options {
  std::string client, server;
  double rate = 0, seconds = 3, warm_up = 1;
  uint32_t flows = 1024;
  size_t body_bytes = 32768;
  bool print_pack = false;
};

struct Samples {
  std::vector<uint32_t> nanoseconds;
  uint64_t left_out = 0;
};

class Probe {
 public:
  Probe(const Options& options, port::Port& client, port::Port& server, rte_mempool* pool)
      : options_(options),
        ports_{&client, &server},
        pool_(pool),
        cycles_per_second_(static_cast<double>(rte_get_tsc_hz())),
        conversations_(options.flows, options.body_bytes, Cycles(kPatienceSeconds)) {
    samples_.nanoseconds.reserve(size_t{1} << 24);
  }

  void Run() {
    const uint64_t begin = rte_rdtsc(), measured = begin + Cycles(options_.warm_up), end = measured + Cycles(options_.seconds);
    const uint64_t interval = options_.rate > 0 ? Cycles(1 / options_.rate) : 0;
    uint64_t due = begin, before = begin;
    for (uint64_t now = begin; now < end; now = rte_rdtsc()) {
      const bool was_away = now - before > Cycles(kAwaySeconds);
      before = now;
      if (now >= measured && counted_from_.sent == 0) counted_from_ = conversations_.counts();
      Receive(now >= measured, was_away);
      if (interval > 0 && now > due + Cycles(kBehindSeconds)) due = now;
      for (size_t i = 0; i < kSentAtATime && (interval == 0 || due <= now); ++i, due += interval) {
        if (!SendOne()) break;
      }
      Flush();
    }
  }

  void Print() {
    const Conversations::Counts& counts = conversations_.counts();
    std::sort(samples_.nanoseconds.begin(), samples_.nanoseconds.end());
    std::printf("{\"frames_a_second\": %.0f, \"frames\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"left_out\": %llu, \"given_up\": %llu, \"stray\": %llu}\n",
                static_cast<double>(counts.received - counted_from_.received) / options_.seconds, samples_.nanoseconds.size(), Quantile(0.5), Quantile(0.99), Quantile(0.999),
                static_cast<unsigned long long>(samples_.left_out), static_cast<unsigned long long>(counts.given_up - counted_from_.given_up),
                static_cast<unsigned long long>(counts.stray));
  }

 private:
  uint64_t Cycles(double seconds) const { return static_cast<uint64_t>(seconds * cycles_per_second_); }
  double Quantile(double share) const {
    if (samples_.nanoseconds.empty()) return 0;
    const auto rank = static_cast<size_t>(share * static_cast<double>(samples_.nanoseconds.size() - 1));
    return samples_.nanoseconds[rank] / 1e3;
  }

  void Receive(bool counts, bool was_away) {
    for (size_t side = 0; side < ports_.size(); ++side) {
      std::array<rte_mbuf*, kBurst> frames;
      const uint16_t count = ports_[side]->Receive(0, frames);
      const uint64_t now = rte_rdtsc();
      for (rte_mbuf* frame : std::span(frames).first(count)) {
        const ByteView bytes(rte_pktmbuf_mtod(frame, const uint8_t*), frame->data_len);
        const std::optional<uint64_t> took = conversations_.Arrived(static_cast<Conversations::Side>(side), bytes, now);
        if (took && counts) Note(*took, was_away);
        rte_pktmbuf_free(frame);
      }
    }
  }
  void Note(uint64_t cycles, bool was_away) {
    if (was_away) ++samples_.left_out;
    else samples_.nanoseconds.push_back(static_cast<uint32_t>(std::min(static_cast<double>(cycles) * 1e9 / cycles_per_second_, 4e9)));
  }

  // False where no conversation may go on, or the device takes no more.
  bool SendOne() {
    for (const Lane& lane : lanes_) {
      if (lane.count == kBurst) return false;
    }
    rte_mbuf* frame = rte_pktmbuf_alloc(pool_);
    if (frame == nullptr) return false;
    Conversations::Side from{};
    const size_t length = conversations_.Next(rte_rdtsc(), rte_pktmbuf_mtod(frame, uint8_t*), from);
    if (length == 0) {
      rte_pktmbuf_free(frame);
      return false;
    }
    frame->data_len = static_cast<uint16_t>(length);
    frame->pkt_len = static_cast<uint32_t>(length);
    Lane& lane = lanes_[static_cast<size_t>(from)];
    lane.frames[lane.count++] = frame;
    return true;
  }
  // What the device does not take waits for the next turn, so that no frame is lost here.
  void Flush() {
    for (size_t side = 0; side < ports_.size(); ++side) {
      Lane& lane = lanes_[side];
      if (lane.count == 0) continue;
      const uint16_t taken = ports_[side]->Transmit(0, std::span(lane.frames).first(lane.count));
      std::copy(lane.frames.begin() + taken, lane.frames.begin() + lane.count, lane.frames.begin());
      lane.count = static_cast<uint16_t>(lane.count - taken);
    }
  }

  struct Lane {
    std::array<rte_mbuf*, kBurst> frames;
    uint16_t count = 0;
  };

  const Options& options_;
  const std::array<port::Port*, 2> ports_;  // by the host that is there
  rte_mempool* const pool_;
  const double cycles_per_second_;
  Conversations conversations_;
  Conversations::Counts counted_from_;
  std::array<Lane, 2> lanes_{};
  Samples samples_;
};

Result<std::unique_ptr<port::Port>> OpenPort(const std::string& name, const std::string& socket, uint32_t id, const port::PacketPool& pool) {
  port::PortOptions options;
  options.name = name;
  options.driver = port::Driver::kMemif;
  options.socket = socket;
  options.memif_id = id;
  return port::Port::Open(options, {1, 1}, pool);
}

bool LinksComeUp(const port::Port& client, const port::Port& server) {
  for (int tries = 0; tries < 500; ++tries) {
    if (client.LinkIsUp() && server.LinkIsUp()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Status Measure(const Options& options) {
  auto eal = port::Eal::Start({.huge_pages = port::HugePages::kOff, .megabytes = 256, .pci_devices = {}});
  if (!eal) return eal.error();
  auto pool = port::PacketPool::Create({});
  if (!pool) return pool.error();
  auto client = OpenPort("client", options.client, 0, *pool), server = OpenPort("server", options.server, 1, *pool);
  if (!client) return client.error();
  if (!server) return server.error();
  for (port::Port* port : {client->get(), server->get()}) {
    if (Status status = port->Start(); !status) return status;
  }
  if (!LinksComeUp(**client, **server)) return Error(ErrorCode::kIo, "no appliance answers at the two sockets");
  Probe probe(options, **client, **server, pool->get());
  probe.Run();
  probe.Print();
  return {};
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Frames a second, and how long they take, through an appliance between two memif ports");
  app.add_option("--client", options.client, "Socket of the port on the clients' side (memif id 0)");
  app.add_option("--server", options.server, "Socket of the port on the server's side (memif id 1)");
  app.add_option("--rate", options.rate, "Frames a second; 0: as fast as they are taken");
  app.add_option("--seconds", options.seconds, "Measured");
  app.add_option("--warm-up", options.warm_up, "Seconds before that");
  app.add_option("--flows", options.flows, "Conversations at a time")->check(CLI::Range(1u, 40000u));
  app.add_option("--body", options.body_bytes, "Bytes of an upload, about");
  app.add_flag("--pack", options.print_pack, "Print the rules whose words are in the uploads, and end");
  CLI11_PARSE(app, argc, argv);
  if (options.print_pack) {
    std::fputs(MixedPack().c_str(), stdout);
    return 0;
  }
  const Status status = Measure(options);
  if (status) return 0;
  std::fprintf(stderr, "latency_probe: %s\n", status.error().message().c_str());
  return 1;
}

}  // namespace
}  // namespace sluice::perf

int main(int argc, char** argv) { return sluice::perf::Main(argc, argv); }
