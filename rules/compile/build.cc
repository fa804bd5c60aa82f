#include <hs.h>

#include <tbb/parallel_for.h>

#include <cstdlib>
#include <mutex>
#include <memory>
#include <map>
#include <tuple>

#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

using syntax::Code;
using syntax::Diagnostics;

struct FreeCompileError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
using CompileErrorPtr = std::unique_ptr<hs_compile_error_t, FreeCompileError>;
using DatabasePtr = std::unique_ptr<hs_database_t, FreeDatabase>;

unsigned FlagsOf(const LoweredPattern& pattern) { return pattern.ignore_case ? HS_FLAG_CASELESS : 0u; }

// The patterns of one cost class, in the shape that Hyperscan wants.
struct PatternTable {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  std::vector<size_t> lengths;

  // Each pattern has an id of its own: with shared ids compile time grows with the square of their number.
  PatternTable(const Program& program, bundle::CostClass cost) {
    for (unsigned id = 0; id < program.patterns.size(); ++id) {
      const LoweredPattern& pattern = program.patterns[id];
      if (pattern.entry.cost != cost) continue;
      expressions.push_back(pattern.bytes.c_str());
      flags.push_back(FlagsOf(pattern));
      ids.push_back(id);
      lengths.push_back(pattern.bytes.size());
    }
    if (cost == bundle::CostClass::kLiterals) AddAnchors(program);
  }
  void AddAnchors(const Program& program) {
    for (unsigned i = 0; i < program.anchors.size(); ++i) {
      const RequiredLiteral& literal = program.anchors[i].literal;
      expressions.push_back(literal.bytes.c_str());
      flags.push_back(literal.ignore_case ? HS_FLAG_CASELESS : 0u);
      ids.push_back(static_cast<unsigned>(program.patterns.size()) + i);
      lengths.push_back(literal.bytes.size());
    }
  }
  unsigned size() const { return static_cast<unsigned>(ids.size()); }
};

void ReportFailure(const Program& program, const PatternTable& table, const CompileErrorPtr& error, Diagnostics& diagnostics) {
  const bool one_pattern = error && error->expression >= 0 && static_cast<size_t>(error->expression) < table.size();
  const size_t id = one_pattern ? table.ids[static_cast<size_t>(error->expression)] : program.patterns.size();
  const syntax::Position at = id < program.patterns.size() ? program.patterns[id].at : syntax::Position{UINT32_MAX, 0, 0};
  diagnostics.Error(Code::kBuildFailed, at, std::string("Hyperscan could not build the database: ") + (error ? error->message : "no reason given"));
}

bundle::DatabaseMode ModeOf(bundle::CostClass cost) {
  const bool in_windows = cost == bundle::CostClass::kNumbers || cost == bundle::CostClass::kAnchored;
  return in_windows ? bundle::DatabaseMode::kBlock : bundle::DatabaseMode::kStream;
}
unsigned HyperscanModeOf(bundle::CostClass cost) { return ModeOf(cost) == bundle::DatabaseMode::kBlock ? HS_MODE_BLOCK : HS_MODE_STREAM; }

hs_error_t CompileTable(const PatternTable& t, bundle::CostClass cost, const hs_platform_info_t& platform, DatabasePtr& database, CompileErrorPtr& error) {
  hs_database_t* raw = nullptr;
  hs_compile_error_t* raw_error = nullptr;
  const hs_error_t code =
      cost == bundle::CostClass::kLiterals
          ? hs_compile_lit_multi(t.expressions.data(), t.flags.data(), t.ids.data(), t.lengths.data(), t.size(), HS_MODE_STREAM, &platform, &raw, &raw_error)
          : hs_compile_multi(t.expressions.data(), t.flags.data(), t.ids.data(), t.size(), HyperscanModeOf(cost), &platform, &raw, &raw_error);
  database.reset(raw);
  error.reset(raw_error);
  return code;
}

uint32_t StreamBytes(const hs_database_t* database) {
  size_t bytes = 0;
  return hs_stream_size(database, &bytes) == HS_SUCCESS ? static_cast<uint32_t>(bytes) : 0;
}

bool Serialize(const hs_database_t* database, BuiltDatabase& built) {
  char* bytes = nullptr;
  size_t size = 0;
  if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS) return false;
  built.serialized.assign(bytes, bytes + size);
  built.stream_state_bytes = built.mode == bundle::DatabaseMode::kStream ? StreamBytes(database) : 0;
  std::free(bytes);
  return true;
}

struct BuildOutcome {
  BuiltDatabase built;
  CompileErrorPtr error;
  bool ok = false;
};

BuildOutcome BuildOne(const PatternTable& table, bundle::CostClass cost, const hs_platform_info_t& platform) {
  BuildOutcome outcome;
  DatabasePtr database;
  outcome.built.cost = cost;
  outcome.built.mode = ModeOf(cost);
  outcome.built.pattern_count = table.size();
  outcome.ok = CompileTable(table, cost, platform, database, outcome.error) == HS_SUCCESS && Serialize(database.get(), outcome.built);
  return outcome;
}

}  // namespace

void CheckExpressions(Program& program, Diagnostics& diagnostics) {
  // An expression is one mistake, in however many encodings: the first that refuses it speaks, in the order of patterns.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, std::pair<size_t, std::string>> refusals;
  std::mutex refusals_mutex;
  tbb::parallel_for(size_t{0}, program.patterns.size(), [&](size_t i) {
    LoweredPattern& pattern = program.patterns[i];
    if (pattern.entry.cost == bundle::CostClass::kLiterals) return;
    hs_database_t* raw = nullptr;
    hs_compile_error_t* raw_error = nullptr;
    const hs_error_t code = hs_compile(pattern.bytes.c_str(), FlagsOf(pattern), HyperscanModeOf(pattern.entry.cost), nullptr, &raw, &raw_error);
    const DatabasePtr database(raw);
    const CompileErrorPtr error(raw_error);
    if (code == HS_SUCCESS) {
      pattern.state_bytes = ModeOf(pattern.entry.cost) == bundle::DatabaseMode::kBlock ? 0 : StreamBytes(database.get());
      return;
    }
    const std::scoped_lock lock(refusals_mutex);
    const auto [it, is_new] = refusals.try_emplace({pattern.at.file, pattern.at.line, pattern.at.column}, i, error ? error->message : "no reason given");
    if (!is_new && i < it->second.first) it->second = {i, error ? error->message : "no reason given"};
  });
  for (const auto& [place, refusal] : refusals) {
    const LoweredPattern& pattern = program.patterns[refusal.first];
    diagnostics.Error(Code::kExpressionRefused, pattern.at, "this expression cannot be compiled in " + std::string(Name(pattern.entry.encoding)) + ": " + refusal.second,
                      "make it smaller: counted repetitions and large classes grow with each encoding");
  }
}

void Build(Program& program, Diagnostics& diagnostics) {
  const Result<bundle::Platform> local = bundle::LocalPlatform();
  hs_platform_info_t platform{};
  if (!local || hs_populate_platform(&platform) != HS_SUCCESS) {
    diagnostics.Error(Code::kBuildFailed, {UINT32_MAX, 0, 0}, local ? "the processor cannot be told" : local.error().message());
    return;
  }
  program.platform = *local;
  constexpr auto kClasses = static_cast<size_t>(bundle::CostClass::kCount);
  std::vector<PatternTable> tables;
  for (size_t cost = 0; cost < kClasses; ++cost) tables.emplace_back(program, static_cast<bundle::CostClass>(cost));
  std::vector<BuildOutcome> outcomes(kClasses);
  tbb::parallel_for(size_t{0}, kClasses, [&](size_t cost) {
    if (tables[cost].size() > 0) outcomes[cost] = BuildOne(tables[cost], static_cast<bundle::CostClass>(cost), platform);
  });
  for (size_t cost = 0; cost < kClasses; ++cost) {
    if (tables[cost].size() == 0) continue;
    if (!outcomes[cost].ok) ReportFailure(program, tables[cost], outcomes[cost].error, diagnostics);
    if (outcomes[cost].ok) program.databases.push_back(std::move(outcomes[cost].built));
  }
}

}  // namespace sluice::compile
