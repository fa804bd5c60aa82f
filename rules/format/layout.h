// Layout: a pack's tree with what YAML readers drop: how each scalar is written, comments, and blank lines between entries.
//
// Thread: value types. Allocates: yes (cold path). Failure: nothing is returned for texts that are no part of the rule
// language (tags, keys that are lists), whose writing is not understood.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/syntax/node.h"

namespace sluice::format {

// One entry of a map or of a list; the whole file is one too.
struct Entry {
  std::string key;                   // of a map's entry, as written
  const syntax::Node* key_node = nullptr;
  const syntax::Node* value = nullptr;
  std::vector<std::string> leading;  // comments on lines of their own before it; "" is a blank line
  bool blank_before = false;         // a blank line stands before it and its comments
  std::string trailing;              // the comment behind it, or behind the key of a collection
  std::string raw;                   // a scalar as written, lines and all
  std::vector<Entry> entries;        // of a collection, in the order written
  std::vector<std::string> tail;     // comments behind the last of them
  bool has_comments = false;         // somewhere inside a collection
};

// REQUIRES: `text` has line feeds only, no byte order mark, and `root` was read from it. Points into `root`.
std::optional<Entry> ReadLayout(const std::string& text, const syntax::Node& root);

}  // namespace sluice::format
