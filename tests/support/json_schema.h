// JsonSchema: checks a JSON value against a schema of docs/schema. Knows the part of JSON Schema 2020-12 that those use;
// a keyword it does not know is a violation of its own, so that nothing is skipped in silence.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice::testing {

class JsonSchema {
 public:
  // REQUIRES: the file exists and is JSON (throws otherwise, which fails the test).
  static JsonSchema FromFile(const std::string& path);
  explicit JsonSchema(nlohmann::json schema) : root_(std::move(schema)) {}

  // One sentence for each violation, with the place in the value ("/flow/src_port: …"); empty when it is valid.
  std::vector<std::string> Violations(const nlohmann::json& value) const;

 private:
  using Out = std::vector<std::string>;
  void Check(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where, Out& out) const;
  void CheckAnyOf(const nlohmann::json& schemas, const nlohmann::json& value, const std::string& where, Out& out) const;
  void CheckObject(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where, Out& out) const;
  void CheckText(const nlohmann::json& schema, const std::string& value, const std::string& where, Out& out) const;
  void CheckNumber(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where, Out& out) const;

  nlohmann::json root_;
};

}  // namespace sluice::testing
