// The checker itself: a check that accepts everything would prove nothing.
#include "tests/support/json_schema.h"
#include "tests/support/places.h"

#include <filesystem>

namespace sluice::testing {
namespace {

using nlohmann::json;

size_t Count(const char* schema, const char* value) {
  return JsonSchema(json::parse(schema)).Violations(json::parse(value)).size();
}

TEST(JsonSchema, FindsEachKindOfViolation) {
  EXPECT_EQ(Count(R"({"type":"integer"})", "1"), 0u);
  EXPECT_EQ(Count(R"({"type":"integer"})", "1.5"), 1u);
  EXPECT_EQ(Count(R"({"type":["string","null"]})", "null"), 0u);
  EXPECT_EQ(Count(R"({"type":["string","null"]})", "true"), 1u);
  EXPECT_EQ(Count(R"({"required":["a"]})", R"({"b":1})"), 1u);
  EXPECT_EQ(Count(R"({"properties":{"a":{"enum":["x","y"]}}})", R"({"a":"z"})"), 1u);
  EXPECT_EQ(Count(R"({"const":1})", "2"), 1u);
  EXPECT_EQ(Count(R"({"properties":{},"additionalProperties":false})", R"({"a":1})"), 1u);
  EXPECT_EQ(Count(R"({"additionalProperties":{"type":"string"}})", R"({"a":1})"), 1u);
  EXPECT_EQ(Count(R"({"items":{"minimum":3,"maximum":4}})", "[3,4,5,2]"), 2u);
  EXPECT_EQ(Count(R"({"minItems":1})", "[]"), 1u);
  EXPECT_EQ(Count(R"({"pattern":"^[0-9a-f]{4}$"})", R"("12zz")"), 1u);
  EXPECT_EQ(Count(R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})", "1"), 1u);
}

TEST(JsonSchema, RefusesKeywordsItDoesNotKnow) { EXPECT_EQ(Count(R"({"oneOf":[]})", "1"), 1u); }

TEST(JsonSchema, EverySchemaOfTheDocumentationIsReadable) {
  size_t schemas = 0;
  for (const auto& entry : std::filesystem::directory_iterator(places::SourceFolder() + "/docs/schema")) {
    if (entry.path().filename() == "rules.schema.json") continue;  // of the rule language, in which no key is required
    const auto violations = JsonSchema::FromFile(entry.path()).Violations(json::object());
    EXPECT_FALSE(violations.empty()) << entry.path() << " accepts an empty object";
    for (const auto& violation : violations) EXPECT_EQ(violation.find("unknown keyword"), std::string::npos) << violation;
    ++schemas;
  }
  EXPECT_GE(schemas, 5u);
}

}  // namespace
}  // namespace sluice::testing
