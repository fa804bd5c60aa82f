// HTTP/1 framing alone: what a session costs per run of a body and per small request. See perf/README.md for the method.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>

#include "dataplane/protocol/protocol_table.h"

namespace sluice::protocol {
namespace {

using content::Direction;

void FeedAll(Session& session, Direction direction, ByteView input, PieceList& pieces) {
  while (!input.empty()) {
    pieces.Clear();
    input = input.From(session.Feed(direction, input, pieces).consumed);
    benchmark::DoNotOptimize(pieces);
  }
}

class OpenSession {
 public:
  explicit OpenSession(ProtocolId id) : id_(id), session_(pool_.Open(id)) {}
  ~OpenSession() { pool_.Close(id_, session_); }
  Session& operator*() { return *session_; }

 private:
  SessionPool pool_ = SessionPool::Create({.max_sessions = 16}).value();
  ProtocolId id_;
  Session* session_;
};

void SetRate(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes));
}

void BM_BodyRunOfKnownLength(benchmark::State& state) {
  const std::string run(1400, 'x');
  OpenSession session(ProtocolId::kHttp1);
  PieceList pieces;
  FeedAll(*session, Direction::kUpload, ByteView(std::string_view("PUT / HTTP/1.1\r\nContent-Length: 9000000000000000\r\n\r\n")), pieces);
  for (auto _ : state) FeedAll(*session, Direction::kUpload, ByteView(std::string_view(run)), pieces);
  SetRate(state, run.size());
}
BENCHMARK(BM_BodyRunOfKnownLength);

// Chunks of `range` bytes, in runs of 1400.
void BM_BodyRunOfChunks(benchmark::State& state) {
  const size_t chunk = static_cast<size_t>(state.range(0));
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", chunk);
  std::string body;
  while (body.size() < 1 << 20) body += size + std::string(chunk, 'x') + "\r\n";
  OpenSession session(ProtocolId::kHttp1);
  PieceList pieces;
  FeedAll(*session, Direction::kUpload, ByteView(std::string_view("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")), pieces);
  size_t runs = 0;
  for (auto _ : state) {
    for (size_t at = 0; at < body.size(); at += 1400, ++runs) {
      FeedAll(*session, Direction::kUpload, ByteView(std::string_view(body)).Sub(at, 1400), pieces);
    }
  }
  SetRate(state, body.size());
  state.counters["runs"] = benchmark::Counter(static_cast<double>(runs), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_BodyRunOfChunks)->Arg(64)->Arg(1024)->Arg(16384);

void BM_RawRun(benchmark::State& state) {
  const std::string run(1400, 'x');
  OpenSession session(ProtocolId::kRawTcp);
  PieceList pieces;
  for (auto _ : state) FeedAll(*session, Direction::kUpload, ByteView(std::string_view(run)), pieces);
  SetRate(state, run.size());
}
BENCHMARK(BM_RawRun);

// A request and its answer as a browser and a server send them.
void BM_SmallRequestAndResponse(benchmark::State& state) {
  const std::string request =
      "GET /index.html?from=here HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
      "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en\r\nAccept-Encoding: gzip, br\r\nConnection: keep-alive\r\n\r\n";
  const std::string response =
      "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/html\r\n"
      "Content-Length: 12\r\nConnection: keep-alive\r\n\r\nhello, world";
  OpenSession session(ProtocolId::kHttp1);
  PieceList pieces;
  for (auto _ : state) {
    FeedAll(*session, Direction::kUpload, ByteView(std::string_view(request)), pieces);
    FeedAll(*session, Direction::kDownload, ByteView(std::string_view(response)), pieces);
  }
  SetRate(state, request.size() + response.size());
}
BENCHMARK(BM_SmallRequestAndResponse);

void BM_Probe(benchmark::State& state) {
  const std::string request = "GET /index.html HTTP/1.1\r\nHost: h\r\n\r\n";
  for (auto _ : state) benchmark::DoNotOptimize(Probe(Direction::kUpload, ByteView(std::string_view(request))));
}
BENCHMARK(BM_Probe);

}  // namespace
}  // namespace sluice::protocol
