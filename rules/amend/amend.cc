#include "rules/amend/amend.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "rules/syntax/language.h"
#include "rules/syntax/yaml_reader.h"

namespace sluice::amend {

using syntax::Node;

namespace {

// A list of a rule, and the entry that it gets: as it is written in lines of its own, and within brackets where that can be.
struct Entry {
  std::string_view list;
  std::vector<std::string> lines;
  std::optional<std::string> in_brackets;
};

// In double quotes (YAML 1.2, 7.3.1), so that no text means anything else.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte >= 0x20 && byte != 0x7f) {
      out += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02X", byte);
    out += escaped;
  }
  return out + "\"";
}

std::string InBrackets(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + Quoted(text);
  return out + "]";
}

const Node* Member(const Node& map, std::string_view key) {
  if (map.kind != Node::Kind::kMap) return nullptr;
  for (size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text == key) return &map.items[i];
  }
  return nullptr;
}

const Node* RuleIn(const Node& pack, std::string_view id) {
  const Node* rules = Member(pack, "rules");
  if (rules == nullptr || rules->kind != Node::Kind::kList) return nullptr;
  for (const Node& rule : rules->items) {
    const Node* its = Member(rule, "id");
    if (its != nullptr && its->text == id) return &rule;
  }
  return nullptr;
}

size_t LineBegin(std::string_view text, size_t at) {
  const size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

// `first` before the first line, as many spaces before the others.
std::string Indented(const std::vector<std::string>& lines, const std::string& first) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? first : std::string(first.size(), ' ')) + lines[i] + "\n";
  return out;
}

// ---- Where it goes; nothing: nowhere by itself --------------------------------------------------------------------------

// Before the entries that are there.
std::optional<std::string> IntoList(const std::string& text, const Node& list, const Entry& entry) {
  if (list.kind != Node::Kind::kList) return std::nullopt;
  std::string changed = text;
  if (list.flow) {
    if (!entry.in_brackets || list.offset >= text.size() || text[list.offset] != '[') return std::nullopt;
    return changed.insert(list.offset + 1, *entry.in_brackets + (list.items.empty() ? "" : ", "));
  }
  if (list.items.empty()) return std::nullopt;
  const size_t line = LineBegin(text, list.items[0].offset);
  // What stands before the first entry must be its dash: "    - ".
  std::string before = text.substr(line, list.items[0].offset - line);
  const size_t dash = before.find_first_not_of(' ');
  if (dash == std::string::npos || before[dash] != '-' || before.find_first_not_of(' ', dash + 1) != std::string::npos) return std::nullopt;
  return changed.insert(line, Indented(entry.lines, before.substr(0, dash) + "- "));
}

// A list of its own, before the first key that stands behind it in canonical order, or else behind the first key's line.
std::optional<std::string> AsNewList(const std::string& text, const Node& rule, const Entry& entry) {
  const auto rank = [](std::string_view key) { return syntax::FindKey(syntax::MapKind::kRule, key); };
  size_t at = std::string::npos, column = 0;
  for (size_t i = 1; i < rule.keys.size() && at == std::string::npos; ++i) {
    const size_t line = LineBegin(text, rule.keys[i].offset);
    const bool alone = text.find_first_not_of(' ', line) == rule.keys[i].offset;
    if (!alone || rank(rule.keys[i].text) == nullptr || rank(rule.keys[i].text) < rank(entry.list)) continue;
    at = line;
    column = rule.keys[i].offset - line;
  }
  std::string changed = text;
  if (at == std::string::npos) {
    const Node& first = rule.keys[0];
    column = first.offset - LineBegin(text, first.offset);
    at = text.find('\n', rule.items[0].offset);
    if (at == std::string::npos) {
      changed += '\n';
      at = text.size();
    }
    ++at;
  }
  const std::string indent(column, ' ');
  return changed.insert(at, indent + std::string(entry.list) + ":\n" + Indented(entry.lines, indent + "  - "));
}

// ---- What it must mean ----------------------------------------------------------------------------------------------------

bool Same(const Node& a, const Node& b) {
  return a.kind == b.kind && a.text == b.text && a.quoted == b.quoted && a.items.size() == b.items.size() &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), Same) && std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), Same);
}

std::optional<Node> Read(std::string_view text) {
  syntax::SourceSet alone;
  syntax::Diagnostics diagnostics;
  return syntax::ReadYaml(alone, alone.Add("amended", std::string(text)), diagnostics);
}

// Takes the entry that was added out of a pack again; false where it is not there as it should be.
bool TakeOut(Node& pack, const std::string& rule, const Entry& entry) {
  Node* found = const_cast<Node*>(RuleIn(pack, rule));
  const Node* list = found == nullptr ? nullptr : Member(*found, entry.list);
  const std::optional<Node> wanted = Read(Indented(entry.lines, "- "));
  if (list == nullptr || list->kind != Node::Kind::kList || list->items.empty() || !wanted || !Same(list->items[0], wanted->items[0])) return false;
  const auto index = static_cast<size_t>(list - found->items.data());
  Node& items = found->items[index];
  items.items.erase(items.items.begin());
  return true;
}

// A list that was made for the entry is empty now; one that was empty before is as it was.
bool SameButForEmptyList(Node was, Node is, const std::string& rule, const Entry& entry) {
  if (Same(was, is)) return true;
  Node* found = const_cast<Node*>(RuleIn(is, rule));
  for (size_t i = 0; found != nullptr && i < found->keys.size(); ++i) {
    if (found->keys[i].text != entry.list || !found->items[i].items.empty()) continue;
    found->keys.erase(found->keys.begin() + static_cast<std::ptrdiff_t>(i));
    found->items.erase(found->items.begin() + static_cast<std::ptrdiff_t>(i));
    return Same(was, is);
  }
  return false;
}

bool AddsOnly(const Node& before, const std::string& text, const std::string& rule, const Entry& entry) {
  std::optional<Node> after = Read(text);
  return after && TakeOut(*after, rule, entry) && SameButForEmptyList(before, *after, rule, entry);
}

Error ByHand(const syntax::SourceFile& pack, const Node& rule, const std::string& id, const Entry& entry) {
  return Error(ErrorCode::kUnsupported, "rule '" + id + "' in " + pack.name() + ", line " + std::to_string(rule.at.line) +
                                            ", is written so that nothing can be put in by itself; add to its `" + std::string(entry.list) + "`:\n" +
                                            Indented(entry.lines, "  - "));
}

Result<Amended> Add(const syntax::SourceSet& sources, const std::string& id, const Entry& entry) {
  for (uint32_t file = 0; file < sources.size(); ++file) {
    const syntax::SourceFile& pack = sources.file(file);
    if (pack.kind() != model::SourceKind::kPack) continue;
    syntax::Diagnostics diagnostics;
    const std::optional<Node> root = syntax::ReadYaml(sources, file, diagnostics);
    const Node* rule = root ? RuleIn(*root, id) : nullptr;
    if (rule == nullptr) continue;
    if (rule->flow || rule->keys.empty()) return ByHand(pack, *rule, id, entry);
    const Node* list = Member(*rule, entry.list);
    std::optional<std::string> text = list != nullptr ? IntoList(pack.text(), *list, entry) : AsNewList(pack.text(), *rule, entry);
    if (!text || !AddsOnly(*root, *text, id, entry)) return ByHand(pack, *rule, id, entry);
    return Amended{file, std::move(*text), std::string(entry.list) + ":\n" + Indented(entry.lines, "  - ")};
  }
  return Error(ErrorCode::kNotFound, "no pack of the policy has a rule '" + id + "'");
}

}  // namespace

Result<Amended> AddException(const syntax::SourceSet& sources, const std::string& rule, const Exception& exception) {
  std::string scope;
  if (!exception.sources.empty()) scope += "source: " + InBrackets(exception.sources);
  if (!exception.destinations.empty()) scope += (scope.empty() ? "" : ", ") + std::string("destination: ") + InBrackets(exception.destinations);
  Entry entry{"exceptions", {"reason: " + Quoted(exception.reason), "expires: " + exception.expires, "scope: {" + scope + "}"}, std::nullopt};
  return Add(sources, rule, entry);
}

Result<Amended> AddNoMatch(const syntax::SourceSet& sources, const std::string& rule, const std::string& text) {
  return Add(sources, rule, Entry{"no_match", {Quoted(text)}, Quoted(text)});
}

}  // namespace sluice::amend
