// The readers that ReadPack is made of: contents, detectors and conditions, each from its node.
//
// Thread: pure. Allocates: yes (cold path). Failure: diagnostics; what could be read is returned.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/syntax/map_reader.h"
#include "rules/syntax/pack.h"

namespace sluice::syntax {

std::vector<Node> ItemsOf(const Node& node, const std::string& what, Diagnostics& diagnostics);

// What else than text an entry may be: a literal a named list, an example a file.
enum class ContentOf : uint8_t { kLiteral, kExample };
std::vector<ContentSource> ReadContents(MapReader& map, std::string_view key, ContentOf of);

// One word of a list of options, each with its own switch.
struct Switch {
  std::string_view name;
  bool* on;
};
void ReadSwitches(MapReader& map, std::string_view key, const std::vector<Switch>& switches);

// The keys of a detector that stands in a map with others.
void ReadDetectorKeys(MapReader& map, DetectorSource& detector);
DetectorSource ReadDetector(const Node& node, Located<std::string> id, const std::string& what, Diagnostics& diagnostics);

ConditionSource ReadCondition(const Node& node, const std::string& what, Diagnostics& diagnostics);
// `detect: [a, b]` is any of them; the rule's `min_count` and `where` are for each.
ConditionSource ReadDetect(const Node& node, MapReader& rule);

}  // namespace sluice::syntax
