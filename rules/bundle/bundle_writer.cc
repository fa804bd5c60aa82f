#include "rules/bundle/bundle_writer.h"

#include <algorithm>

#include "rules/bundle/byte_writer.h"
#include "rules/bundle/digest.h"

namespace sluice::bundle {
namespace {

void WritePlatform(ByteWriter& out, const Platform& platform) {
  out.U32(platform.tune);
  out.U64(platform.cpu_features);
  out.Text(platform.hyperscan_version);
}

void WritePolicy(ByteWriter& out, const model::Policy& policy) {
  out.U32(static_cast<uint32_t>(policy.fail.modes.size()));
  for (const model::FailMode mode : policy.fail.modes) out.Enum(mode);
}

void WriteSignature(ByteWriter& out, const model::SignatureFilter& signature) {
  out.Text(signature.set);
  out.U8(signature.percent);
  out.U64(signature.bytes);
  out.U64(signature.run);
  out.Bool(signature.whole);
  out.U8(signature.left.percent);
  out.U64(signature.left.bytes);
  out.U32(signature.left.days);
  out.U8(signature.columns);
  out.U32(signature.within);
}

void WriteDetectors(ByteWriter& out, const std::vector<model::Detector>& detectors) {
  out.U32(static_cast<uint32_t>(detectors.size()));
  for (const model::Detector& detector : detectors) {
    out.Text(detector.id);
    out.Enum(detector.kind);
    out.U32(detector.term_count);
    out.Enum(detector.validator);
    out.U32(detector.min_entropy_millibits);
    out.Enum(detector.marking.nation);
    out.U8(detector.marking.least_level);
    out.U8(detector.marking.most_level);
    out.Enum(detector.marking.kind);
    out.Bool(detector.marking.needs_period);
    out.U8(detector.marking.caveat);
    WriteSignature(out, detector.signature);
  }
}

void WriteTexts(ByteWriter& out, const std::vector<std::string>& texts) {
  out.U32(static_cast<uint32_t>(texts.size()));
  for (const std::string& text : texts) out.Text(text);
}

void WriteBlocks(ByteWriter& out, const std::vector<model::AddressBlock>& blocks) {
  out.U32(static_cast<uint32_t>(blocks.size()));
  for (const model::AddressBlock& block : blocks) {
    out.Raw({block.address.data(), block.address.size()});
    out.U8(block.prefix_bits);
  }
}

void WriteScope(ByteWriter& out, const model::Scope& scope) {
  out.Enum(scope.direction);
  WriteBlocks(out, scope.sources);
  WriteBlocks(out, scope.destinations);
  WriteTexts(out, scope.applications);
  WriteTexts(out, scope.media_types);
  WriteTexts(out, scope.clients);
  out.U64(scope.min_bytes);
  out.U64(scope.max_bytes);
}

void WriteExceptions(ByteWriter& out, const std::vector<model::Exception>& exceptions) {
  out.U32(static_cast<uint32_t>(exceptions.size()));
  for (const model::Exception& exception : exceptions) {
    out.Text(exception.reason);
    out.U64(static_cast<uint64_t>(exception.expires_unix_seconds));
    WriteScope(out, exception.scope);
  }
}

void WriteCondition(ByteWriter& out, const model::Condition& condition) {
  out.U32(static_cast<uint32_t>(condition.nodes.size()));
  for (const model::ConditionNode& node : condition.nodes) {
    out.Enum(node.kind);
    out.U8(node.where);
    out.Bool(node.distinct);
    out.U32(node.min_count);
    out.U32(node.within);
    out.U32(node.detector);
    out.U32(node.size);
  }
}

void WriteRules(ByteWriter& out, const std::vector<model::Rule>& rules) {
  out.U32(static_cast<uint32_t>(rules.size()));
  for (const model::Rule& rule : rules) {
    out.Text(rule.id);
    out.Text(rule.title);
    out.Enum(rule.severity);
    out.U8(rule.confidence);
    out.Enum(rule.action);
    out.Bool(rule.evidence);
    WriteScope(out, rule.scope);
    WriteExceptions(out, rule.exceptions);
    WriteCondition(out, rule.condition);
  }
}

void WritePatterns(ByteWriter& out, const std::vector<Pattern>& patterns) {
  out.U32(static_cast<uint32_t>(patterns.size()));
  for (const Pattern& pattern : patterns) {
    out.U32(pattern.detector);
    out.U32(pattern.term);
    out.U32(pattern.length);
    out.U32(pattern.min_length);
    out.U32(pattern.max_length);
    out.Enum(pattern.encoding);
    out.Enum(pattern.form);
    out.Enum(pattern.cost);
    out.Bool(pattern.confirm_alignment);
    for (const uint64_t bits : pattern.first_bytes) out.U64(bits);
  }
}

void WriteAnchors(ByteWriter& out, const std::vector<Anchor>& anchors) {
  out.U32(static_cast<uint32_t>(anchors.size()));
  for (const Anchor& anchor : anchors) out.U32(anchor.after);
}

void WriteDatabases(ByteWriter& out, const std::vector<Database>& databases) {
  out.U32(static_cast<uint32_t>(databases.size()));
  for (const Database& database : databases) {
    out.Enum(database.mode);
    out.Enum(database.cost);
    out.U32(database.pattern_count);
    out.U32(database.stream_state_bytes);
    out.U64(database.blob.size());
    out.Raw(database.blob);
  }
}

void WriteSources(ByteWriter& out, const std::vector<Source>& sources) {
  out.U32(static_cast<uint32_t>(sources.size()));
  for (const Source& source : sources) {
    out.Enum(source.kind);
    out.Text(source.name);
    out.Text(source.text);
  }
}

void AppendSection(ByteWriter& body, SectionTag tag, const ByteWriter& section) {
  body.U32(static_cast<uint32_t>(tag));
  body.U64(section.bytes().size());
  body.Raw(section.view());
}

ByteWriter WriteBody(const Contents& contents) {
  ByteWriter body;
  const auto section = [&body](SectionTag tag, auto write, const auto& what) {
    ByteWriter out;
    write(out, what);
    AppendSection(body, tag, out);
  };
  section(SectionTag::kPlatform, WritePlatform, contents.platform);
  section(SectionTag::kPolicy, WritePolicy, contents.policy);
  section(SectionTag::kDetectors, WriteDetectors, contents.policy.detectors);
  section(SectionTag::kRules, WriteRules, contents.policy.rules);
  section(SectionTag::kPatterns, WritePatterns, contents.patterns);
  section(SectionTag::kAnchors, WriteAnchors, contents.anchors);
  section(SectionTag::kDatabases, WriteDatabases, contents.databases);
  section(SectionTag::kSources, WriteSources, contents.sources);
  return body;
}

}  // namespace

std::vector<uint8_t> WriteBundle(const Contents& contents) {
  const ByteWriter body = WriteBody(contents);
  ByteWriter file;
  file.Raw({kMagic.data(), kMagic.size()});
  file.U32(kFormatVersion);
  file.U32(0);
  const std::array<uint8_t, kDigestBytes> empty{};
  file.Raw({empty.data(), empty.size()});
  file.U64(body.bytes().size());
  file.Raw(body.view());

  std::vector<uint8_t> bytes = file.bytes();
  const std::array<uint8_t, kDigestBytes> digest = DigestOf({bytes.data(), bytes.size()}, body.bytes().size());
  std::copy(digest.begin(), digest.end(), bytes.begin() + kDigestOffset);
  return bytes;
}

}  // namespace sluice::bundle
