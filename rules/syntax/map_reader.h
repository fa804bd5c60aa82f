// MapReader: the keys of one map, read one by one with their types; what was not asked for is an unknown key.
//
// Thread: value type. Allocates: yes (cold path). Failure: diagnostics; every reader then returns nothing and goes on, so
// that one run shows all mistakes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/syntax/diagnostic.h"
#include "rules/syntax/node.h"

namespace sluice::syntax {

class MapReader {
 public:
  // `what` names the map in messages, such as "a rule". A node that is no map gives a diagnostic and reads as empty.
  MapReader(const Node& node, std::string what, Diagnostics& diagnostics);

  Position at() const { return node_.at; }
  bool is_map() const { return node_.kind == Node::Kind::kMap; }

  const Node* Find(std::string_view key);     // nullptr where absent
  const Node* Require(std::string_view key);  // absent is an error

  std::optional<Located<std::string>> Text(std::string_view key);
  std::optional<Located<std::string>> RequireText(std::string_view key);
  std::optional<Located<uint64_t>> Number(std::string_view key, uint64_t min, uint64_t max);
  std::optional<Located<double>> Decimal(std::string_view key, double min, double max);
  std::optional<Located<bool>> Flag(std::string_view key);
  // A text or a list of texts.
  std::vector<Located<std::string>> Texts(std::string_view key);

  // `from_name` is one of the *FromName functions; `names` is what to offer in the hint.
  template <typename E>
  std::optional<Located<E>> Word(std::string_view key, std::optional<E> (*from_name)(std::string_view), std::string_view names) {
    const std::optional<Located<std::string>> text = Text(key);
    if (!text) return std::nullopt;
    const std::optional<E> value = from_name(text->value);
    if (!value) {
      ReportUnknownWord(key, *text, names);
      return std::nullopt;
    }
    return Located<E>{*value, text->at};
  }

  // Reports keys that no call above asked for. Call last.
  void Finish();

  Diagnostics& diagnostics() { return diagnostics_; }
  const std::string& what() const { return what_; }

 private:
  void ReportUnknownWord(std::string_view key, const Located<std::string>& text, std::string_view names);

  const Node& node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> asked_;
};

// The text of a scalar; anything else is a diagnostic that says what `what` should have been.
std::optional<Located<std::string>> ScalarText(const Node& node, std::string_view what, Diagnostics& diagnostics);
std::string_view KindName(Node::Kind kind);

}  // namespace sluice::syntax
