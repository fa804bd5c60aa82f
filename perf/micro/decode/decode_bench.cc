// Decoding in runs of 1400 bytes, through a chain as the pipeline does it, and by the library alone. Rates are of output.
#include <benchmark/benchmark.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "dataplane/decode/decoder_chain.h"
#include "tests/unit/dataplane/decode/encoders.h"

namespace sluice::decode {
namespace {

constexpr size_t kRun = 1400;
constexpr size_t kTextBytes = size_t{8} << 20;
constexpr size_t kNearBytes = size_t{64} << 10;  // stays in the second level of the cache, as a packet does

DecodeRoom MakeRoom() {
  DecodeOptions options;
  options.max_chains = 16;
  options.max_large_states = 16;
  return DecodeRoom::Create(options).value();
}

void DecodeByChain(benchmark::State& state, const std::string& object, const char* declared) {
  DecodeRoom room = MakeRoom();
  content::ObjectDescription description;
  description.content_encoding.Assign(declared);
  uint64_t output = 0;
  for (auto _ : state) {
    DecoderChain* chain = room.Open(description);
    ViewPiece piece;
    for (size_t at = 0; at < object.size(); at += kRun) {
      chain->Feed(ByteView(std::string_view(object)).Sub(at, kRun));
      while (chain->Next(piece)) benchmark::DoNotOptimize(piece.bytes.data());
    }
    chain->End();
    while (chain->Next(piece)) benchmark::DoNotOptimize(piece.bytes.data());
    output += chain->output_bytes();
    room.Close(chain);
  }
  state.SetBytesProcessed(static_cast<int64_t>(output));
}

// What no chain undoes is searched for containers: beside the cost of reading it once.
void SeekEmbedded(benchmark::State& state, const std::string& object) {
  for (auto _ : state) {
    EmbeddedSeeker seeker;
    for (size_t at = 0; at < object.size(); at += kRun) benchmark::DoNotOptimize(seeker.Find(ByteView(std::string_view(object)).Sub(at, kRun)));
  }
  state.SetBytesProcessed(static_cast<int64_t>(object.size()) * static_cast<int64_t>(state.iterations()));
}
void BM_SeekInText(benchmark::State& state) { SeekEmbedded(state, SomeText(kNearBytes)); }
BENCHMARK(BM_SeekInText)->Unit(benchmark::kMicrosecond);
void BM_SeekInRandomBytes(benchmark::State& state) { SeekEmbedded(state, RandomBytes(kNearBytes)); }
BENCHMARK(BM_SeekInRandomBytes)->Unit(benchmark::kMicrosecond);

void BM_GzipByChain(benchmark::State& state) { DecodeByChain(state, GzipEncode(SomeText(kTextBytes)), ""); }
BENCHMARK(BM_GzipByChain)->Unit(benchmark::kMillisecond);

std::string Base64Encode(const std::string& bytes) {
  static const char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const auto group = static_cast<uint32_t>(static_cast<uint8_t>(bytes[i]) << 16 | static_cast<uint8_t>(bytes[i + 1]) << 8 | static_cast<uint8_t>(bytes[i + 2]));
    for (int shift = 18; shift >= 0; shift -= 6) out += kDigits[group >> shift & 63];
    if (i % 57 == 54) out += "\r\n";
  }
  return out;
}
void BM_Base64ByChain(benchmark::State& state) { DecodeByChain(state, Base64Encode(RandomBytes(kTextBytes)), "base64"); }
BENCHMARK(BM_Base64ByChain)->Unit(benchmark::kMillisecond);

void BM_JsonByChain(benchmark::State& state) { DecodeByChain(state, "{\"text\": \"" + SomeText(kTextBytes) + "\"}", ""); }
BENCHMARK(BM_JsonByChain)->Unit(benchmark::kMillisecond);

void BM_MarkupByChain(benchmark::State& state) {
  std::string page = "<!DOCTYPE html><html><body>";
  while (page.size() < kTextBytes) page += "<p class=\"x\">" + SomeText(120) + "<b>&amp;</b></p>\n";
  DecodeByChain(state, page, "");
}
BENCHMARK(BM_MarkupByChain)->Unit(benchmark::kMillisecond);

void BM_GzipByLibraryAlone(benchmark::State& state) {
  std::string object = DeflateEncode(SomeText(kTextBytes));
  const auto inflater = std::make_unique<inflate_state>();
  std::vector<uint8_t> output(16384);
  for (auto _ : state) {
    isal_inflate_init(inflater.get());
    for (size_t at = 0; at < object.size(); at += kRun) {
      inflater->next_in = reinterpret_cast<uint8_t*>(object.data()) + at;
      inflater->avail_in = static_cast<uint32_t>(std::min(kRun, object.size() - at));
      do {
        inflater->next_out = output.data();
        inflater->avail_out = static_cast<uint32_t>(output.size());
        if (isal_inflate(inflater.get()) < 0) state.SkipWithError("corrupt");
        benchmark::DoNotOptimize(output.data());
      } while (inflater->avail_out == 0);
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(kTextBytes));
}
BENCHMARK(BM_GzipByLibraryAlone)->Unit(benchmark::kMillisecond);

void BM_GzipByZlib(benchmark::State& state) {
  std::string object = GzipEncode(SomeText(kTextBytes));
  std::vector<uint8_t> output(16384);
  for (auto _ : state) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    for (size_t at = 0; at < object.size(); at += kRun) {
      stream.next_in = reinterpret_cast<Bytef*>(object.data()) + at;
      stream.avail_in = static_cast<uInt>(std::min(kRun, object.size() - at));
      do {
        stream.next_out = output.data();
        stream.avail_out = static_cast<uInt>(output.size());
        if (inflate(&stream, Z_NO_FLUSH) < Z_OK && stream.avail_out != output.size()) state.SkipWithError("corrupt");
        benchmark::DoNotOptimize(output.data());
      } while (stream.avail_out == 0);
    }
    inflateEnd(&stream);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(kTextBytes));
}
BENCHMARK(BM_GzipByZlib)->Unit(benchmark::kMillisecond);

void BM_BrotliByChain(benchmark::State& state) { DecodeByChain(state, BrotliEncode(SomeText(kTextBytes)), "br"); }
BENCHMARK(BM_BrotliByChain)->Unit(benchmark::kMillisecond);
void BM_ZstdByChain(benchmark::State& state) { DecodeByChain(state, ZstdEncode(SomeText(kTextBytes)), ""); }
BENCHMARK(BM_ZstdByChain)->Unit(benchmark::kMillisecond);

// What an object that needs no decoding costs: Open, its first run, Close.
void BM_PlainObject(benchmark::State& state) {
  DecodeRoom room = MakeRoom();
  const std::string object = SomeText(kRun);
  for (auto _ : state) {
    DecoderChain* chain = room.Open({});
    ViewPiece piece;
    chain->Feed(ByteView(std::string_view(object)));
    while (chain->Next(piece)) benchmark::DoNotOptimize(piece.bytes.data());
    room.Close(chain);
  }
}
BENCHMARK(BM_PlainObject);

}  // namespace
}  // namespace sluice::decode
