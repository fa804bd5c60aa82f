#include "perf/replay/bare_scan.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "rules/compile/stages.h"

namespace sluice::perf {
namespace {

void Check(hs_error_t error, const char* what) {
  if (error == HS_SUCCESS) return;
  std::fprintf(stderr, "%s failed: Hyperscan error %d\n", what, error);
  std::exit(1);
}

int CountMatch(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  ++*static_cast<uint64_t*>(context);
  return 0;
}

// The bundle's own sources, as far as patterns; where each is tried is not yet decided.
compile::Program Lowered(const bundle::Bundle& policy) {
  static syntax::SourceSet sources;  // the program refers to it
  sources = {};
  for (const bundle::Source& source : policy.sources()) sources.Add(source.name, source.text, source.kind);
  sources.Seal();
  compile::Program program;
  syntax::Diagnostics diagnostics;
  program.from_bundle = true;
  compile::Parse(sources, program, diagnostics);
  compile::Resolve(program, diagnostics);
  compile::Encode(program, diagnostics);
  compile::Lower(program);
  if (!diagnostics.has_errors()) return program;
  std::fprintf(stderr, "the bundle's sources do not compile\n");
  std::exit(1);
}

hs_database_t* CompileStream(const compile::Program& program, bool literals) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags, ids;
  std::vector<size_t> lengths;
  for (const compile::LoweredPattern& pattern : program.patterns) {
    if ((pattern.entry.cost == bundle::CostClass::kLiterals) != literals) continue;
    expressions.push_back(pattern.bytes.c_str());
    flags.push_back(pattern.ignore_case ? HS_FLAG_CASELESS : 0u);
    ids.push_back(static_cast<unsigned>(ids.size()));
    lengths.push_back(pattern.bytes.size());
  }
  if (ids.empty()) return nullptr;
  const auto count = static_cast<unsigned>(ids.size());
  hs_platform_info_t platform{};
  Check(hs_populate_platform(&platform), "hs_populate_platform");
  hs_database_t* made = nullptr;
  hs_compile_error_t* error = nullptr;
  Check(literals ? hs_compile_lit_multi(expressions.data(), flags.data(), ids.data(), lengths.data(), count, HS_MODE_STREAM, &platform, &made, &error)
                 : hs_compile_multi(expressions.data(), flags.data(), ids.data(), count, HS_MODE_STREAM, &platform, &made, &error),
        "hs_compile");
  return made;
}

}  // namespace

BareScan::BareScan(const bundle::Bundle& policy, Search search) {
  if (search == Search::kEveryPattern) {
    const compile::Program program = Lowered(policy);
    for (const bool literals : {true, false}) {
      if (hs_database_t* made = CompileStream(program, literals)) Add(made);
    }
    return;
  }
  for (const bundle::Database& database : policy.databases()) {
    if (database.mode != bundle::DatabaseMode::kStream) continue;
    hs_database_t* made = nullptr;
    Check(hs_deserialize_database(reinterpret_cast<const char*>(database.blob.data()), database.blob.size(), &made), "hs_deserialize_database");
    Add(made);
  }
}

void BareScan::Add(hs_database_t* database) {
  Check(hs_alloc_scratch(database, &scratch_), "hs_alloc_scratch");
  databases_.push_back(database);
}

BareScan::~BareScan() {
  hs_free_scratch(scratch_);
  for (hs_database_t* database : databases_) hs_free_database(database);
}

uint64_t BareScan::Run(const Traffic& traffic, uint32_t flows) {
  uint64_t matches = 0;
  const std::vector<hs_stream_t*> streams = Open(flows);
  for (const Traffic::Frame& frame : traffic.frames) {
    if (frame.payload_length > 0) Scan(streams, frame.flow, {traffic.memory.data() + frame.payload_offset, frame.payload_length}, matches);
  }
  Close(streams, matches);
  return matches;
}

std::vector<hs_stream_t*> BareScan::Open(uint32_t flows) const {
  const size_t n = databases_.size();
  std::vector<hs_stream_t*> streams(flows * n);
  for (size_t i = 0; i < streams.size(); ++i) Check(hs_open_stream(databases_[i % n], 0, &streams[i]), "hs_open_stream");
  return streams;
}

void BareScan::Scan(const std::vector<hs_stream_t*>& streams, uint32_t flow, ByteView bytes, uint64_t& matches) const {
  const auto* data = reinterpret_cast<const char*>(bytes.data());
  const size_t n = databases_.size();
  for (size_t d = 0; d < n; ++d) {
    Check(hs_scan_stream(streams[flow * n + d], data, static_cast<unsigned>(bytes.size()), 0, scratch_, CountMatch, &matches), "hs_scan_stream");
  }
}

void BareScan::Close(const std::vector<hs_stream_t*>& streams, uint64_t& matches) const {
  for (hs_stream_t* stream : streams) Check(hs_close_stream(stream, scratch_, CountMatch, &matches), "hs_close_stream");
}

}  // namespace sluice::perf
