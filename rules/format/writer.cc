#include "rules/format/writer.h"

#include <algorithm>

#include "rules/format/format.h"
#include "rules/syntax/language.h"

namespace sluice::format {
namespace {

using syntax::MapKind;
using syntax::Node;
using syntax::Shape;

constexpr size_t kIndent = 2;

bool IsCollection(const Entry& entry) { return entry.value->kind == Node::Kind::kList || entry.value->kind == Node::Kind::kMap; }
bool IsMap(const Entry& entry) { return entry.value->kind == Node::Kind::kMap; }

// What the language expects at a place: a shape, and the map that belongs to it.
struct Place {
  Shape shape = Shape::kText;
  MapKind of = MapKind::kCount;
};

bool HasKey(const Entry& map, std::string_view name) {
  return std::any_of(map.entries.begin(), map.entries.end(), [&](const Entry& e) { return e.key_node->text == name; });
}

MapKind ConditionKind(const Entry& map) {
  constexpr std::pair<std::string_view, MapKind> kOperators[] = {{"all", MapKind::kAllCondition},   {"any", MapKind::kAnyCondition},
                                                                 {"not", MapKind::kNotCondition},   {"near", MapKind::kNearCondition},
                                                                 {"detector", MapKind::kUseCondition}};
  for (const auto& [name, kind] : kOperators) {
    if (HasKey(map, name)) return kind;
  }
  return MapKind::kInPlaceCondition;
}

// Which map of the language stands here; kCount: none, or one whose keys are names.
MapKind KindOf(const Entry& map, const Place& place) {
  switch (place.shape) {
    case Shape::kMap:
    case Shape::kMaps: return place.of;
    case Shape::kCondition:
    case Shape::kConditions: return ConditionKind(map);
    case Shape::kLiterals: return MapKind::kLiteral;
    case Shape::kExamples: return MapKind::kExample;
    case Shape::kDetectorOf: return MapKind::kDetector;
    case Shape::kMarking: return MapKind::kMarking;
    default: return MapKind::kCount;
  }
}

Place PlaceOf(const Entry& entry, MapKind map, const Place& outer) {
  if (map == MapKind::kCount) {
    if (outer.shape == Shape::kNamedMaps) return {Shape::kMap, outer.of};
    if (outer.shape == Shape::kNamedLists) return {Shape::kMap, MapKind::kListFile};
    return {};
  }
  const syntax::Key* key = syntax::FindKey(map, entry.key_node->text);
  return key == nullptr ? Place{} : Place{key->shape, key->of};
}

// Keys that the language does not have go last; the sort is stable.
size_t RankOf(const Entry& entry, MapKind map) {
  const syntax::Key* key = map == MapKind::kCount ? nullptr : syntax::FindKey(map, entry.key_node->text);
  return key == nullptr ? static_cast<size_t>(-1) : static_cast<size_t>(key - syntax::Keys().data());
}

std::vector<const Entry*> InOrder(const Entry& collection, MapKind map) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : collection.entries) entries.push_back(&entry);
  if (IsMap(collection)) std::stable_sort(entries.begin(), entries.end(), [&](const Entry* a, const Entry* b) { return RankOf(*a, map) < RankOf(*b, map); });
  return entries;
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::vector<std::string> LinesOf(const std::string& raw) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin <= raw.size();) {
    const size_t end = std::min(raw.find('\n', begin), raw.size());
    lines.push_back(raw.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string Trimmed(const std::string& line) {
  const size_t begin = line.find_first_not_of(" \t");
  return begin == line.npos ? std::string() : line.substr(begin, line.find_last_not_of(" \t") - begin + 1);
}

// Of a scalar in a flow collection, which stands on one line; nothing where a blank line is part of it.
std::optional<std::string> OneLine(const std::string& raw) {
  std::string text;
  for (const std::string& line : LinesOf(raw)) {
    const std::string trimmed = Trimmed(line);
    if (trimmed.empty() && !raw.empty()) return std::nullopt;
    text += (text.empty() ? "" : " ") + trimmed;
  }
  return text;
}

class Writer {
 public:
  std::string Run(const Entry& file) {
    // What stands at the top of the file is about the file, whichever key comes first in the end.
    if (!file.entries.empty()) WriteComments(file.entries.front().leading, 0);
    WriteMap(file, {Shape::kMap, MapKind::kPack}, 0, true);
    if (!file.tail.empty() && !file.entries.empty() && !file.tail.front().empty()) out_ += "\n";
    WriteComments(file.tail, 0);
    return std::move(out_);
  }

 private:
  void WriteLine(size_t indent, const std::string& text) { out_ += text.empty() ? "\n" : std::string(indent, ' ') + text + "\n"; }

  void WriteComments(const std::vector<std::string>& comments, size_t indent) {
    for (const std::string& comment : comments) WriteLine(indent, comment);
  }

  static std::string WithTrailing(const std::string& text, const std::string& comment) { return comment.empty() ? text : text + "  " + comment; }

  void WriteMap(const Entry& map, const Place& place, size_t indent, bool is_file) {
    const MapKind kind = KindOf(map, place);
    const std::vector<const Entry*> entries = InOrder(map, kind);
    for (size_t i = 0; i < entries.size(); ++i) {
      const bool is_head = is_file && entries[i] == &map.entries.front();
      if (i > 0 && (is_file || entries[i]->blank_before)) out_ += "\n";
      if (!is_head) WriteComments(entries[i]->leading, indent);
      WriteKeyed(*entries[i], PlaceOf(*entries[i], kind, place), indent);
    }
    if (!is_file) WriteComments(map.tail, indent);
  }

  void WriteKeyed(const Entry& entry, const Place& place, size_t indent) { WriteValue(entry, place, indent, indent + kIndent, entry.key + ":"); }

  // `head` is what stands before the value on its line: a key and its colon.
  void WriteValue(const Entry& entry, const Place& place, size_t indent, size_t inner_indent, const std::string& head) {
    if (!IsCollection(entry)) return WriteScalar(entry, indent, inner_indent, head + " ");
    if (entry.value->flow || entry.entries.empty()) {
      if (WriteFlow(entry, place, indent, inner_indent, head + " ")) return;
    }
    WriteLine(indent, WithTrailing(head, entry.trailing));
    WriteBlock(entry, place, inner_indent);
  }

  void WriteBlock(const Entry& entry, const Place& place, size_t indent) {
    if (IsMap(entry)) return WriteMap(entry, place, indent, false);
    const bool apart = place.shape == Shape::kMaps && place.of == MapKind::kRule;
    for (size_t i = 0; i < entry.entries.size(); ++i) {
      const Entry& item = entry.entries[i];
      if (i > 0 && (item.blank_before || (apart && !item.value->flow))) out_ += "\n";
      WriteComments(item.leading, indent);
      WriteItem(item, place, indent);
    }
    WriteComments(entry.tail, indent);
  }

  void WriteItem(const Entry& item, const Place& place, size_t indent) {
    if (!IsCollection(item)) return WriteScalar(item, indent, indent + kIndent, "- ");
    if ((item.value->flow || item.entries.empty()) && WriteFlow(item, place, indent, indent + kIndent, "- ")) return;
    if (!IsMap(item)) {
      WriteLine(indent, WithTrailing("-", item.trailing));
      return WriteBlock(item, place, indent + kIndent);
    }
    // The map is written one level in, then its first line gets the dash. Comments of that first key stand above the dash.
    if (!item.trailing.empty()) WriteLine(indent, item.trailing);
    const MapKind kind = KindOf(item, place);
    const Entry& first = *InOrder(item, kind).front();
    WriteComments(first.leading, indent);
    const size_t begin = out_.size();
    Entry bare = item;
    for (Entry& entry : bare.entries) {
      if (entry.key_node == first.key_node) entry.leading.clear();
    }
    WriteMap(bare, place, indent + kIndent, false);
    out_[begin + indent] = '-';
  }

  void WriteScalar(const Entry& entry, size_t indent, size_t inner_indent, std::string head) {
    const std::vector<std::string> lines = LinesOf(entry.raw);
    if (entry.raw.empty()) head.pop_back();  // nothing stands behind the colon
    const bool is_block = entry.raw[0] == '|' || entry.raw[0] == '>';
    if (lines.size() == 1) return WriteLine(indent, WithTrailing(head + lines[0], entry.trailing));
    WriteLine(indent, head + Trimmed(lines[0]));
    if (is_block) return WriteBlockLines(lines, inner_indent);
    for (size_t i = 1; i < lines.size(); ++i) {
      const bool is_last = i + 1 == lines.size();
      WriteLine(inner_indent, is_last ? WithTrailing(Trimmed(lines[i]), entry.trailing) : Trimmed(lines[i]));
    }
  }

  // Only the indentation that all lines share is the layout's; what is beyond it is text.
  void WriteBlockLines(const std::vector<std::string>& lines, size_t indent) {
    size_t shared = std::string::npos;
    for (size_t i = 1; i < lines.size(); ++i) shared = std::min(shared, lines[i].find_first_not_of(' '));
    for (size_t i = 1; i < lines.size(); ++i) WriteLine(indent, lines[i].size() > shared ? lines[i].substr(shared) : std::string());
  }

  // Nothing where a comment or a blank line stands inside.
  std::optional<std::string> FlowText(const Entry& entry, const Place& place) const {
    if (!IsCollection(entry)) return entry.raw.empty() ? "~" : OneLine(entry.raw);
    if (entry.has_comments) return std::nullopt;
    const std::optional<std::vector<std::string>> parts = FlowParts(entry, place);
    if (!parts) return std::nullopt;
    std::string text;
    for (const std::string& part : *parts) text += (text.empty() ? "" : ", ") + part;
    return (IsMap(entry) ? "{" : "[") + text + (IsMap(entry) ? "}" : "]");
  }

  std::optional<std::vector<std::string>> FlowParts(const Entry& entry, const Place& place) const {
    const MapKind kind = IsMap(entry) ? KindOf(entry, place) : MapKind::kCount;
    std::vector<std::string> parts;
    for (const Entry* inner : InOrder(entry, kind)) {
      const std::optional<std::string> text = FlowText(*inner, IsMap(entry) ? PlaceOf(*inner, kind, place) : place);
      if (!text) return std::nullopt;
      parts.push_back(IsMap(entry) ? inner->key + ":" + (text->empty() ? "" : " ") + *text : *text);
    }
    return parts;
  }

  // On one line, or a list with its entries wrapped; false where it must be written as a block.
  bool WriteFlow(const Entry& entry, const Place& place, size_t indent, size_t inner_indent, const std::string& head) {
    const std::optional<std::string> text = FlowText(entry, place);
    if (!text) return false;
    if (indent + Characters(head) + Characters(*text) <= kLineWidth) {
      WriteLine(indent, WithTrailing(head + *text, entry.trailing));
      return true;
    }
    if (IsMap(entry)) return false;
    std::string line = head + "[";
    size_t line_indent = indent;
    const std::vector<std::string> parts = *FlowParts(entry, place);
    // A map or list that is too long by itself is read more easily as a block.
    for (size_t i = 0; i < parts.size(); ++i) {
      if (IsCollection(entry.entries[i]) && inner_indent + Characters(parts[i]) >= kLineWidth) return false;
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      const std::string part = parts[i] + (i + 1 < parts.size() ? "," : "]");
      const bool fits = line_indent + Characters(line) + 1 + Characters(part) <= kLineWidth;
      if (!fits && i > 0) {
        WriteLine(line_indent, line);
        line_indent = inner_indent;
        line = part;
      } else {
        line += (i > 0 ? " " : "") + part;
      }
    }
    WriteLine(line_indent, WithTrailing(line, entry.trailing));
    return true;
  }

  std::string out_;
};

}  // namespace

std::string WriteLayout(const Entry& file) { return Writer().Run(file); }

}  // namespace sluice::format
