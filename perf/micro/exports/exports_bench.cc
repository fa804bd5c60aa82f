// What a record costs on its way to a receiver: through the spool, and written in each format. Records a second.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "control/exports/format/format.h"
#include "control/exports/spool.h"

namespace sluice::exports {
namespace {

const std::string kLine =
    R"({"time":"2026-01-31T23:59:59.000000001Z","event":"finding","schema":1,"policy":{"digest":"ab","generation":1},"rule":"cn.secret",)"
    R"("severity":"high","verdict":"block","action":"block_page","detector":"d","confidence":90,"count":1,"flow":{"id":"0000000000000abc",)"
    R"("src_ip":"10.0.0.1","src_port":1,"dst_ip":"192.0.2.9","dst_port":443,"transport":"tcp","app":"http","vlan":0},"direction":"upload",)"
    R"("object":{"id":1,"name":"plan.docx","media_type":"text/plain","bytes":9,"path":["http.request.body"]},"match":{"masked":"x**",)"
    R"("offset":0,"length":3,"encoding":"utf-8"},"explain":"because","incident":"0000000000000abc"})";

// In batches as an exporter that takes 10 times so many a second would make them: in, out and released.
void ThroughTheSpool(benchmark::State& state) {
  const auto folder = std::filesystem::temp_directory_path() / "sluice-exports-bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  auto spool = Spool::Open({(folder / "bench.db").string(), uint64_t{1} << 30, WhenFull::kDropOldest});
  const auto batch = static_cast<size_t>(state.range(0));
  const std::vector<std::shared_ptr<const std::string>> lines(batch, std::make_shared<const std::string>(kLine));
  for (auto _ : state) {
    if (!spool || !(*spool)->Append(lines, 0)) return state.SkipWithError("the spool refuses");
    const auto records = (*spool)->Front(batch, SIZE_MAX);
    if (!records || !(*spool)->Release(records->back().number)) return state.SkipWithError("the spool refuses");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  std::filesystem::remove_all(folder);
}
BENCHMARK(ThroughTheSpool)->Arg(100)->Arg(1000)->Arg(10000)->UseRealTime();

void Written(benchmark::State& state, const Format& format) {
  for (auto _ : state) benchmark::DoNotOptimize(Write(format, "0011223344556677-1", kLine));
  state.SetItemsProcessed(state.iterations());
}
[[maybe_unused]] const bool kRegistered = [] {
  for (const Format& format : Formats()) {
    benchmark::RegisterBenchmark(("Written/" + std::string(format.name)).c_str(), [&format](benchmark::State& state) { Written(state, format); });
  }
  return true;
}();

}  // namespace
}  // namespace sluice::exports
