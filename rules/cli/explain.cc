#include <cstdio>
#include <cstdlib>
#include <map>

#include "rules/bundle/bundle.h"
#include "rules/cli/commands.h"
#include "rules/cli/report.h"
#include "rules/syntax/diagnostic.h"

namespace sluice::cli {
namespace {

using bundle::Bundle;

std::string Text(std::string_view text) { return std::string(text); }

bool LooksLikeCode(const std::string& what) {
  return what.size() == 6 && what.compare(0, 2, "SL") == 0 && what.find_first_not_of("0123456789", 2) == std::string::npos;
}

int ExplainOneCode(const std::string& what) {
  const std::optional<syntax::CodeText> text = syntax::ExplainCode(static_cast<uint16_t>(std::atoi(what.c_str() + 2)));
  if (!text) {
    std::fprintf(stderr, "no diagnostic has the code %s\n", what.c_str());
    return 1;
  }
  std::printf("%s: %s\n\n%s\n", what.c_str(), Text(text->summary).c_str(), Text(text->explanation).c_str());
  return 0;
}

void PrintRules(const Bundle& bundle) {
  std::printf("\n%zu rules\n", bundle.rules().size());
  for (const model::Rule& rule : bundle.rules()) {
    std::printf("  %-36s %-8s %-10s confidence %3u  %s\n", rule.id.c_str(), Text(Name(rule.severity)).c_str(),
                Text(Name(rule.action)).c_str(), rule.confidence, rule.title.c_str());
  }
}

void PrintDetectors(const Bundle& bundle) {
  std::vector<std::map<std::string, size_t>> by_encoding(bundle.detectors().size());
  for (const bundle::Pattern& pattern : bundle.patterns()) {
    std::string name = Text(Name(pattern.encoding));
    if (pattern.form != model::TransferForm::kPlain) name += "/" + Text(Name(pattern.form));
    ++by_encoding[pattern.detector][name];
  }
  std::printf("\n%zu detectors: terms, and patterns in each encoding\n", bundle.detectors().size());
  for (size_t i = 0; i < bundle.detectors().size(); ++i) {
    std::printf("  %-36s %5u ", bundle.detectors()[i].id.c_str(), bundle.detectors()[i].term_count);
    for (const auto& [name, count] : by_encoding[i]) std::printf(" %s:%zu", name.c_str(), count);
    std::printf("\n");
  }
}

void PrintDatabases(const Bundle& bundle) {
  size_t state = 0;
  std::printf("\n%zu patterns in %zu databases\n", bundle.patterns().size(), bundle.databases().size());
  for (const bundle::Database& database : bundle.databases()) {
    std::printf("  %-12s %-7s %7u patterns %10zu bytes, %u bytes of state per flow and direction\n", Text(Name(database.cost)).c_str(),
                Text(Name(database.mode)).c_str(), database.pattern_count, database.blob.size(), database.stream_state_bytes);
    state += database.stream_state_bytes;
  }
  std::printf("  stream state in all: %zu bytes per flow and direction\n", state);
}

void PrintFailModes(const Bundle& bundle) {
  std::printf("\nwhen traffic cannot be inspected\n");
  for (int i = 0; i < static_cast<int>(model::FailCause::kCount); ++i) {
    const auto cause = static_cast<model::FailCause>(i);
    std::printf("  %-26s %s\n", Text(Name(cause)).c_str(), Text(Name(bundle.fail_modes()[cause])).c_str());
  }
}

}  // namespace

int RunExplain(const std::string& what) {
  if (LooksLikeCode(what)) return ExplainOneCode(what);
  const Result<std::shared_ptr<const Bundle>> loaded = bundle::Open(what);
  if (!loaded) return Fail(loaded.error());
  const Bundle& bundle = **loaded;
  std::printf("digest     %s\n", Text(bundle.digest()).c_str());
  std::printf("signed     %s\n", bundle.signer() ? ("with the key " + Fingerprint(*bundle.signer())).c_str() : "no");
  std::printf("built for  %s\n", Describe(bundle.platform()).c_str());
  std::printf("sources   ");
  for (const bundle::Source& source : bundle.sources()) std::printf(" %s", source.name.c_str());
  std::printf("\n");
  PrintRules(bundle);
  PrintDetectors(bundle);
  PrintDatabases(bundle);
  PrintFailModes(bundle);
  return 0;
}

}  // namespace sluice::cli
