// The reader of *.slb: digest first, then every field; bundle_writer.cc is its mirror image.
#include <algorithm>

#include "rules/bundle/bundle.h"
#include "rules/bundle/envelope.h"
#include "rules/bundle/field_reader.h"
#include "rules/bundle/format.h"

namespace sluice::bundle {
namespace {

std::vector<std::string> ReadTexts(FieldReader& in) {
  std::vector<std::string> texts(in.Count(4));
  for (std::string& text : texts) text = in.Text();
  return texts;
}

std::vector<model::AddressBlock> ReadBlocks(FieldReader& in) {
  std::vector<model::AddressBlock> blocks(in.Count(17));
  for (model::AddressBlock& block : blocks) {
    const ByteView address = in.Bytes(block.address.size());
    std::copy(address.begin(), address.end(), block.address.begin());
    block.prefix_bits = in.U8();
    if (block.prefix_bits > 128) in.Fail("an address prefix is longer than 128 bits");
  }
  return blocks;
}

model::Scope ReadScope(FieldReader& in) {
  model::Scope scope;
  scope.direction = in.Enum<model::Direction>();
  scope.sources = ReadBlocks(in);
  scope.destinations = ReadBlocks(in);
  scope.applications = ReadTexts(in);
  scope.media_types = ReadTexts(in);
  scope.clients = ReadTexts(in);
  scope.min_bytes = in.U64();
  scope.max_bytes = in.U64();
  if (scope.min_bytes > scope.max_bytes) in.Fail("a scope's smallest size exceeds its largest");
  return scope;
}

std::vector<model::Exception> ReadExceptions(FieldReader& in) {
  std::vector<model::Exception> exceptions(in.Count(49));
  for (model::Exception& exception : exceptions) {
    exception.reason = in.Text();
    exception.expires_unix_seconds = static_cast<int64_t>(in.U64());
    exception.scope = ReadScope(in);
  }
  return exceptions;
}

model::SignatureFilter ReadSignature(FieldReader& in) {
  model::SignatureFilter signature;
  signature.set = in.Text();
  signature.percent = in.U8();
  signature.bytes = in.U64();
  signature.run = in.U64();
  signature.whole = in.Bool();
  signature.left.percent = in.U8();
  signature.left.bytes = in.U64();
  signature.left.days = in.U32();
  signature.columns = in.U8();
  signature.within = in.U32();
  if (signature.percent > 100 || signature.left.percent > 100) in.Fail("a percentage exceeds 100");
  if (signature.columns > model::kMostColumns || signature.within > model::kFurthestColumns) in.Fail("a signature asks for more than there can be");
  if (signature.left.days > model::kMostDays) in.Fail("a span of days is too long");
  return signature;
}

model::Condition ReadCondition(FieldReader& in, uint32_t detector_count) {
  model::Condition condition;
  condition.nodes.resize(in.Count(19));
  for (model::ConditionNode& node : condition.nodes) {
    node.kind = in.Enum<model::ConditionNode::Kind>();
    node.where = in.U8();
    node.distinct = in.Bool();
    node.min_count = in.U32();
    node.within = in.U32();
    node.detector = in.U32();
    node.size = in.U32();
  }
  if (in.ok() && !IsWellFormed(condition, detector_count)) in.Fail("a condition's tree does not hold together");
  return condition;
}

}  // namespace

// Fills a Bundle section by section. One for each Parse.
class BundleReader {
 public:
  Result<std::shared_ptr<Bundle>> Read(ByteView file, const TrustedKeys& trusted) {
    bundle_->bytes_.assign(file.begin(), file.end());
    const Result<Envelope> envelope = ReadEnvelope({bundle_->bytes_.data(), bundle_->bytes_.size()});
    if (!envelope) return envelope.error();
    if (const Status status = CheckTrust(envelope->signer, trusted); !status) return status.error();
    bundle_->digest_ = ToHex({envelope->digest.data(), envelope->digest.size()});
    bundle_->signer_ = envelope->signer;
    FieldReader sections(envelope->body);
    for (uint32_t tag = kFirstSection; tag <= kLastSection; ++tag) {
      if (const Status status = ReadSection(sections, tag); !status) return status.error();
    }
    sections.ExpectEnd();
    if (!sections.ok()) return CorruptBundle(sections.problem());
    if (const Status status = CheckReferences(); !status) return status.error();
    IndexRules();
    return std::move(bundle_);
  }

  static const std::vector<model::Detector>& DetectorsOf(const Bundle& bundle) { return bundle.policy_.detectors; }
  // REQUIRES: Read has made it, and nobody else has it yet.
  static Status Attach(Bundle& bundle, Result<std::shared_ptr<const SignatureSets>> sets) {
    if (!sets) return sets.error();
    bundle.signatures_ = std::move(*sets);
    return {};
  }

 private:
  Status ReadSection(FieldReader& sections, uint32_t tag) {
    const std::string where = "section " + std::to_string(tag);
    if (sections.U32() != tag) return CorruptBundle(where + " is missing");
    FieldReader in(sections.Bytes(sections.U64()));
    if (!sections.ok()) return CorruptBundle(where + ": " + sections.problem());
    ReadContent(in, static_cast<SectionTag>(tag));
    in.ExpectEnd();
    if (!in.ok()) return CorruptBundle(where + ": " + in.problem());
    return {};
  }

  void ReadContent(FieldReader& in, SectionTag tag) {
    switch (tag) {
      case SectionTag::kPlatform: return ReadPlatform(in);
      case SectionTag::kPolicy: return ReadPolicy(in);
      case SectionTag::kDetectors: return ReadDetectors(in);
      case SectionTag::kRules: return ReadRules(in);
      case SectionTag::kPatterns: return ReadPatterns(in);
      case SectionTag::kAnchors: return ReadAnchors(in);
      case SectionTag::kDatabases: return ReadDatabases(in);
      case SectionTag::kSources: return ReadSources(in);
    }
  }

  void ReadPlatform(FieldReader& in) {
    bundle_->platform_.tune = in.U32();
    bundle_->platform_.cpu_features = in.U64();
    bundle_->platform_.hyperscan_version = in.Text();
  }

  void ReadPolicy(FieldReader& in) {
    model::FailModes& fail = bundle_->policy_.fail;
    if (in.U32() != fail.modes.size()) in.Fail("the number of fail modes is not that of this version");
    for (model::FailMode& mode : fail.modes) mode = in.Enum<model::FailMode>();
  }

  void ReadDetectors(FieldReader& in) {
    bundle_->policy_.detectors.resize(in.Count(20));
    for (model::Detector& detector : bundle_->policy_.detectors) {
      detector.id = in.Text();
      detector.kind = in.Enum<model::DetectorKind>();
      detector.term_count = in.U32();
      detector.validator = in.Enum<model::ValidatorKind>();
      detector.min_entropy_millibits = in.U32();
      detector.marking.nation = in.Enum<model::Nation>();
      detector.marking.least_level = in.U8();
      detector.marking.most_level = in.U8();
      detector.marking.kind = in.Enum<model::MarkingKind>();
      detector.marking.needs_period = in.Bool();
      detector.marking.caveat = in.U8();
      detector.signature = ReadSignature(in);
      if (detector.signature.is_asked() != (detector.kind == model::DetectorKind::kSignature)) in.Fail("a detector's kind and its signature do not agree");
    }
  }

  void ReadRules(FieldReader& in) {
    const auto detector_count = static_cast<uint32_t>(bundle_->policy_.detectors.size());
    bundle_->policy_.rules.resize(in.Count(64));
    for (model::Rule& rule : bundle_->policy_.rules) {
      rule.id = in.Text();
      rule.title = in.Text();
      rule.severity = in.Enum<model::Severity>();
      rule.confidence = in.U8();
      if (rule.confidence > 100) in.Fail("a confidence exceeds 100");
      rule.action = in.Enum<model::Action>();
      rule.evidence = in.Bool();
      rule.scope = ReadScope(in);
      rule.exceptions = ReadExceptions(in);
      rule.condition = ReadCondition(in, detector_count);
      if (!in.ok()) return;
    }
  }

  void ReadPatterns(FieldReader& in) {
    bundle_->patterns_.resize(in.Count(56));
    for (Pattern& pattern : bundle_->patterns_) {
      pattern.detector = in.U32();
      pattern.term = in.U32();
      pattern.length = in.U32();
      pattern.min_length = in.U32();
      pattern.max_length = in.U32();
      pattern.encoding = in.Enum<model::Encoding>();
      pattern.form = in.Enum<model::TransferForm>();
      pattern.cost = in.Enum<CostClass>();
      pattern.confirm_alignment = in.Bool();
      for (uint64_t& bits : pattern.first_bytes) bits = in.U64();
      if (pattern.min_length > pattern.max_length) in.Fail("a pattern's least length exceeds its greatest");
      if (pattern.max_length > model::MostBytesOf(pattern.cost)) in.Fail("a pattern's matches are longer than the windows of its class");
    }
  }

  void ReadAnchors(FieldReader& in) {
    bundle_->anchors_.resize(in.Count(4));
    for (Anchor& anchor : bundle_->anchors_) {
      anchor.after = in.U32();
      if (anchor.after > model::MostBytesOf(CostClass::kAnchored)) in.Fail("an anchor's matches end further behind it than windows reach");
    }
  }

  void ReadDatabases(FieldReader& in) {
    bundle_->databases_.resize(in.Count(18));
    for (Database& database : bundle_->databases_) {
      database.mode = in.Enum<DatabaseMode>();
      database.cost = in.Enum<CostClass>();
      database.pattern_count = in.U32();
      database.stream_state_bytes = in.U32();
      database.blob = in.Bytes(in.U64());
      const bool in_windows = database.cost == CostClass::kNumbers || database.cost == CostClass::kAnchored;
      if (in_windows != (database.mode == DatabaseMode::kBlock)) in.Fail("a database's mode is not that of its cost class");
      if (database.blob.empty()) in.Fail("a database is empty");
    }
  }

  void ReadSources(FieldReader& in) {
    bundle_->sources_.resize(in.Count(9));
    for (Source& source : bundle_->sources_) {
      source.kind = in.Enum<model::SourceKind>();
      source.name = in.Text();
      source.text = in.Text();
    }
  }

  Status CheckReferences() const {
    const auto& detectors = bundle_->policy_.detectors;
    for (const Pattern& pattern : bundle_->patterns_) {
      if (pattern.detector >= detectors.size()) return CorruptBundle("a pattern names a detector that is not there");
      if (pattern.term >= detectors[pattern.detector].term_count) return CorruptBundle("a pattern names a term that is not there");
    }
    for (const Database& database : bundle_->databases_) {
      if (database.pattern_count > bundle_->patterns_.size() + bundle_->anchors_.size()) return CorruptBundle("a database counts more patterns than there are");
    }
    return {};
  }

  void IndexRules() {
    bundle_->rules_of_.resize(bundle_->policy_.detectors.size());
    for (uint32_t i = 0; i < bundle_->policy_.rules.size(); ++i) {
      for (const model::ConditionNode& node : bundle_->policy_.rules[i].condition.nodes) {
        if (node.kind != model::ConditionNode::Kind::kDetector) continue;
        std::vector<uint32_t>& rules = bundle_->rules_of_[node.detector];
        if (rules.empty() || rules.back() != i) rules.push_back(i);
      }
    }
  }

  std::shared_ptr<Bundle> bundle_ = std::make_shared<Bundle>();
};

Result<std::shared_ptr<const Bundle>> Parse(ByteView bytes, const TrustedKeys& trusted) {
  Result<std::shared_ptr<Bundle>> bundle = BundleReader().Read(bytes, trusted);
  if (!bundle) return bundle.error();
  return std::shared_ptr<const Bundle>(std::move(*bundle));
}

Result<std::shared_ptr<const Bundle>> ParseWithSets(ByteView bytes, const OpenSets& sets) {
  Result<std::shared_ptr<Bundle>> bundle = BundleReader().Read(bytes, {});
  if (!bundle) return bundle.error();
  if (const Status status = BundleReader::Attach(**bundle, SignatureSets::Choose(BundleReader::DetectorsOf(**bundle), sets)); !status) return status.error();
  return std::shared_ptr<const Bundle>(std::move(*bundle));
}

Result<std::shared_ptr<const Bundle>> ParseToRun(ByteView bytes, const TrustedKeys& trusted, const SignatureFiles& signatures) {
  Result<std::shared_ptr<Bundle>> bundle = BundleReader().Read(bytes, trusted);
  if (!bundle) return bundle.error();
  const Status status = BundleReader::Attach(**bundle, SignatureSets::Load(BundleReader::DetectorsOf(**bundle), signatures));
  if (!status) return status.error();
  return std::shared_ptr<const Bundle>(std::move(*bundle));
}

}  // namespace sluice::bundle
