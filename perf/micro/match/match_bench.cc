// What Matcher::Scan costs beyond hs_scan_stream: same bytes, same databases, same 1,400-byte runs. The figure to keep is
// `ratio` of MatcherAgainstBare, measured in turns within one run: at least 0.97.
#include <benchmark/benchmark.h>
#include <hs.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "dataplane/match/confirm.h"
#include "dataplane/match/databases.h"
#include "dataplane/match/matcher.h"
#include "dataplane/verdict/decide.h"
#include "perf/support/patterns.h"
#include "rules/compile/compiler.h"

namespace sluice {
namespace {

constexpr size_t kRun = 1400, kObject = 1 << 20;

[[noreturn]] void Stop(const char* what) {
  std::fprintf(stderr, "match_bench: %s\n", what);
  std::exit(1);
}

std::shared_ptr<const bundle::Bundle> Policy() {
  static const std::shared_ptr<const bundle::Bundle> policy = [] {
    syntax::SourceSet sources;
    sources.Add("mixed.yaml", perf::MixedPack());
    const compile::CompileResult compiled = compile::CompileSources(std::move(sources), compile::Goal::kCompile);
    if (compiled.bundle.empty()) Stop("the pack does not compile; try it with `sluicec check`");
    auto parsed = bundle::Parse({compiled.bundle.data(), compiled.bundle.size()});
    if (!parsed) Stop(parsed.error().message().c_str());
    if ((*parsed)->patterns().size() != perf::kMixedPatterns) Stop("the pack does not make the promised number of patterns");
    return *parsed;
  }();
  return policy;
}

const std::vector<uint8_t>& Content() {
  static const std::vector<uint8_t> content = perf::Document(kObject, 1);
  return content;
}

// The library alone: one stream for each database, reset at the object's end.
class Bare {
 public:
  Bare() : databases_(*match::Databases::Of(Policy())), scratch_(databases_->MakeScratch().value()) {
    for (const match::StreamDatabase& database : databases_->streaming()) {
      streams_.emplace_back();
      if (hs_open_stream(database.database.get(), 0, &streams_.back()) != HS_SUCCESS) Stop("a stream cannot be opened");
    }
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    for (hs_stream_t* stream : streams_) (void)hs_close_stream(stream, nullptr, nullptr, nullptr);
  }

  void ScanObject(ByteView content) {
    for (ByteView rest = content; !rest.empty(); rest = rest.From(kRun)) {
      const ByteView run = rest.First(kRun);
      for (hs_stream_t* stream : streams_) {
        if (hs_scan_stream(stream, reinterpret_cast<const char*>(run.data()), static_cast<unsigned>(run.size()), 0, scratch_.get(), &OnMatch,
                           &hits_) != HS_SUCCESS) {
          Stop("a scan failed");
        }
      }
    }
    for (hs_stream_t* stream : streams_) (void)hs_reset_stream(stream, 0, scratch_.get(), &OnMatch, &hits_);
  }
  uint64_t hits() const { return hits_; }

 private:
  static int OnMatch(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
    ++*static_cast<uint64_t*>(context);
    return 0;
  }

  std::shared_ptr<const match::Databases> databases_;
  match::ScratchPointer scratch_;
  std::vector<hs_stream_t*> streams_;
  uint64_t hits_ = 0;
};

class Matched {
 public:
  Matched() : matcher_(match::Matcher::Create(Policy(), {.max_streams = 16}).value()) {}
  void ScanObject(ByteView content) {
    match::MatchStream* stream = matcher_->Open();
    for (ByteView rest = content; !rest.empty(); rest = rest.From(kRun)) {
      if (matcher_->Scan(*stream, rest.First(kRun), hits_) != match::ScanStatus::kOk) Stop("a scan failed");
      count_ += hits_.hits().size();
    }
    if (matcher_->Close(stream, hits_) != match::ScanStatus::kOk) Stop("a stream would not close");
    count_ += hits_.hits().size();
  }
  uint64_t hits() const { return count_; }

 private:
  std::unique_ptr<match::Matcher> matcher_;
  match::HitList hits_;
  uint64_t count_ = 0;
};

// As the pipeline does: scan, confirm, decide.
class Decided {
 public:
  Decided() : matcher_(match::Matcher::Create(Policy(), {.max_streams = 16}).value()),
              confirmer_(match::Confirmer::Create(Policy()).value()), decider_(verdict::Decider::Create(Policy()).value()) {}
  void ScanObject(ByteView content) {
    match::MatchStream* stream = matcher_->Open();
    verdict::Tally tally;
    uint64_t position = 0;
    for (ByteView rest = content; !rest.empty(); rest = rest.From(kRun)) {
      const ByteView run = rest.First(kRun);
      if (matcher_->Scan(*stream, run, hits_) != match::ScanStatus::kOk) Stop("a scan failed");
      position += run.size();
      confirmer_->Confirm(*matcher_, hits_, findings_);
      decider_->Decide(tally, facts_, findings_.findings(), position, fired_);
      count_ += hits_.hits().size();
    }
    if (matcher_->Close(stream, hits_) != match::ScanStatus::kOk) Stop("a stream would not close");
    decider_->DecideAtEnd(tally, facts_, position, fired_);
  }
  uint64_t hits() const { return count_; }

 private:
  std::unique_ptr<match::Matcher> matcher_;
  std::unique_ptr<match::Confirmer> confirmer_;
  std::unique_ptr<verdict::Decider> decider_;
  verdict::ObjectFacts facts_;
  match::HitList hits_;
  match::FindingList findings_;
  verdict::FiredList fired_;
  uint64_t count_ = 0;
};

template <typename Scanner>
void BM_Scan(benchmark::State& state) {
  Scanner scanner;
  const ByteView content(Content().data(), Content().size());
  for (auto _ : state) scanner.ScanObject(content);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * content.size()));
  state.counters["hits_per_object"] = static_cast<double>(scanner.hits()) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_Scan<Bare>)->Name("Bare");
BENCHMARK(BM_Scan<Matched>)->Name("Matcher");
BENCHMARK(BM_Scan<Decided>)->Name("MatcherConfirmerDecider");

// Of this thread's processor time, so that other programs on the machine count less.
double Now() {
  timespec time{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <typename Scanner>
double Seconds(Scanner& scanner, ByteView content) {
  const double begin = Now();
  scanner.ScanObject(content);
  return Now() - begin;
}

// In turns, and the median of each pair's ratio: what disturbs the machine disturbs both.
template <typename Scanner>
void BM_AgainstBare(benchmark::State& state) {
  Bare bare;
  Scanner scanner;
  const ByteView content(Content().data(), Content().size());
  std::vector<double> ratios;
  for (auto _ : state) {
    const double alone = Seconds(bare, content);
    ratios.push_back(alone / Seconds(scanner, content));
  }
  std::nth_element(ratios.begin(), ratios.begin() + static_cast<ptrdiff_t>(ratios.size() / 2), ratios.end());
  state.counters["ratio"] = ratios[ratios.size() / 2];
}
BENCHMARK(BM_AgainstBare<Matched>)->Name("MatcherAgainstBare");
BENCHMARK(BM_AgainstBare<Decided>)->Name("AllAgainstBare");

}  // namespace
}  // namespace sluice
