#include "tests/support/json_schema.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

namespace sluice::testing {
namespace {

using Json = nlohmann::json;

bool HasType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

bool HasOneType(const Json& value, const Json& types) {
  if (types.is_string()) return HasType(value, types.get<std::string>());
  return std::any_of(types.begin(), types.end(), [&](const Json& type) { return HasType(value, type.get<std::string>()); });
}

const std::set<std::string>& KnownKeywords() {
  static const std::set<std::string> known = {
      "$schema", "$id",  "$defs",    "$ref",    "title",      "description", "type",     "enum",
      "const",   "items", "required", "pattern", "properties", "minimum",     "maximum",  "minItems",
      "additionalProperties", "anyOf"};
  return known;
}

}  // namespace

JsonSchema JsonSchema::FromFile(const std::string& path) {
  std::ifstream in(path);
  return JsonSchema(Json::parse(in));
}

std::vector<std::string> JsonSchema::Violations(const Json& value) const {
  Out out;
  Check(root_, value, "", out);
  return out;
}

void JsonSchema::Check(const Json& schema, const Json& value, const std::string& where, Out& out) const {
  for (const auto& [keyword, unused] : schema.items()) {
    if (KnownKeywords().count(keyword) == 0) out.push_back(where + ": the schema uses an unknown keyword " + keyword);
  }
  if (schema.contains("$ref")) {
    const auto reference = schema["$ref"].get<std::string>();
    Check(root_.at(Json::json_pointer(reference.substr(1))), value, where, out);
  }
  if (schema.contains("anyOf")) CheckAnyOf(schema["anyOf"], value, where, out);
  if (schema.contains("type") && !HasOneType(value, schema["type"])) {
    out.push_back(where + ": is not of type " + schema["type"].dump());
    return;
  }
  if (schema.contains("const") && value != schema["const"]) out.push_back(where + ": is not " + schema["const"].dump());
  if (schema.contains("enum")) {
    const Json& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      out.push_back(where + ": " + value.dump() + " is none of " + words.dump());
    }
  }
  if (value.is_object()) CheckObject(schema, value, where, out);
  if (value.is_string()) CheckText(schema, value.get<std::string>(), where, out);
  if (value.is_number()) CheckNumber(schema, value, where, out);
  if (!value.is_array()) return;
  if (schema.contains("minItems") && value.size() < schema["minItems"].get<size_t>()) {
    out.push_back(where + ": has too few elements");
  }
  if (!schema.contains("items")) return;
  for (size_t i = 0; i < value.size(); ++i) Check(schema["items"], value[i], where + "/" + std::to_string(i), out);
}

void JsonSchema::CheckAnyOf(const Json& schemas, const Json& value, const std::string& where, Out& out) const {
  Out all;
  for (const Json& schema : schemas) {
    Out violations;
    Check(schema, value, where, violations);
    if (violations.empty()) return;
    all.insert(all.end(), violations.begin(), violations.end());
  }
  out.push_back(where + ": is none of " + std::to_string(schemas.size()) + " alternatives");
  out.insert(out.end(), all.begin(), all.end());
}

void JsonSchema::CheckObject(const Json& schema, const Json& value, const std::string& where, Out& out) const {
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name.get<std::string>())) out.push_back(where + ": lacks " + name.get<std::string>());
  }
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, member] : value.items()) {
    const std::string place = where + "/" + name;
    if (properties.contains(name)) {
      Check(properties[name], member, place, out);
      continue;
    }
    if (!schema.contains("additionalProperties")) continue;
    const Json& rest = schema["additionalProperties"];
    if (rest.is_object()) Check(rest, member, place, out);
    if (rest.is_boolean() && !rest.get<bool>()) out.push_back(place + ": is not in the schema");
  }
}

void JsonSchema::CheckText(const Json& schema, const std::string& value, const std::string& where, Out& out) const {
  if (schema.contains("pattern") && !std::regex_search(value, std::regex(schema["pattern"].get<std::string>()))) {
    out.push_back(where + ": does not match " + schema["pattern"].get<std::string>());
  }
}

void JsonSchema::CheckNumber(const Json& schema, const Json& value, const std::string& where, Out& out) const {
  if (schema.contains("minimum") && value < schema["minimum"]) out.push_back(where + ": is below the minimum");
  if (schema.contains("maximum") && value > schema["maximum"]) out.push_back(where + ": is above the maximum");
}

}  // namespace sluice::testing
