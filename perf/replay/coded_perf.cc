// Coded content against its limits: see perf/README.md.
//
//   coded_perf gzip           gzipped HTTP uploads through a pipeline, against the same inflate library and hs_scan_stream alone
//   coded_perf memory         resident memory of concurrent gzipped uploads, each in the middle of its body
//   coded_perf large KIND     a body of many gigabytes through a decoder chain: rate, and resident memory at the end; KIND: plain, gzip, zip, docx
//   coded_perf bomb           a zip file that wants to become 10 GiB: how long until the budget ends it
#include <isa-l/igzip_lib.h>
#include <unistd.h>
#include <zlib.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "dataplane/decode/decoder_chain.h"
#include "perf/replay/bare_scan.h"
#include "perf/replay/pipeline_bench.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

double ResidentMebibytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024);
}

// The limit: each flow's payload inflated by ISA-L, in the packets' own chunking, and scanned by hs_scan_stream as it comes out.
class InflateAndScan {
 public:
  explicit InflateAndScan(const bundle::Bundle& policy) : scan_(policy) {}

  uint64_t Run(const Traffic& traffic, uint32_t flows) {
    std::vector<inflate_state> states(flows);
    std::vector<bool> begun(flows);
    std::vector<hs_stream_t*> streams = scan_.Open(flows);
    std::vector<uint8_t> out(16 * 1024);  // as the decoders have
    uint64_t matches = 0;
    for (const Traffic::Frame& frame : traffic.frames) {
      ByteView payload(traffic.memory.data() + frame.payload_offset, frame.payload_length);
      if (payload.empty()) continue;
      inflate_state& state = states[frame.flow];
      if (!begun[frame.flow]) {
        // The head of the request ends in the first segment.
        payload = payload.From(payload.AsText().find("\r\n\r\n") + 4);
        isal_inflate_init(&state);
        state.crc_flag = ISAL_GZIP;
        begun[frame.flow] = true;
      }
      state.next_in = const_cast<uint8_t*>(payload.data());
      state.avail_in = static_cast<uint32_t>(payload.size());
      do {
        state.next_out = out.data();
        state.avail_out = static_cast<uint32_t>(out.size());
        isal_inflate(&state);
        scan_.Scan(streams, frame.flow, {out.data(), out.size() - state.avail_out}, matches);
      } while (state.avail_out == 0);
    }
    scan_.Close(streams, matches);
    return matches;
  }

 private:
  BareScan scan_;
};

void RunGzip(const std::string& which, int runs, uint32_t flows, size_t body_bytes) {
  const auto policy = Policy(which);
  const Traffic traffic = GzippedUploads(flows, body_bytes);
  InflateAndScan limit(*policy);
  std::vector<double> tap_ratio, inline_ratio, limit_rate;
  const double gigabits = static_cast<double>(body_bytes) * flows * 8e-9;
  uint64_t matches = 0, findings = 0;
  for (int run = 0; run < runs; ++run) {
    const double seconds = SecondsOf([&] { matches = limit.Run(traffic, flows); });
    limit_rate.push_back(gigabits / seconds);
    tap_ratio.push_back(seconds / PipelineSeconds(traffic, policy, stream::Mode::kTap, flows, findings));
    inline_ratio.push_back(seconds / PipelineSeconds(traffic, policy, stream::Mode::kInline, flows, findings));
  }
  std::printf("gzip: %u uploads of %.1f MB, %.1f MB on the wire, %d runs, %lu matches, %lu findings\n", flows, static_cast<double>(body_bytes) * 1e-6,
              static_cast<double>(traffic.payload_bytes) * 1e-6, runs, matches, findings);
  std::printf("  inflate and hs_scan_stream alone  %6.2f Gbit/s of content\n", Median(limit_rate));
  std::printf("  pipeline ratio                    %.3f tap, %.3f inline\n", Median(tap_ratio), Median(inline_ratio));
}

// Each flow sends the first half of a gzipped body and waits.
void RunMemory(const std::string& which, uint32_t flows) {
  const auto policy = Policy(which);
  Bench bench(policy, stream::Mode::kTap, flows * 2, false);
  const double before = ResidentMebibytes();
  const Traffic one = GzippedUploads(1, 64 * 1024);
  std::string stream;
  for (const Traffic::Frame& frame : one.frames) stream.append(reinterpret_cast<const char*>(one.memory.data() + frame.payload_offset), frame.payload_length);
  for (uint32_t flow = 0; flow < flows; ++flow) {
    test::TcpSessionOptions ends;
    ends.client = "10.1." + std::to_string(flow / 256 % 256) + "." + std::to_string(flow % 256);
    test::TcpSession session(ends);
    session.Handshake();
    for (size_t at = 0; at < stream.size() / 2; at += 1400) session.Send(test::Side::kClient, std::string_view(stream).substr(at, 1400));
    for (const test::TimedFrame& frame : session.frames()) {
      packet::Packet& packet = bench.Claim();
      packet.data = frame.bytes.data();
      packet.length = packet.wire_length = static_cast<uint32_t>(frame.bytes.size());
      packet.time = Timestamp::FromNanoseconds(1'700'000'000'000'000'000);
      bench.Take(packet);
      bench.Flush();
    }
  }
  const double after = ResidentMebibytes();
  std::printf("memory: %u gzipped uploads open at a time, %lu views: %.0f MiB, %.1f KiB each\n", flows,
              bench.statistics().counters.value(pipeline::PipelineCounter::kViews), after - before, (after - before) * 1024 / flows);
}

// Feeds bytes in runs of a segment's size and counts what comes out.
class Chain {
 public:
  Chain() : room_(decode::DecodeRoom::Create({}).value()), chain_(room_.Open({})) {}
  ~Chain() { room_.Close(chain_); }

  void Feed(ByteView bytes) {
    for (; !bytes.empty() && !over_; bytes = bytes.From(kSegment)) {
      if (chain_->finished()) {
        output_ += bytes.First(kSegment).size();
        continue;
      }
      chain_->Feed(bytes.First(kSegment));
      Take();
    }
  }
  void Take() {
    decode::ViewPiece piece;
    while (chain_->Next(piece)) {
      if (piece.kind == decode::ViewPiece::Kind::kData) output_ += piece.bytes.size();
      over_ = over_ || piece.outcome == decode::DecodeOutcome::kOverBudget;
    }
  }
  uint64_t output() const { return output_; }
  bool over() const { return over_; }

 private:
  static constexpr size_t kSegment = 1400;
  decode::DecodeRoom room_;
  decode::DecoderChain* chain_;
  uint64_t output_ = 0;
  bool over_ = false;
};

// Each piece stands for itself, so that it may come again and again: nothing of a large body is ever whole.
class Deflater {
 public:
  explicit Deflater(int window_bits) { deflateInit2(&stream_, 1, Z_DEFLATED, window_bits, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY); }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Write(ByteView bytes, bool last, const std::function<void(ByteView)>& to) {
    stream_.next_in = const_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, last ? Z_FINISH : Z_FULL_FLUSH);
      to({out_.data(), out_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
  std::vector<uint8_t> out_ = std::vector<uint8_t>(1 << 16);
};

std::string ZipHead(const std::string& name) {
  std::string head("PK\x03\x04\x2D\x00\x08\x00\x08\x00", 10);
  head.append(16, '\0');
  head += static_cast<char>(name.size());
  return head + std::string("\0\0\0", 3) + name;
}

void RunLarge(const std::string& kind, uint64_t gibibytes) {
  const std::vector<uint8_t> block = Document(size_t{4} << 20, 1);
  Chain chain;
  const auto feed = [&](ByteView bytes) { chain.Feed(bytes); };
  const bool zip = kind == "zip" || kind == "docx";
  if (zip) feed(ByteView(ZipHead(kind == "docx" ? "word/document.xml" : "large.txt")));
  if (kind == "gzip" || zip) {
    Deflater deflater(zip ? -MAX_WBITS : MAX_WBITS + 16);
    if (kind == "docx") deflater.Write(ByteView(std::string_view("<?xml version=\"1.0\"?><w:document><w:t>")), false, feed);
    std::string piece;
    deflater.Write({block.data(), block.size()}, false, [&](ByteView bytes) { piece += bytes.AsText(); });
    for (uint64_t done = 0; done < gibibytes << 30; done += block.size()) feed(ByteView(piece));
    deflater.Write({}, true, feed);
  } else {
    for (uint64_t done = 0; done < gibibytes << 30; done += block.size()) feed({block.data(), block.size()});
  }
  std::printf("large: %s of %lu GiB: %.2f GiB came out, resident at the end %.0f MiB%s\n", kind.c_str(), gibibytes,
              static_cast<double>(chain.output()) / (1024.0 * 1024 * 1024), ResidentMebibytes(), chain.over() ? ", OVER BUDGET" : "");
}

void RunBomb() {
  // Ten entries of 1 GiB of zeros each.
  std::string bomb;
  const std::vector<uint8_t> zeros(size_t{1} << 24);
  for (int entry = 0; entry < 10; ++entry) {
    bomb += ZipHead("zeros" + std::to_string(entry));
    Deflater deflater(-MAX_WBITS);
    const auto append = [&](ByteView bytes) { bomb += bytes.AsText(); };
    for (int i = 0; i < 64; ++i) deflater.Write({zeros.data(), zeros.size()}, false, append);
    deflater.Write({}, true, append);
  }
  Chain chain;
  const double seconds = SecondsOf([&] {
    chain.Feed(ByteView(bomb));
    chain.Take();
  });
  std::printf("bomb: %zu bytes that would be 10 GiB: %s after %.0f ms and %.0f MiB of output\n", bomb.size(), chain.over() ? "ended by its budget" : "NOT ENDED",
              seconds * 1e3, static_cast<double>(chain.output()) / (1024.0 * 1024));
}

}  // namespace
}  // namespace sluice::perf

int main(int argc, char** argv) {
  CLI::App app("Coded content against its limits");
  app.require_subcommand(1);
  int runs = 7;
  uint32_t flows = 32, many = 10'000;
  size_t body_bytes = 1u << 20;
  uint64_t gibibytes = 4;
  std::string policy = "mixed", kind = "gzip";
  app.add_option("--runs", runs, "interleaved runs; the median is printed");
  app.add_option("--policy", policy, "mixed, strong (perf/support/patterns.h), or a bundle that sluicec made");
  CLI::App* gzip = app.add_subcommand("gzip");
  gzip->add_option("--flows", flows);
  gzip->add_option("--bytes", body_bytes);
  CLI::App* memory = app.add_subcommand("memory");
  memory->add_option("--flows", many);
  CLI::App* large = app.add_subcommand("large");
  large->add_option("KIND", kind, "plain, gzip, zip, docx");
  large->add_option("--gib", gibibytes);
  CLI::App* bomb = app.add_subcommand("bomb");
  CLI11_PARSE(app, argc, argv);
  if (*gzip) sluice::perf::RunGzip(policy, runs, flows, body_bytes);
  if (*memory) sluice::perf::RunMemory(policy, many);
  if (*large) sluice::perf::RunLarge(kind, gibibytes);
  if (*bomb) sluice::perf::RunBomb();
  return 0;
}
