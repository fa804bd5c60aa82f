#include "rules/import/draft_writer.h"

#include <algorithm>
#include <cstdio>

#include "rules/syntax/yaml_reader.h"

namespace sluice::import {
namespace {

using Owner = WrittenDraft::Owner;

std::string WithoutBrokenBytes(std::string text) {
  for (size_t bad = syntax::FindInvalidUtf8(text); bad != std::string_view::npos; bad = syntax::FindInvalidUtf8(text)) text[bad] = '?';
  return text;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// In single quotes where that saves escapes (YAML 1.2, 7.3.2), which expressions are full of; in double quotes, which can
// hold any text (7.3.1), otherwise.
std::string Quoted(const std::string& raw) {
  const std::string text = WithoutBrokenBytes(raw);
  if (text.find_first_of("\\\"") != text.npos && std::none_of(text.begin(), text.end(), IsControl)) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
  }
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (IsControl(c)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned char>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Decimal(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string List(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "[" : ", ") + Quoted(text);
  return out.empty() ? "[]" : out + "]";
}

class DraftWriter {
 public:
  WrittenDraft Run(const Draft& draft) {
    Line("pack: {id: " + Quoted(draft.id) + ", title: " + Quoted(draft.title.empty() ? draft.id : draft.title) + "}");
    if (draft.state_bytes > 0) Line("budget: {stream_state_bytes: " + std::to_string(draft.state_bytes) + "}");
    if (!draft.detectors.empty()) Line("detectors:");
    for (size_t i = 0; i < draft.detectors.size(); ++i) {
      owner_ = {Owner::Kind::kDetector, i};
      WriteDetector(draft.detectors[i]);
    }
    owner_ = {};
    Line(draft.rules.empty() ? "rules: []" : "rules:");
    for (size_t i = 0; i < draft.rules.size(); ++i) {
      owner_ = {Owner::Kind::kRule, i};
      WriteRule(draft.rules[i]);
    }
    return std::move(written_);
  }

 private:
  void Line(const std::string& text) {
    written_.owners.resize(++line_ + 1);
    written_.owners[line_] = owner_;
    written_.text += text + "\n";
  }

  void WriteDetector(const DetectorDraft& detector) {
    Line("  " + detector.id + ":");
    std::string literals;
    for (const std::string& text : detector.literals) literals += (literals.empty() ? "" : ", ") + Quoted(text);
    for (const std::string& hex : detector.bytes) literals += (literals.empty() ? "" : ", ") + std::string("{hex: ") + Quoted(hex) + "}";
    if (!literals.empty()) Line("    literals: [" + literals + "]");
    if (!detector.expressions.empty()) Line("    regex: " + List(detector.expressions));
    if (detector.as_bytes) Line("    encodings: [utf-8]");
    if (detector.as_bytes && !detector.literals.empty()) Line("    transfer: none");
    if (detector.ignore_case) Line("    case: insensitive");
    if (detector.whole_word) Line("    word: true");
    if (!detector.validator.empty()) Line("    validator: " + detector.validator);
    if (detector.min_entropy > 0) Line("    min_entropy: " + Decimal(detector.min_entropy));
  }

  void WriteRule(const RuleDraft& rule) {
    Line("  - id: " + rule.id);
    Line("    title: " + Quoted(rule.title.empty() ? rule.origin.empty() ? rule.id : rule.origin : rule.title));
    if (!rule.references.empty()) Line("    sources: " + List(rule.references));
    Line("    severity: " + rule.severity);
    Line("    confidence: " + std::to_string(rule.confidence));
    Line("    action: " + rule.action);
    std::string scope = "direction: " + rule.direction;
    if (!rule.sources.empty()) scope += ", source: " + List(rule.sources);
    if (!rule.destinations.empty()) scope += ", destination: " + List(rule.destinations);
    if (!rule.applications.empty()) scope += ", application: " + List(rule.applications);
    Line("    scope: {" + scope + "}");
    Line("    condition: " + Condition(rule.condition));
  }

  static std::string Children(const std::vector<ConditionDraft>& children, size_t from) {
    std::string out;
    for (size_t i = from; i < children.size(); ++i) out += (out.empty() ? "[" : ", ") + Condition(children[i]);
    return out.empty() ? "[]" : out + "]";
  }

  static std::string Condition(const ConditionDraft& condition) {
    using Kind = ConditionDraft::Kind;
    switch (condition.kind) {
      case Kind::kDetector: {
        std::string text = "{detector: " + condition.detector;
        if (condition.count > 1) text += ", count: " + std::to_string(condition.count);
        if (!condition.where.empty()) text += ", where: " + List(condition.where);
        return text + "}";
      }
      case Kind::kAll: return "{all: " + Children(condition.children, 0) + "}";
      case Kind::kAny: return "{any: " + Children(condition.children, 0) + (condition.count > 1 ? ", at_least: " + std::to_string(condition.count) : "") + "}";
      case Kind::kNot: return "{not: " + Condition(condition.children.front()) + "}";
      case Kind::kNear:
        return "{near: {anchor: " + Condition(condition.children.front()) + ", with: " + Children(condition.children, 1) + ", within: " + std::to_string(condition.within) + "}}";
    }
    return "{}";
  }

  WrittenDraft written_;
  uint32_t line_ = 0;
  Owner owner_;
};

}  // namespace

WrittenDraft WriteDraft(const Draft& draft) { return DraftWriter().Run(draft); }

}  // namespace sluice::import
