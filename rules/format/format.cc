#include "rules/format/format.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "rules/format/layout.h"
#include "rules/format/writer.h"
#include "rules/syntax/yaml_reader.h"

namespace sluice::format {
namespace {

using syntax::Code;
using syntax::Diagnostics;
using syntax::Node;
using syntax::SourceSet;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string WithPlainLineEnds(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') plain += text[i];
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) plain += '\n';
  }
  return plain;
}

// As readers of the language see it: the order of a map's keys means nothing.
bool SameMeaning(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text || a.quoted != b.quoted || a.items.size() != b.items.size() || a.keys.size() != b.keys.size()) return false;
  if (a.kind != Node::Kind::kMap) return std::equal(a.items.begin(), a.items.end(), b.items.begin(), SameMeaning);
  const auto by_key = [](const Node& map) {
    std::vector<std::pair<std::string_view, const Node*>> entries;
    for (size_t i = 0; i < map.keys.size(); ++i) entries.emplace_back(map.keys[i].text, &map.items[i]);
    std::stable_sort(entries.begin(), entries.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
    return entries;
  };
  const auto of_a = by_key(a), of_b = by_key(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), [](const auto& x, const auto& y) { return x.first == y.first && SameMeaning(*x.second, *y.second); });
}

void CollectComments(const Entry& entry, std::vector<std::string>& comments) {
  const auto add = [&](const std::string& comment) {
    if (!comment.empty()) comments.push_back(comment);
  };
  for (const std::string& comment : entry.leading) add(comment);
  for (const std::string& comment : entry.tail) add(comment);
  add(entry.trailing);
  for (const Entry& inner : entry.entries) CollectComments(inner, comments);
}

std::vector<std::string> SortedComments(const Entry& file) {
  std::vector<std::string> comments;
  CollectComments(file, comments);
  std::sort(comments.begin(), comments.end());
  return comments;
}

struct Read {
  std::unique_ptr<const Node> root;  // where it is, the layout points to
  std::optional<Entry> layout;
};

Read ReadText(const std::string& name, const std::string& text, Diagnostics& diagnostics) {
  SourceSet sources;
  const uint32_t file = sources.Add(name, text);
  Read read;
  std::optional<Node> root = syntax::ReadYaml(sources, file, diagnostics);
  if (!root) return read;
  read.root = std::make_unique<const Node>(std::move(*root));
  read.layout = ReadLayout(text, *read.root);
  return read;
}

}  // namespace

std::optional<std::string> Format(const SourceSet& sources, uint32_t file, Diagnostics& diagnostics) {
  // The file as it is, for the places that messages name.
  if (!syntax::ReadYaml(sources, file, diagnostics)) return std::nullopt;
  const auto refuse = [&](const char* why) {
    diagnostics.Error(Code::kNotFormatted, {file, 0, 0}, std::string("this file is left as it is: ") + why,
                      "write it without YAML tags and indentation indicators; the language needs neither");
    return std::nullopt;
  };
  const std::string text = WithPlainLineEnds(sources.file(file).text());
  Diagnostics of_copy;
  const Read before = ReadText(sources.file(file).name(), text, of_copy);
  if (!before.root || !before.layout) return refuse("it is written in a way that is not understood");
  if (before.root->kind != Node::Kind::kMap) return refuse("a pack is a map of keys and values");
  std::string formatted = WriteLayout(*before.layout);
  const Read after = ReadText(sources.file(file).name(), formatted, of_copy);
  if (!after.root || !after.layout || !SameMeaning(*before.root, *after.root)) return refuse("rewriting it would change what it says");
  if (SortedComments(*before.layout) != SortedComments(*after.layout)) return refuse("rewriting it would lose a comment");
  // Where comments stand in odd places, the first writing may move them once more; what does not come to rest is left alone.
  if (std::string again = WriteLayout(*after.layout); again != formatted) {
    const Read last = ReadText(sources.file(file).name(), again, of_copy);
    const bool rests = last.root && last.layout && SameMeaning(*before.root, *last.root) && SortedComments(*before.layout) == SortedComments(*last.layout) &&
                       WriteLayout(*last.layout) == again;
    if (!rests) return refuse("its comments stand where they cannot be kept");
    formatted = std::move(again);
  }
  return formatted;
}

}  // namespace sluice::format
