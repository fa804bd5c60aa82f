#include "rules/syntax/map_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace sluice::syntax {
namespace {

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 60;
  return "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "…'" : "'");
}

std::string Plain(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string_view KindName(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull: return "nothing";
    case Node::Kind::kScalar: return "a text";
    case Node::Kind::kList: return "a list";
    case Node::Kind::kMap: return "a map";
  }
  return "?";
}

std::optional<Located<std::string>> ScalarText(const Node& node, std::string_view what, Diagnostics& diagnostics) {
  if (node.kind != Node::Kind::kScalar) {
    diagnostics.Error(Code::kWrongType, node.at, std::string(what) + " must be a text, here is " + std::string(KindName(node.kind)));
    return std::nullopt;
  }
  if (node.text.empty()) {
    diagnostics.Error(Code::kEmptyValue, node.at, std::string(what) + " is empty");
    return std::nullopt;
  }
  return Located<std::string>{node.text, node.at};
}

MapReader::MapReader(const Node& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (!is_map()) {
    diagnostics_.Error(Code::kWrongType, node.at, what_ + " must be a map of keys and values, here is " + std::string(KindName(node.kind)));
    return;
  }
  std::set<std::string_view> seen;
  for (const Node& key : node_.keys) {
    if (key.kind == Node::Kind::kScalar && !seen.insert(key.text).second) {
      diagnostics_.Error(Code::kDuplicateKey, key.at, "the key " + Quoted(key.text) + " stands twice in " + what_,
                         "keep one; a second one would silently win over the first");
    }
  }
}

const Node* MapReader::Find(std::string_view key) {
  asked_.push_back(key);
  if (!is_map()) return nullptr;
  for (size_t i = 0; i < node_.keys.size(); ++i) {
    if (node_.keys[i].text == key) return &node_.items[i];
  }
  return nullptr;
}

const Node* MapReader::Require(std::string_view key) {
  const Node* node = Find(key);
  if (node == nullptr && is_map()) {
    diagnostics_.Error(Code::kMissingKey, node_.at, what_ + " needs the key '" + std::string(key) + "'");
  }
  return node;
}

std::optional<Located<std::string>> MapReader::Text(std::string_view key) {
  const Node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  return ScalarText(*node, "'" + std::string(key) + "' of " + what_, diagnostics_);
}

std::optional<Located<std::string>> MapReader::RequireText(std::string_view key) {
  const Node* node = Require(key);
  if (node == nullptr) return std::nullopt;
  return ScalarText(*node, "'" + std::string(key) + "' of " + what_, diagnostics_);
}

std::optional<Located<uint64_t>> MapReader::Number(std::string_view key, uint64_t min, uint64_t max) {
  const std::optional<Located<std::string>> text = Text(key);
  if (!text) return std::nullopt;
  uint64_t value = 0;
  const char* end = text->value.data() + text->value.size();
  const auto [stop, error] = std::from_chars(text->value.data(), end, value);
  if (error != std::errc() || stop != end || value < min || value > max) {
    diagnostics_.Error(Code::kBadNumber, text->at,
                       "'" + std::string(key) + "' must be a whole number from " + std::to_string(min) + " to " +
                           std::to_string(max) + ", here is " + Quoted(text->value));
    return std::nullopt;
  }
  return Located<uint64_t>{value, text->at};
}

std::optional<Located<double>> MapReader::Decimal(std::string_view key, double min, double max) {
  const std::optional<Located<std::string>> text = Text(key);
  if (!text) return std::nullopt;
  double value = 0;
  const char* end = text->value.data() + text->value.size();
  const auto [stop, error] = std::from_chars(text->value.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value) || value < min || value > max) {
    diagnostics_.Error(Code::kBadNumber, text->at,
                       "'" + std::string(key) + "' must be a number from " + Plain(min) + " to " + Plain(max) + ", here is " +
                           Quoted(text->value));
    return std::nullopt;
  }
  return Located<double>{value, text->at};
}

std::optional<Located<bool>> MapReader::Flag(std::string_view key) {
  const std::optional<Located<std::string>> text = Text(key);
  if (!text) return std::nullopt;
  if (text->value != "true" && text->value != "false") {
    diagnostics_.Error(Code::kWrongType, text->at, "'" + std::string(key) + "' must be true or false, here is " + Quoted(text->value));
    return std::nullopt;
  }
  return Located<bool>{text->value == "true", text->at};
}

std::vector<Located<std::string>> MapReader::Texts(std::string_view key) {
  const Node* node = Find(key);
  std::vector<Located<std::string>> texts;
  if (node == nullptr) return texts;
  const std::string what = "each entry of '" + std::string(key) + "' of " + what_;
  if (node->kind != Node::Kind::kList) {
    if (std::optional<Located<std::string>> text = ScalarText(*node, "'" + std::string(key) + "' of " + what_, diagnostics_)) {
      texts.push_back(std::move(*text));
    }
    return texts;
  }
  if (node->items.empty()) diagnostics_.Error(Code::kEmptyValue, node->at, "'" + std::string(key) + "' of " + what_ + " is an empty list");
  for (const Node& item : node->items) {
    if (std::optional<Located<std::string>> text = ScalarText(item, what, diagnostics_)) texts.push_back(std::move(*text));
  }
  return texts;
}

void MapReader::ReportUnknownWord(std::string_view key, const Located<std::string>& text, std::string_view names) {
  diagnostics_.Error(Code::kUnknownWord, text.at, "'" + std::string(key) + "' cannot be " + Quoted(text.value),
                     "expected one of: " + std::string(names));
}

void MapReader::Finish() {
  if (!is_map()) return;
  for (const Node& key : node_.keys) {
    if (key.kind != Node::Kind::kScalar) {
      diagnostics_.Error(Code::kWrongType, key.at, "a key of " + what_ + " must be a text, here is " + std::string(KindName(key.kind)));
      continue;
    }
    if (std::find(asked_.begin(), asked_.end(), key.text) != asked_.end()) continue;
    const std::string nearest = NearestName(key.text, asked_);
    std::string known;
    for (const std::string_view name : asked_) known += (known.empty() ? "" : ", ") + std::string(name);
    diagnostics_.Error(Code::kUnknownKey, key.at, "unknown key " + Quoted(key.text) + " in " + what_,
                       nearest.empty() ? "known here: " + known : "did you mean '" + nearest + "'?");
  }
}

}  // namespace sluice::syntax
