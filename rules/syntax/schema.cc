#include "rules/syntax/schema.h"

#include <nlohmann/json.hpp>

#include "rules/syntax/language.h"

namespace sluice::syntax {
namespace {

using Json = nlohmann::ordered_json;

// The name of a map's definition under $defs.
std::string_view DefinitionName(MapKind map) {
  switch (map) {
    case MapKind::kPack: return "pack";
    case MapKind::kHead: return "head";
    case MapKind::kFail: return "fail";
    case MapKind::kBudget: return "budget";
    case MapKind::kListFile: return "list-file";
    case MapKind::kDetector: return "detector";
    case MapKind::kMarking: return "marking";
    case MapKind::kSignature: return "signature";
    case MapKind::kRule: return "rule";
    case MapKind::kScope: return "scope";
    case MapKind::kException: return "exception";
    case MapKind::kAllCondition: return "all";
    case MapKind::kAnyCondition: return "any";
    case MapKind::kNotCondition: return "not";
    case MapKind::kNearCondition: return "near-condition";
    case MapKind::kNear: return "near";
    case MapKind::kUseCondition: return "use";
    case MapKind::kInPlaceCondition: return "in-place";
    case MapKind::kLiteral: return "literal";
    case MapKind::kExample: return "example";
    case MapKind::kCount: break;
  }
  return "?";
}

Json Ref(std::string_view name) { return {{"$ref", "#/$defs/" + std::string(name)}}; }
Json Ref(MapKind map) { return Ref(DefinitionName(map)); }
Json ListOf(Json item, bool may_be_empty = false) {
  Json list = {{"type", "array"}, {"items", std::move(item)}};
  if (!may_be_empty) list["minItems"] = 1;
  return list;
}
Json OneOrMore(const Json& item) { return {{"anyOf", {item, ListOf(item)}}}; }
Json NamedBy(Json value) { return {{"type", "object"}, {"additionalProperties", std::move(value)}}; }

Json NumberOf(const Key& key, const char* type) {
  Json number = {{"type", type}, {"minimum", key.min}};
  if (key.max != UINT64_MAX) number["maximum"] = key.max;
  return number;
}

Json Contents(MapKind map) {
  const Json one = {{"anyOf", {Ref("text"), Ref(map)}}};
  return {{"anyOf", {Ref("text"), ListOf(one, true)}}};
}

Json ValueOf(const Key& key) {
  switch (key.shape) {
    case Shape::kText: return Ref("text");
    case Shape::kName: return Ref("name");
    case Shape::kDay: return {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}};
    case Shape::kTexts: return OneOrMore(Ref("text"));
    case Shape::kNumber: return NumberOf(key, "integer");
    case Shape::kDecimal: return NumberOf(key, "number");
    case Shape::kFlag: return {{"type", "boolean"}};
    case Shape::kWord: return {{"enum", key.words()}};
    case Shape::kWords: return OneOrMore({{"enum", key.words()}});
    case Shape::kMap: return Ref(key.of);
    case Shape::kMaps: return ListOf(Ref(key.of), true);
    case Shape::kNamedMaps: return NamedBy(Ref(key.of));
    case Shape::kNamedLists: return NamedBy({{"anyOf", {Ref("text"), ListOf(Ref("text")), Ref(MapKind::kListFile)}}});
    case Shape::kLiterals: return Contents(MapKind::kLiteral);
    case Shape::kExamples: return Contents(MapKind::kExample);
    case Shape::kMarking: return {{"anyOf", {{{"enum", key.words()}}, Ref(MapKind::kMarking)}}};
    case Shape::kDetectorOf: return {{"anyOf", {Ref("text"), Ref(MapKind::kDetector)}}};
    case Shape::kCondition: return Ref("condition");
    case Shape::kConditions: return OneOrMore(Ref("condition"));
  }
  return {};
}

Json MapOf(MapKind map) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Key* key : KeysOf(map)) {
    Json value = ValueOf(*key);
    value["description"] = key->text;
    properties[std::string(key->name)] = std::move(value);
    if (key->required) required.push_back(key->name);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Json Definitions() {
  Json definitions = Json::object();
  // Without quotes 42 and true are texts too.
  definitions["text"] = {{"type", {"string", "number", "boolean"}}};
  definitions["name"] = {{"type", "string"}, {"pattern", "^[a-z0-9]+(-[a-z0-9]+)*(\\.[a-z0-9]+(-[a-z0-9]+)*)+$"}};
  definitions["condition"] = {{"anyOf",
                               {Ref("text"), Ref(MapKind::kAllCondition), Ref(MapKind::kAnyCondition), Ref(MapKind::kNotCondition),
                                Ref(MapKind::kNearCondition), Ref(MapKind::kUseCondition), Ref(MapKind::kInPlaceCondition)}}};
  for (int i = 1; i < static_cast<int>(MapKind::kCount); ++i) {
    const auto map = static_cast<MapKind>(i);
    definitions[std::string(DefinitionName(map))] = MapOf(map);
  }
  return definitions;
}

}  // namespace

std::string WriteSchema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"$id", "rules.schema.json"},
                 {"title", "A rule pack of Sluice"},
                 {"description", "Made by `sluicec schema`. docs/rules.md explains the language; `sluicec check` says more than a schema can."}};
  schema.update(MapOf(MapKind::kPack));
  schema["$defs"] = Definitions();
  return schema.dump(2) + "\n";
}

}  // namespace sluice::syntax
