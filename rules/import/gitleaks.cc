// gitleaks.toml (github.com/gitleaks/gitleaks, config/config.go): a rule is an expression over a file's text, with an entropy
// bound on what its group captured, keywords of which one must be present, and a path.
#include <algorithm>
#include <toml++/toml.h>

#include "rules/import/formats.h"

namespace sluice::import {
namespace {

using Kind = Loss::Kind;

// Matches are told by their ends, so optional characters before them change nothing but what they cost.
std::string WithoutOptionalBeginning(const std::string& regex) {
  const size_t begin = regex.compare(0, 4, "(?i)") == 0 ? 4 : 0;
  if (begin >= regex.size() || regex[begin] != '[') return regex;
  const size_t close = regex.find(']', begin + 2);
  if (close == regex.npos || regex.find('[', begin + 1) < close || regex.find('\\', begin + 1) == close - 1) return regex;
  size_t end = close + 1;
  if (regex.compare(end, 3, "{0,") != 0) return regex;
  end = regex.find('}', end);
  if (end == regex.npos) return regex;
  if (end + 1 < regex.size() && regex[end + 1] == '?') ++end;
  return regex.substr(0, begin) + regex.substr(end + 1);
}

class GitleaksReader {
 public:
  Draft Run(const toml::table& root) {
    draft_.id = "gitleaks";
    draft_.title = "Imported from gitleaks";
    if (const auto title = root["title"].value<std::string>()) draft_.title = *title;
    for (const auto& [key, value] : root) ReadTopKey(key.str(), value);
    return std::move(draft_);
  }

 private:
  void ReadTopKey(std::string_view key, const toml::node& value) {
    if (key == "title" || key == "description" || key == "minVersion") return;
    if (key == "extend") return draft_.Lose(Kind::kPart, "", "extend", "rules of other files are not in this one; import them, too");
    if (key == "allowlist" || key == "allowlists") return draft_.Lose(Kind::kPart, "", std::string(key), "what it allows for all rules is found all the same; write 'not' or 'exceptions' where it matters");
    const toml::array* rules = value.as_array();
    if (key != "rules" || rules == nullptr) return draft_.Lose(Kind::kPart, "", std::string(key), "not known");
    for (const toml::node& rule : *rules) {
      ++draft_.found;
      if (const toml::table* table = rule.as_table()) ReadRule(*table);
    }
  }

  static std::string Text(const toml::table& rule, std::string_view key) { return rule[key].value<std::string>().value_or(""); }

  static std::vector<std::string> Texts(const toml::table& rule, std::string_view key) {
    std::vector<std::string> texts;
    if (const toml::array* array = rule[key].as_array()) {
      for (const toml::node& node : *array) {
        if (const auto text = node.value<std::string>(); text && !text->empty()) texts.push_back(*text);
      }
    }
    return texts;
  }

  void ReadRule(const toml::table& rule) {
    RuleDraft out;
    const std::string id = Text(rule, "id");
    out.origin = id.empty() ? "rule " + std::to_string(draft_.found) : id;
    const std::string name = ids_.Take(out.origin);
    out.id = "gitleaks." + name;
    out.title = Text(rule, "description");
    const std::string regex = Text(rule, "regex"), path = Text(rule, "path");
    if (regex.empty() && path.empty()) return draft_.Lose(Kind::kRule, out.origin, "the rule", "it has neither regex nor path");
    out.condition.kind = ConditionDraft::Kind::kAll;
    if (!regex.empty()) AddExpression(rule, out, name, regex);
    if (!path.empty()) AddPath(out, name, path);
    if (const std::vector<std::string> keywords = Texts(rule, "keywords"); !keywords.empty() && !regex.empty()) AddKeywords(out, name, keywords);
    for (const auto& [key, unused] : rule) NameLoss(out.origin, std::string(key.str()));
    draft_.rules.push_back(std::move(out));
  }

  static ConditionDraft Use(const std::string& detector) {
    ConditionDraft use;
    use.detector = detector;
    return use;
  }

  void AddExpression(const toml::table& rule, RuleDraft& out, const std::string& name, const std::string& regex) {
    DetectorDraft detector;
    detector.id = "gitleaks-" + name;
    detector.min_entropy = std::clamp(rule["entropy"].value<double>().value_or(0), 0.0, 8.0);
    // What may stand behind a secret (a quote, a semicolon) is part of the match; the entropy is asked of the token before it.
    detector.expressions = {WithoutOptionalBeginning(regex)};
    draft_.detectors.push_back(std::move(detector));
    out.condition.children.push_back(Use("gitleaks-" + name));
  }

  void AddPath(RuleDraft& out, const std::string& name, const std::string& path) {
    DetectorDraft detector;
    detector.id = "gitleaks-" + name + "-path";
    detector.expressions = {path};
    draft_.detectors.push_back(std::move(detector));
    ConditionDraft use = Use("gitleaks-" + name + "-path");
    use.where = {"name"};
    out.condition.children.push_back(std::move(use));
  }

  void AddKeywords(RuleDraft& out, const std::string& name, const std::vector<std::string>& keywords) {
    DetectorDraft detector;
    detector.id = "gitleaks-" + name + "-keywords";
    detector.literals = keywords;
    detector.ignore_case = true;
    detector.as_bytes = true;
    draft_.detectors.push_back(std::move(detector));
    out.condition.children.push_back(Use("gitleaks-" + name + "-keywords"));
  }

  void NameLoss(const std::string& origin, const std::string& key) {
    for (const char* known : {"id", "description", "regex", "path", "entropy", "keywords"}) {
      if (key == known) return;
    }
    if (key == "secretGroup") return draft_.Lose(Kind::kApproximate, origin, key, "the secret is taken to be the token at the end of the match");
    if (key == "tags") return draft_.Lose(Kind::kPart, origin, key, "rules have no tags");
    if (key == "allowlist" || key == "allowlists") return draft_.Lose(Kind::kPart, origin, key, "what it allows (paths, commits, stop words) is found all the same; write 'not' or 'exceptions' where it matters");
    draft_.Lose(Kind::kPart, origin, key, "not known");
  }

  Draft draft_;
  UniqueIds ids_;
};

}  // namespace

Result<Draft> ReadGitleaks(const std::string& text) {
  try {
    return GitleaksReader().Run(toml::parse(text));
  } catch (const toml::parse_error& e) {
    return Error{ErrorCode::kCorrupt, "line " + std::to_string(e.source().begin.line) + ", column " + std::to_string(e.source().begin.column) + ": not TOML: " + std::string(e.description())};
  }
}

}  // namespace sluice::import
