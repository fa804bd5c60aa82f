// Node: a YAML value with the place where it stands. What yaml-cpp said, without yaml-cpp.
//
// Thread: value type. Allocates: yes (cold path).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rules/syntax/source.h"

namespace sluice::syntax {

struct Node {
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  Position at;
  size_t offset = 0;         // of its first byte in the file's text
  bool flow = false;         // kList, kMap: written in brackets or braces
  std::string text;          // kScalar
  bool quoted = false;       // kScalar: written in quotes or as a block, so never a number or a yes-or-no
  std::vector<Node> items;   // kList; kMap: values
  std::vector<Node> keys;    // kMap: keys[i] belongs to items[i]
};

}  // namespace sluice::syntax
