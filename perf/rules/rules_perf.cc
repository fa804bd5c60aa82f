// What rules cost: how fast policies match beside 200 plain literals, how long they compile and load. perf/README.md says
// how to run it; the figures are in docs/performance.md and, for each pack, in docs/packs.md.
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "dataplane/match/confirm.h"
#include "dataplane/match/databases.h"
#include "dataplane/match/matcher.h"
#include "dataplane/verdict/decide.h"
#include "perf/rules/texts.h"
#include "rules/compile/compiler.h"
#include "rules/evaluate/digit_groups.h"

namespace sluice::perf {
namespace {

constexpr size_t kRun = 1400, kTextBytes = size_t{1} << 20;

[[noreturn]] void Stop(const std::string& what) {
  std::fprintf(stderr, "rules_perf: %s\n", what.c_str());
  std::exit(1);
}

// Of this thread's processor time, so that other programs on the machine count less.
double ProcessorSeconds() {
  timespec time{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double WallSeconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

compile::CompileResult Compiled(compile::CompileResult result) {
  if (!result.bundle.empty()) return result;
  for (const syntax::Diagnostic& d : result.diagnostics.all()) std::fputs(Render(d, result.sources).c_str(), stderr);
  Stop("the policy does not compile");
}

std::shared_ptr<const bundle::Bundle> Policy(const compile::CompileResult& compiled) {
  auto parsed = bundle::Parse({compiled.bundle.data(), compiled.bundle.size()});
  if (!parsed) Stop(parsed.error().message());
  return *parsed;
}

std::shared_ptr<const bundle::Bundle> FromText(const std::string& yaml) {
  syntax::SourceSet sources;
  sources.Add("measured.yaml", yaml);
  return Policy(Compiled(compile::CompileSources(std::move(sources), compile::Goal::kCompile)));
}

// The engine as the data plane runs it: one object, in runs of a segment's size.
class Engine {
 public:
  explicit Engine(std::shared_ptr<const bundle::Bundle> policy)
      : matcher_(match::Matcher::Create(policy, {.max_streams = 4}).value()), confirmer_(match::Confirmer::Create(policy).value()),
        decider_(verdict::Decider::Create(policy).value()) {
    facts_.application = "http";
    facts_.media_type = "text/plain";
  }

  double SecondsFor(const std::string& bytes) {
    const double begin = ProcessorSeconds();
    verdict::Tally tally;
    match::MatchStream* stream = matcher_->Open();
    uint64_t position = 0;
    for (ByteView rest(bytes); !rest.empty(); rest = rest.From(kRun)) {
      const ByteView run = rest.First(kRun);
      if (matcher_->Scan(*stream, run, hits_) != match::ScanStatus::kOk) Stop("a scan failed");
      position += run.size();
      if (hits_.hits().empty()) continue;
      confirmer_->Confirm(*matcher_, hits_, findings_);
      decider_->Decide(tally, facts_, findings_.findings(), position, fired_);
    }
    if (matcher_->Close(stream, hits_) != match::ScanStatus::kOk) Stop("a stream would not close");
    return ProcessorSeconds() - begin;
  }

 private:
  std::unique_ptr<match::Matcher> matcher_;
  std::unique_ptr<match::Confirmer> confirmer_;
  std::unique_ptr<verdict::Decider> decider_;
  verdict::ObjectFacts facts_;
  match::HitList hits_;
  match::FindingList findings_;
  verdict::FiredList fired_;
};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// In turns, and the median of each pair's ratio: what disturbs the machine disturbs both.
void PrintRatios(const std::string& name, Engine& policy, Engine& plain, const std::vector<NamedText>& texts, int rounds) {
  std::printf("%-16s", name.c_str());
  for (const NamedText& text : texts) {
    std::vector<double> ratios, rates;
    for (int i = 0; i < rounds; ++i) {
      const double alone = plain.SecondsFor(text.bytes);
      const double measured = policy.SecondsFor(text.bytes);
      ratios.push_back(alone / measured);
      rates.push_back(static_cast<double>(text.bytes.size()) * 8e-9 / measured);
    }
    std::printf(" | %s %5.2f (%5.1f Gbit/s)", text.name.c_str(), Median(ratios), Median(rates));
  }
  std::printf("\n");
  std::fflush(stdout);
}

std::vector<std::string> PacksIn(const std::string& folder) {
  std::vector<std::string> packs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") packs.push_back(entry.path().string());
  }
  std::sort(packs.begin(), packs.end());
  return packs;
}

void MeasureRates(const std::vector<std::string>& paths, bool each, int rounds) {
  const std::vector<NamedText> texts = MeasuredTexts(kTextBytes);
  Engine plain(FromText(PlainLiteralsPack()));
  std::printf("rate ÷ that of 200 plain literals, %zu-byte runs, median of %d\n", kRun, rounds);
  Engine together(Policy(Compiled(compile::Compile(paths, compile::Goal::kCompile))));
  PrintRatios("together", together, plain, texts, rounds);
  if (!each) return;
  for (const std::string& folder : paths) {
    for (const std::string& pack : std::filesystem::is_directory(folder) ? PacksIn(folder) : std::vector<std::string>{folder}) {
      Engine engine(Policy(Compiled(compile::Compile({pack}, compile::Goal::kCompile))));
      PrintRatios(std::filesystem::path(pack).stem().string(), engine, plain, texts, rounds);
    }
  }
}

// What the search for groups of digits takes for each byte, of whatever text.
void MeasureDigits(int rounds) {
  for (const NamedText& text : MeasuredTexts(kTextBytes)) {
    std::vector<double> seconds;
    size_t groups = 0;
    for (int i = 0; i < rounds; ++i) {
      const double begin = ProcessorSeconds();
      for (ByteView rest(text.bytes); !rest.empty(); rest = rest.From(kRun)) {
        evaluate::ForEachDigitGroup({}, rest.First(kRun), [&](size_t) noexcept { ++groups; });
      }
      seconds.push_back(ProcessorSeconds() - begin);
    }
    std::printf("%-8s %.3f ns for each byte, %zu groups\n", text.name.c_str(), Median(seconds) * 1e9 / static_cast<double>(text.bytes.size()), groups / static_cast<size_t>(rounds));
  }
}

void MeasureCompile(size_t literals) {
  syntax::SourceSet sources;
  sources.Add("many.yaml", ManyLiteralsPack(literals));
  const double begin = WallSeconds();
  const compile::CompileResult compiled = Compiled(compile::CompileSources(std::move(sources), compile::Goal::kCompile));
  const double seconds = WallSeconds() - begin;
  rusage usage{};
  (void)getrusage(RUSAGE_SELF, &usage);
  const auto policy = Policy(compiled);
  std::printf("%zu literals: %zu patterns, compiled in %.1f s wall, %.0f MiB at most, bundle %.1f MB\n", literals, policy->patterns().size(), seconds,
              static_cast<double>(usage.ru_maxrss) / 1024, static_cast<double>(compiled.bundle.size()) / 1e6);
}

// From the file to databases and scratch that can scan.
void MeasureLoad(const std::string& path, int rounds) {
  std::vector<double> read, usable;
  for (int i = 0; i < rounds; ++i) {
    const double begin = WallSeconds();
    const auto policy = bundle::Load(path);
    if (!policy) Stop(policy.error().message());
    read.push_back(WallSeconds() - begin);
    const auto databases = match::Databases::Of(*policy);
    if (!databases || !(*databases)->MakeScratch() || !match::Confirmer::Create(*policy)) Stop("the databases cannot be used");
    usable.push_back(WallSeconds() - begin);
  }
  std::printf("%s: read and checked in %.1f ms, ready to scan in %.1f ms (first time %.1f ms)\n", path.c_str(), Median(read) * 1e3, Median(usable) * 1e3, usable[0] * 1e3);
}

}  // namespace
}  // namespace sluice::perf

int main(int argc, char** argv) {
  CLI::App app{"What rules cost", "rules_perf"};
  app.require_subcommand(1);
  int rounds = 9;
  app.add_option("--rounds", rounds, "Turns of each measurement")->check(CLI::Range(1, 1000));
  std::vector<std::string> paths = {SLUICE_SOURCE_DIR "/rules/packs"};
  bool each = false;
  CLI::App* rates = app.add_subcommand("rates", "Matching speed of packs beside 200 plain literals");
  rates->add_option("PATH", paths, "Packs or folders of packs; the shipped ones by default");
  rates->add_flag("--each", each, "Also of each pack alone");
  const CLI::App* digits = app.add_subcommand("digits", "The search for groups of digits alone");
  size_t literals = 10'000;
  CLI::App* compile = app.add_subcommand("compile", "Time and memory of compiling many literals in all default encodings");
  compile->add_option("--literals", literals, "How many");
  std::string bundle;
  CLI::App* load = app.add_subcommand("load", "Time until a bundle can scan");
  load->add_option("BUNDLE", bundle, "A compiled policy")->required();
  CLI11_PARSE(app, argc, argv);
  if (rates->parsed()) sluice::perf::MeasureRates(paths, each, rounds);
  if (digits->parsed()) sluice::perf::MeasureDigits(rounds);
  if (compile->parsed()) sluice::perf::MeasureCompile(literals);
  if (load->parsed()) sluice::perf::MeasureLoad(bundle, rounds);
}
