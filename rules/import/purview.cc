// A rule package of Microsoft Purview (learn.microsoft.com/purview/sit-get-started-exact-data-match-based-sits and
// "custom sensitive information types": RulePackage/Rules/Entity/Pattern). An entity finds its IdMatch with supporting matches
// within a number of characters; each pattern of it has a confidence of its own and becomes a rule.
#include <algorithm>
#include <map>
#include <pugixml.hpp>

#include "rules/import/formats.h"

namespace sluice::import {
namespace {

using pugi::xml_node;
using Kind = Loss::Kind;

// Built-in functions that Sluice has, as an expression and a validator.
struct Function {
  std::string_view name;
  std::string_view expression;
  std::string_view validator;
};
constexpr Function kFunctions[] = {
    {"Func_credit_card", R"(\b[3-6][0-9]{3}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{3,4}\b)", "luhn"},
    {"Func_iban", R"(\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b)", "iban"},
    {"Func_ssn", R"(\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b)", "us-ssn"},
    {"Func_formatted_ssn", R"(\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b)", "us-ssn"},
    {"Func_unformatted_ssn", R"(\b[0-8][0-9]{8}\b)", "us-ssn"},
    {"Func_uk_nino", R"(\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b)", "uk-nino"},
    {"Func_french_insee", R"(\b[1-478] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b)", "fr-nir"},
    {"Func_brazil_cpf", R"(\b[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}\b)", "br-cpf"},
    {"Func_india_aadhaar", R"(\b[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}\b)", "in-aadhaar"},
    {"Func_canadian_sin", R"(\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}\b)", "ca-sin"},
    {"Func_australian_tax_file_number", R"(\b[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b)", "au-tfn"},
    {"Func_china_resident_id", R"(\b[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\b)", "cn-resident-id"},
    {"Func_taiwanese_national_id", R"(\b[A-Z][1289][0-9]{8}\b)", "tw-national-id"},
    {"Func_south_korea_resident_number", R"(\b[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])-[1-8][0-9]{6}\b)", "kr-resident-id"},
    {"Func_jp_my_number_personal", R"(\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b)", "jp-my-number"},
};

// Elements may have a namespace prefix; it means nothing here.
std::string_view LocalName(const xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

std::vector<xml_node> Children(const xml_node& node, std::string_view name = {}) {
  std::vector<xml_node> children;
  for (const xml_node child : node.children()) {
    if (child.type() == pugi::node_element && (name.empty() || LocalName(child) == name)) children.push_back(child);
  }
  return children;
}

xml_node Child(const xml_node& node, std::string_view name) {
  const std::vector<xml_node> children = Children(node, name);
  return children.empty() ? xml_node() : children.front();
}

class PurviewReader {
 public:
  Result<Draft> Run(const xml_node& document) {
    const xml_node package = Child(document, "RulePackage");
    const xml_node rules = Child(package, "Rules");
    if (!rules) return Error{ErrorCode::kCorrupt, "this is no rule package: expected <RulePackage> with <Rules>"};
    draft_.id = "purview";
    draft_.title = "Imported from Microsoft Purview";
    ReadNames(rules);
    for (const xml_node& child : Children(rules)) ReadDefinition(child);
    for (const xml_node& version : Children(rules, "Version")) ReadEntities(version);
    ReadEntities(rules);
    return std::move(draft_);
  }

 private:
  void ReadNames(const xml_node& rules) {
    for (const xml_node& strings : Children(rules, "LocalizedStrings")) {
      for (const xml_node& resource : Children(strings, "Resource")) {
        const xml_node name = Child(resource, "Name");
        if (name) names_[resource.attribute("idRef").value()] = name.text().get();
      }
    }
  }

  void ReadDefinition(const xml_node& node) {
    const std::string_view kind = LocalName(node);
    const std::string id = node.attribute("id").value();
    if (kind == "Regex") return AddRegex(id, node.text().get());
    if (kind == "Keyword") return AddKeywords(id, node);
    if (kind == "Function") return AddFunction(id);
    if (kind == "Entity" || kind == "Affinity" || kind == "Version" || kind == "LocalizedStrings") return;
    draft_.Lose(Kind::kPart, "", std::string(kind) + (id.empty() ? "" : " " + id), "Sluice has no such element");
  }

  DetectorDraft NewDetector(const std::string& id) {
    DetectorDraft detector;
    detector.id = "purview-" + ids_.Take(id);
    return detector;
  }

  void AddRegex(const std::string& id, const std::string& text) {
    DetectorDraft detector = NewDetector(id);
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == text.npos) return draft_.Lose(Kind::kPart, "", "Regex " + id, "it is empty");
    detector.expressions = {text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1)};
    Define(id, {std::move(detector)});
  }

  void AddFunction(const std::string& id) {
    const auto known = std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const Function& f) { return f.name == id; });
    if (known == std::end(kFunctions) || detectors_of_.count(id) != 0) return;
    DetectorDraft detector = NewDetector(id);
    detector.expressions = {std::string(known->expression)};
    detector.validator = known->validator;
    Define(id, {std::move(detector)});
  }

  // A group's style and each term's case say how it is looked for; terms that agree share a detector.
  void AddKeywords(const std::string& id, const xml_node& keyword) {
    std::map<std::pair<bool, bool>, DetectorDraft> by_style;
    for (const xml_node& group : Children(keyword, "Group")) {
      const bool word = std::string_view(group.attribute("matchStyle").value()) == "word";
      for (const xml_node& term : Children(group, "Term")) {
        const std::string text = term.text().get();
        const bool ignore_case = !term.attribute("caseSensitive").as_bool(false);
        if (!text.empty()) by_style[{word, ignore_case}].literals.push_back(text);
      }
    }
    std::vector<DetectorDraft> detectors;
    for (auto& [style, detector] : by_style) {
      detector.id = NewDetector(id).id;
      detector.whole_word = style.first;
      detector.ignore_case = style.second;
      detectors.push_back(std::move(detector));
    }
    if (detectors.empty()) return draft_.Lose(Kind::kPart, "", "Keyword " + id, "it has no terms");
    Define(id, std::move(detectors));
  }

  void Define(const std::string& id, std::vector<DetectorDraft> detectors) {
    for (DetectorDraft& detector : detectors) {
      detectors_of_[id].push_back(detector.id);
      draft_.detectors.push_back(std::move(detector));
    }
  }

  void ReadEntities(const xml_node& parent) {
    for (const xml_node& entity : Children(parent, "Entity")) ReadEntity(entity);
    for (const xml_node& affinity : Children(parent, "Affinity")) {
      ++draft_.found;
      draft_.Lose(Kind::kRule, NameOf(affinity), "Affinity", "evidence that adds up without one that must be there cannot be expressed");
    }
  }

  std::string NameOf(const xml_node& entity) const {
    const std::string id = entity.attribute("id").value();
    const auto name = names_.find(id);
    return name == names_.end() || name->second.empty() ? "entity " + id : name->second;
  }

  void ReadEntity(const xml_node& entity) {
    const std::string name = NameOf(entity);
    const uint64_t proximity = std::clamp<uint64_t>(entity.attribute("patternsProximity").as_ullong(300), 0, 100'000);
    for (const xml_node& pattern : Children(entity, "Pattern")) {
      ++draft_.found;
      RuleDraft rule;
      rule.confidence = std::clamp(pattern.attribute("confidenceLevel").as_int(75), 0, 100);
      rule.origin = name + " (" + std::to_string(rule.confidence) + ")";
      rule.title = name;
      rule.id = "purview." + ids_.Take(name + "-" + std::to_string(rule.confidence));
      if (ReadPattern(pattern, proximity, rule)) draft_.rules.push_back(std::move(rule));
    }
    for (const xml_node& child : Children(entity)) {
      if (LocalName(child) != "Pattern") draft_.Lose(Kind::kPart, name, std::string(LocalName(child)), "Sluice has no such element");
    }
  }

  // Where an id stands for several detectors, any of them will do.
  std::optional<std::vector<ConditionDraft>> UsesOf(const xml_node& match, const std::string& origin) {
    const std::string id = match.attribute("idRef").value();
    AddFunction(id);
    const auto found = detectors_of_.find(id);
    if (found == detectors_of_.end()) {
      const bool is_function = id.compare(0, 5, "Func_") == 0;
      draft_.Lose(Kind::kPart, origin, std::string(LocalName(match)) + " " + id, std::string(is_function ? "this function of Purview is not known" : "it is not defined in the file") + "; without it the rule fires more often");
      return std::nullopt;
    }
    std::vector<ConditionDraft> uses;
    for (const std::string& detector : found->second) {
      uses.emplace_back();
      uses.back().detector = detector;
    }
    const uint64_t count = match.attribute("minCount").as_ullong(1);
    if (count > 1) {
      for (ConditionDraft& use : uses) use.count = std::min<uint64_t>(count, 1000);
    }
    if (match.attribute("uniqueResults")) draft_.Lose(Kind::kApproximate, origin, "uniqueResults", "hits are counted, not different values");
    return uses;
  }

  bool ReadPattern(const xml_node& pattern, uint64_t proximity, RuleDraft& rule) {
    const xml_node id_match = Child(pattern, "IdMatch");
    const std::optional<std::vector<ConditionDraft>> anchors = id_match ? UsesOf(id_match, rule.origin) : std::nullopt;
    if (!anchors) {
      draft_.Lose(Kind::kRule, rule.origin, "the rule", "without what it identifies it would mean something else");
      return false;
    }
    ConditionDraft all;
    all.kind = ConditionDraft::Kind::kAll;
    all.children.push_back(AnyOf(*anchors, 1));
    for (const xml_node& child : Children(pattern)) {
      const std::string_view kind = LocalName(child);
      if (kind == "Match") AddSupport(UsesOf(child, rule.origin), *anchors, proximity, all);
      if (kind == "Any") AddAny(child, *anchors, proximity, rule.origin, all);
      if (kind != "Match" && kind != "Any" && kind != "IdMatch") draft_.Lose(Kind::kPart, rule.origin, std::string(kind), "Sluice has no such element");
    }
    rule.condition = std::move(all);
    return true;
  }

  static ConditionDraft AnyOf(std::vector<ConditionDraft> children, uint64_t at_least) {
    if (children.size() == 1 && at_least == 1) return std::move(children.front());
    ConditionDraft any;
    any.kind = ConditionDraft::Kind::kAny;
    any.count = at_least;
    any.children = std::move(children);
    return any;
  }

  // Some supporting detector near some identifying one.
  static ConditionDraft Near(const std::vector<ConditionDraft>& anchors, const std::vector<ConditionDraft>& supports, uint64_t within) {
    std::vector<ConditionDraft> ways;
    for (const ConditionDraft& anchor : anchors) {
      for (const ConditionDraft& support : supports) {
        ConditionDraft near;
        near.kind = ConditionDraft::Kind::kNear;
        near.within = within;
        near.children = {anchor, support};
        ways.push_back(std::move(near));
      }
    }
    return AnyOf(std::move(ways), 1);
  }

  static void AddSupport(const std::optional<std::vector<ConditionDraft>>& supports, const std::vector<ConditionDraft>& anchors, uint64_t within, ConditionDraft& all) {
    if (supports) all.children.push_back(Near(anchors, *supports, within));
  }

  void AddAny(const xml_node& any, const std::vector<ConditionDraft>& anchors, uint64_t within, const std::string& origin, ConditionDraft& all) {
    const uint64_t least = any.attribute("minMatches").as_ullong(1);
    const uint64_t most = any.attribute("maxMatches").as_ullong(UINT64_MAX);
    std::vector<ConditionDraft> ways;
    for (const xml_node& match : Children(any)) {
      if (LocalName(match) != "Match") {
        draft_.Lose(Kind::kPart, origin, std::string(LocalName(match)) + " within Any", "nested groups are not carried over");
        continue;
      }
      if (const std::optional<std::vector<ConditionDraft>> supports = UsesOf(match, origin)) ways.push_back(Near(anchors, *supports, within));
    }
    if (ways.empty()) return;
    if (least == 0 && most == 0) {
      ConditionDraft none;
      none.kind = ConditionDraft::Kind::kNot;
      none.children.push_back(AnyOf(std::move(ways), 1));
      all.children.push_back(std::move(none));
      return;
    }
    if (most != UINT64_MAX) draft_.Lose(Kind::kPart, origin, "maxMatches", "there is no upper bound to how many may match");
    if (least == 0) return;
    if (least > ways.size()) draft_.Lose(Kind::kApproximate, origin, "minMatches", "so many of the group were not carried over; all that were are asked for");
    all.children.push_back(AnyOf(ways, std::min<uint64_t>(least, ways.size())));
  }

  Draft draft_;
  UniqueIds ids_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::vector<std::string>> detectors_of_;
};

}  // namespace

Result<Draft> ReadPurview(const std::string& text) {
  pugi::xml_document document;
  // Entities of a document type are not expanded, and nothing outside of the file is read.
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size(), pugi::parse_default);
  if (!parsed) return Error{ErrorCode::kCorrupt, "byte " + std::to_string(parsed.offset) + ": not XML: " + parsed.description()};
  return PurviewReader().Run(document);
}

}  // namespace sluice::import
