// Language: every map of the rule language with its keys, once. The JSON Schema for editors is made from this table, and the
// canonical order of `sluicec fmt` is its order; a test holds the readers to it, key by key.
//
// Thread: constant data. Allocates: only where a function returns a vector.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::syntax {

// The maps that a pack is made of.
enum class MapKind : uint8_t {
  kPack,
  kHead,               // pack:
  kFail,               // fail:
  kBudget,             // budget:
  kListFile,           // lists: {name: {file: …}}
  kDetector,
  kMarking,            // marking: {nation: …}
  kSignature,          // signature: {set: …}
  kRule,
  kScope,
  kException,
  kAllCondition,       // {all: […]}
  kAnyCondition,       // {any: […], at_least: n}
  kNotCondition,       // {not: …}
  kNearCondition,      // {near: {…}}
  kNear,               // what stands under near:
  kUseCondition,       // {detector: x, count: n, …}
  kInPlaceCondition,   // a detector written in place, with a count
  kLiteral,            // {hex: …} or {list: …}
  kExample,            // {hex: …} or {file: …}
  kCount,
};

enum class Shape : uint8_t {
  kText,
  kName,        // lowercase letters, digits, hyphens and dots
  kDay,         // 2027-01-31
  kTexts,       // a text or a list of texts
  kNumber,
  kDecimal,
  kFlag,
  kWord,        // one of words()
  kWords,       // one of words(), or a list of them
  kMap,         // of the kind `of`
  kMaps,        // a list of those
  kNamedMaps,   // a map from names to those
  kNamedLists,  // a map from names to lists of texts or files
  kLiterals,    // texts and kLiteral maps
  kExamples,    // texts and kExample maps
  kMarking,     // one of words(), or a kMarking map
  kDetectorOf,  // a name, or a kDetector map
  kCondition,   // a name, or one of the condition maps
  kConditions,  // a condition or a list of them
};

struct Key {
  MapKind map;
  std::string_view name;
  Shape shape;
  std::string_view text;                        // what it means, for people
  bool required = false;
  uint64_t min = 0, max = 0;                    // kNumber, kDecimal
  std::vector<std::string_view> (*words)() = nullptr;  // kWord, kWords
  MapKind of = MapKind::kCount;                 // kMap, kMaps, kNamedMaps
};

// In canonical order.
std::span<const Key> Keys();
std::vector<const Key*> KeysOf(MapKind map);
// nullptr where the map has no such key.
const Key* FindKey(MapKind map, std::string_view name);

}  // namespace sluice::syntax
