#include "control/config/section_reader.h"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace sluice::config {
namespace {

std::vector<std::string_view> Split(std::string_view words) {
  std::vector<std::string_view> parts;
  while (!words.empty()) {
    const size_t bar = words.find('|');
    parts.push_back(words.substr(0, bar));
    words.remove_prefix(bar == std::string_view::npos ? words.size() : bar + 1);
  }
  return parts;
}

int IndexOf(std::string_view words, std::string_view word) {
  const std::vector<std::string_view> known = Split(words);
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i] == word) return static_cast<int>(i);
  }
  return -1;
}

uint64_t ParseDefault(const Key& key) {
  uint64_t value = 0;
  std::from_chars(key.default_text.data(), key.default_text.data() + key.default_text.size(), value);
  return value;
}

}  // namespace

SectionReader::SectionReader(Section section, const syntax::Node& node, std::string what, syntax::Diagnostics& diagnostics)
    : section_(section), node_(node), reader_(node, std::move(what), diagnostics) {}

const Key& SectionReader::Expect(std::string_view key, KeyKind kind) {
  const Key& found = FindKey(section_, key);
  assert(found.kind == kind);
  static_cast<void>(kind);
  if (found.required) reader_.Require(key);
  return found;
}

syntax::Located<std::string> SectionReader::Text(std::string_view key) {
  const Key& schema = Expect(key, KeyKind::kText);
  if (auto text = reader_.Text(key)) return *text;
  return {std::string(schema.default_text), at()};
}

uint64_t SectionReader::Number(std::string_view key) {
  const Key& schema = Expect(key, KeyKind::kNumber);
  const auto number = reader_.Number(key, schema.min, schema.max);
  return number ? number->value : ParseDefault(schema);
}

bool SectionReader::Flag(std::string_view key) {
  const Key& schema = Expect(key, KeyKind::kFlag);
  const auto flag = reader_.Flag(key);
  return flag ? flag->value : schema.default_text == "true";
}

int SectionReader::Word(std::string_view key) {
  const Key& schema = Expect(key, KeyKind::kWord);
  const int fallback = IndexOf(schema.words, schema.default_text);
  const syntax::Node* node = reader_.Find(key);
  if (node != nullptr && node->kind == syntax::Node::Kind::kNull && IndexOf(schema.words, "null") >= 0) {
    reader_.diagnostics().Error(syntax::Code::kEmptyValue, node->at, "'" + std::string(key) + "' of " + reader_.what() + " is empty",
                                "if the word null is meant, it needs quotes, or YAML takes it for nothing:  " + std::string(key) + ": \"null\"");
    return fallback;
  }
  const auto text = reader_.Text(key);
  if (!text) return fallback;
  const int index = IndexOf(schema.words, text->value);
  if (index >= 0) return index;
  const std::vector<std::string_view> known = Split(schema.words);
  const std::string nearest = syntax::NearestName(text->value, known);
  std::string hint = nearest.empty() ? "" : "did you mean '" + nearest + "'? ";
  hint += "known: ";
  for (size_t i = 0; i < known.size(); ++i) hint += (i == 0 ? "" : ", ") + std::string(known[i]);
  reader_.diagnostics().Error(syntax::Code::kUnknownWord, text->at,
                              "'" + std::string(key) + "' of " + reader_.what() + " cannot be '" + text->value + "'", hint);
  return fallback;
}

std::string SectionReader::WordText(std::string_view key) {
  const int index = Word(key);
  return index < 0 ? std::string() : std::string(Split(FindKey(section_, key).words)[static_cast<size_t>(index)]);
}

std::vector<syntax::Located<std::string>> SectionReader::Texts(std::string_view key) {
  Expect(key, KeyKind::kTexts);
  return reader_.Texts(key);
}

std::vector<syntax::Located<uint64_t>> SectionReader::Numbers(std::string_view key) {
  const Key& schema = Expect(key, KeyKind::kNumbers);
  std::vector<syntax::Located<uint64_t>> numbers;
  for (const syntax::Located<std::string>& text : reader_.Texts(key)) {
    uint64_t value = 0;
    const char* end = text.value.data() + text.value.size();
    const auto [stop, error] = std::from_chars(text.value.data(), end, value);
    if (error == std::errc() && stop == end && value >= schema.min && value <= schema.max) {
      numbers.push_back({value, text.at});
      continue;
    }
    reader_.diagnostics().Error(syntax::Code::kBadNumber, text.at,
                                "each entry of '" + std::string(key) + "' must be a whole number from " + std::to_string(schema.min) +
                                    " to " + std::to_string(schema.max) + ", here is '" + text.value + "'");
  }
  return numbers;
}

const syntax::Node* SectionReader::Find(std::string_view key) {
  return FindKey(section_, key).required ? reader_.Require(key) : reader_.Find(key);
}

bool SectionReader::Has(std::string_view key) { return reader_.Find(key) != nullptr; }

syntax::Position SectionReader::PositionOf(std::string_view key) {
  const syntax::Node* node = reader_.Find(key);
  return node != nullptr ? node->at : at();
}

void SectionReader::Finish() {
  std::vector<std::string_view> known;
  std::string list;
  for (const Key& key : Keys()) {
    if (key.section != section_) continue;
    known.push_back(key.name);
    list += (list.empty() ? "" : ", ") + std::string(key.name);
  }
  for (const syntax::Node& key : node_.keys) {
    if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    const std::string nearest = syntax::NearestName(key.text, known);
    reader_.diagnostics().Error(syntax::Code::kUnknownKey, key.at, "unknown key '" + key.text + "' in " + reader_.what(),
                                nearest.empty() ? "known here: " + list : "did you mean '" + nearest + "'?");
  }
}

}  // namespace sluice::config
