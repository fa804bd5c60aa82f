#include "control/deploy/self_test.h"

#include <oneapi/tbb/task_arena.h>
#include <sys/resource.h>

#include <functional>
#include <thread>

#include "rules/compile/compiler.h"

namespace sluice::deploy {
namespace {

constexpr int kLowestPriority = 19;
// Of diagnostics in an answer; the rest is counted.
constexpr size_t kMaxMessageBytes = 8000;

Result<std::vector<uint8_t>> Outcome(compile::CompileResult result) {
  if (!result.diagnostics.has_errors()) return std::move(result.bundle);
  std::string text = "the policy does not pass its own tests, or does not compile:";
  size_t left_out = 0;
  for (const syntax::Diagnostic& diagnostic : result.diagnostics.all()) {
    if (diagnostic.level != syntax::Level::kError) continue;
    if (text.size() < kMaxMessageBytes) text += "\n" + syntax::Render(diagnostic, result.sources);
    else ++left_out;
  }
  if (left_out > 0) text += "\nand " + std::to_string(left_out) + " more";
  return Error(ErrorCode::kInvalidArgument, text);
}

Result<std::vector<uint8_t>> RunAside(const std::function<compile::CompileResult()>& work) {
  compile::CompileResult result;
  std::thread aside([&] {
    // Of this thread alone, as Linux has it. Where it is refused the work is done all the same.
    static_cast<void>(setpriority(PRIO_PROCESS, 0, kLowestPriority));
    tbb::task_arena alone(1);
    alone.execute([&] { result = work(); });
  });
  aside.join();
  return Outcome(std::move(result));
}

}  // namespace

Result<std::vector<uint8_t>> SelfTestBundle(const bundle::Bundle& bundle) {
  return RunAside([&] { return compile::Rebuild(bundle); });
}

Result<std::vector<uint8_t>> SelfTestSources(const std::vector<NamedSource>& sources) {
  syntax::SourceSet set;
  for (const auto& [name, text] : sources) set.Add(name, text);
  return SelfTestSet(std::move(set));
}

Result<std::vector<uint8_t>> SelfTestSet(syntax::SourceSet sources) {
  sources.Seal();
  return RunAside([&] { return compile::CompileSources(std::move(sources), compile::Goal::kCompile); });
}

}  // namespace sluice::deploy
