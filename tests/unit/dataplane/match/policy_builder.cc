#include "tests/unit/dataplane/match/policy_builder.h"

#include <hs.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "rules/bundle/bundle_writer.h"

namespace sluice::test {
namespace {

using bundle::CostClass;

[[noreturn]] void Stop(const char* what) {
  std::fprintf(stderr, "PolicyBuilder: %s\n", what);
  std::abort();
}

struct Compiled {
  std::vector<uint8_t> blob;
  uint32_t pattern_count = 0, stream_bytes = 0;
};

Compiled Serialize(hs_database_t* database, size_t count) {
  char* bytes = nullptr;
  size_t size = 0, stream_bytes = 0;
  if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS || hs_stream_size(database, &stream_bytes) != HS_SUCCESS) {
    Stop("the database cannot be serialized");
  }
  Compiled compiled{{bytes, bytes + size}, static_cast<uint32_t>(count), static_cast<uint32_t>(stream_bytes)};
  std::free(bytes);
  hs_free_database(database);
  return compiled;
}

}  // namespace

model::DetectorIndex PolicyBuilder::AddDetector(std::string id, model::ValidatorKind validator) {
  model::Detector detector;
  detector.id = std::move(id);
  detector.validator = validator;
  detectors_.push_back(std::move(detector));
  return static_cast<model::DetectorIndex>(detectors_.size() - 1);
}

uint32_t PolicyBuilder::Add(std::string_view text, model::Pattern pattern) {
  pattern.term = detectors_.at(pattern.detector).term_count++;
  sources_.push_back({std::string(text), pattern});
  return static_cast<uint32_t>(sources_.size() - 1);
}

uint32_t PolicyBuilder::AddLiteral(model::DetectorIndex detector, std::string_view bytes, model::Encoding encoding,
                                   model::TransferForm form) {
  model::Pattern pattern;
  pattern.detector = detector;
  pattern.length = pattern.min_length = pattern.max_length = static_cast<uint32_t>(bytes.size());
  pattern.encoding = encoding;
  pattern.form = form;
  pattern.confirm_alignment = form == model::TransferForm::kPlain && model::NeedsAlignment(encoding);
  return Add(bytes, pattern);
}

uint32_t PolicyBuilder::AddExpression(model::DetectorIndex detector, std::string_view expression) {
  model::Pattern pattern;
  pattern.detector = detector;
  pattern.cost = CostClass::kExpressions;
  pattern.max_length = UINT32_MAX;
  return Add(expression, pattern);
}

uint32_t PolicyBuilder::AddRule(model::Rule rule) {
  rules_.push_back(std::move(rule));
  return static_cast<uint32_t>(rules_.size() - 1);
}

std::shared_ptr<const bundle::Bundle> PolicyBuilder::Build() const {
  bundle::Contents contents;
  contents.policy.detectors = detectors_;
  contents.policy.rules = rules_;
  contents.platform = bundle::LocalPlatform().value();
  for (const Source& source : sources_) contents.patterns.push_back(source.pattern);
  std::vector<Compiled> databases;
  for (const CostClass cost : {CostClass::kLiterals, CostClass::kExpressions}) {
    std::vector<const char*> texts;
    std::vector<size_t> lengths;
    std::vector<unsigned> flags, ids;
    for (unsigned i = 0; i < sources_.size(); ++i) {
      if (sources_[i].pattern.cost != cost) continue;
      texts.push_back(sources_[i].text.data());
      lengths.push_back(sources_[i].text.size());
      flags.push_back(0);
      ids.push_back(i);
    }
    if (texts.empty()) continue;
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const auto count = static_cast<unsigned>(texts.size());
    const hs_error_t code =
        cost == CostClass::kLiterals
            ? hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(), count, HS_MODE_STREAM, nullptr, &database, &error)
            : hs_compile_multi(texts.data(), flags.data(), ids.data(), count, HS_MODE_STREAM, nullptr, &database, &error);
    if (code != HS_SUCCESS) Stop(error->message);
    databases.push_back(Serialize(database, count));
    contents.databases.push_back({bundle::DatabaseMode::kStream, cost, count, databases.back().stream_bytes, {}});
  }
  for (size_t i = 0; i < databases.size(); ++i) contents.databases[i].blob = {databases[i].blob.data(), databases[i].blob.size()};
  const std::vector<uint8_t> bytes = bundle::WriteBundle(contents);
  auto bundle = bundle::Parse({bytes.data(), bytes.size()});
  if (!bundle) Stop(bundle.error().message().c_str());
  return *bundle;
}

model::Rule RuleOn(model::DetectorIndex detector, std::string id, uint32_t min_count) {
  model::Rule rule;
  rule.id = std::move(id);
  model::ConditionNode node;
  node.kind = model::ConditionNode::Kind::kDetector;
  node.detector = detector;
  node.min_count = min_count;
  rule.condition.nodes = {node};
  return rule;
}

}  // namespace sluice::test
