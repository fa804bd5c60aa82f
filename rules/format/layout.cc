#include "rules/format/layout.h"

#include <algorithm>

#include "rules/format/scalar_span.h"

namespace sluice::format {
namespace {

using syntax::Node;

struct Comment {
  size_t begin = 0, end = 0;
  bool own_line = false;
};

bool IsCollection(const Node& node) { return node.kind == Node::Kind::kList || node.kind == Node::Kind::kMap; }

// Scalars in the order of the file. False where one is not understood.
bool CollectScalars(std::string_view text, const Node& node, std::vector<std::pair<size_t, size_t>>& spans) {
  if (!IsCollection(node)) {
    const size_t end = EndOfScalar(text, node);
    if (end == kNoEnd) return false;
    if (end > node.offset) spans.emplace_back(node.offset, end);
    return true;
  }
  for (const Node& key : node.keys) {
    if (IsCollection(key) || !CollectScalars(text, key, spans)) return false;
  }
  return std::all_of(node.items.begin(), node.items.end(), [&](const Node& item) { return CollectScalars(text, item, spans); });
}

// Outside of scalars a # behind a space, or at the beginning of a line, begins a comment (YAML 1.2, 6.6).
std::vector<Comment> CollectComments(std::string_view text, const std::vector<std::pair<size_t, size_t>>& spans) {
  std::vector<Comment> comments;
  auto span = spans.begin();
  for (size_t at = 0; at < text.size();) {
    if (span != spans.end() && at == span->first) {
      at = span->second;
      ++span;
      continue;
    }
    const bool begins = text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '\n');
    if (!begins) {
      ++at;
      continue;
    }
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t line = at - ColumnOf(text, at);
    comments.push_back({at, end, text.substr(line, at - line).find_first_not_of(" \t") == std::string_view::npos});
    at = end;
  }
  return comments;
}

class LayoutReader {
 public:
  LayoutReader(const std::string& text, std::vector<Comment> comments) : text_(text), comments_(std::move(comments)) {}

  Entry Read(const Node& root) {
    Entry file;
    file.value = &root;
    ReadEntries(root, 0, file);
    TakeComments(text_.size(), file.tail);
    return file;
  }

 private:
  static size_t ItemBegin(const Node& collection, size_t i) {
    return collection.kind == Node::Kind::kMap ? collection.keys[i].offset : collection.items[i].offset;
  }

  bool IsBlankLineBefore(size_t offset) const {
    const size_t line = offset - ColumnOf(text_, offset);
    if (line < 2) return false;
    const size_t before = line - 1 - ColumnOf(text_, line - 1);
    return text_.find_first_not_of(" \t", before) >= line - 1;
  }

  std::string TextOf(const Comment& comment) const {
    std::string text = text_.substr(comment.begin, comment.end - comment.begin);
    text.erase(text.find_last_not_of(" \t\r") + 1);
    return text;
  }

  // All that begin before `end`, and the blank lines between them.
  void TakeComments(size_t end, std::vector<std::string>& into) {
    while (next_ < comments_.size() && comments_[next_].begin < end) {
      if (!into.empty() && IsBlankLineBefore(comments_[next_].begin)) into.emplace_back();
      into.push_back(TextOf(comments_[next_++]));
    }
  }

  // The next comment, when nothing but spaces and commas stands between `from` and it on the line.
  std::string TakeTrailing(size_t from) {
    if (next_ >= comments_.size() || comments_[next_].own_line || comments_[next_].begin < from) return {};
    const std::string_view between = std::string_view(text_).substr(from, comments_[next_].begin - from);
    if (between.find_first_not_of(" \t,") != between.npos) return {};
    return TextOf(comments_[next_++]);
  }

  void ReadLeading(size_t begin, Entry& entry) {
    const bool has_comments = next_ < comments_.size() && comments_[next_].begin < begin;
    entry.blank_before = IsBlankLineBefore(has_comments ? comments_[next_].begin : begin);
    TakeComments(begin, entry.leading);
    if (has_comments && IsBlankLineBefore(begin)) entry.leading.emplace_back();
  }

  void ReadEntries(const Node& collection, size_t parent_column, Entry& into) {
    for (size_t i = 0; i < collection.items.size(); ++i) {
      Entry entry;
      ReadLeading(ItemBegin(collection, i), entry);
      ReadOne(collection, i, entry);
      into.has_comments |= entry.has_comments || !entry.leading.empty() || !entry.trailing.empty();
      into.entries.push_back(std::move(entry));
    }
    if (collection.flow) return;
    // What stands below the last entry, as far in as its siblings, belongs to them; what stands further out, to what follows.
    const size_t column = collection.items.empty() ? 0 : ColumnOf(text_, ItemBegin(collection, 0));
    const size_t shift = collection.kind == Node::Kind::kList ? 2 : 0;  // the dash
    while (column > parent_column && next_ < comments_.size() && comments_[next_].own_line && comments_[next_].begin < end_of_room_ &&
           ColumnOf(text_, comments_[next_].begin) + shift >= column) {
      if (IsBlankLineBefore(comments_[next_].begin)) into.tail.emplace_back();
      into.tail.push_back(TextOf(comments_[next_++]));
    }
    into.has_comments |= !into.tail.empty();
  }

  void ReadOne(const Node& collection, size_t i, Entry& entry) {
    size_t column = ColumnOf(text_, ItemBegin(collection, i));
    if (collection.kind == Node::Kind::kMap) {
      entry.key_node = &collection.keys[i];
      entry.key = text_.substr(entry.key_node->offset, EndOfScalar(text_, *entry.key_node) - entry.key_node->offset);
    } else {
      column = column >= 2 ? column - 2 : 0;
    }
    const size_t outer_room = end_of_room_;
    if (i + 1 < collection.items.size()) end_of_room_ = ItemBegin(collection, i + 1);
    ReadValue(collection.items[i], column, entry);
    end_of_room_ = outer_room;
  }

  void ReadValue(const Node& value, size_t column, Entry& entry) {
    entry.value = &value;
    if (value.kind == Node::Kind::kNull && value.text.empty()) {
      if (entry.key_node != nullptr) entry.trailing = TakeTrailing(AfterKey(entry));
      return;
    }
    if (!IsCollection(value)) {
      const size_t end = EndOfScalar(text_, value);
      entry.raw = text_.substr(value.offset, end - value.offset);
      entry.trailing = TakeTrailing(end);
      return;
    }
    if (!value.flow) {
      if (entry.key_node != nullptr) entry.trailing = TakeTrailing(AfterKey(entry));
      ReadEntries(value, column, entry);
      return;
    }
    ReadEntries(value, 0, entry);
    const size_t end = EndOfFlow(value, entry);
    TakeComments(end, entry.tail);
    entry.has_comments |= !entry.tail.empty();
    entry.trailing = TakeTrailing(end);
  }

  // Behind the colon.
  size_t AfterKey(const Entry& entry) const { return std::min(text_.find(':', EndOfScalar(text_, *entry.key_node)) + 1, text_.size()); }

  // Behind the bracket that closes the collection.
  size_t EndOfFlow(const Node& value, const Entry& entry) const {
    size_t at = value.offset + 1;
    if (!entry.entries.empty()) at = EndOf(entry.entries.back());
    while (at < text_.size() && text_[at] != ']' && text_[at] != '}') at = text_[at] == '#' ? std::min(text_.find('\n', at), text_.size()) : at + 1;
    return std::min(at + 1, text_.size());
  }
  size_t EndOf(const Entry& entry) const {
    if (IsCollection(*entry.value)) return EndOfFlow(*entry.value, entry);
    if (entry.raw.empty() && entry.key_node != nullptr) return AfterKey(entry);
    return entry.value->offset + entry.raw.size();
  }

  const std::string& text_;
  std::vector<Comment> comments_;
  size_t next_ = 0;
  size_t end_of_room_ = static_cast<size_t>(-1);  // where the next entry of an outer collection begins
};

}  // namespace

std::optional<Entry> ReadLayout(const std::string& text, const Node& root) {
  std::vector<std::pair<size_t, size_t>> spans;
  if (!CollectScalars(text, root, spans)) return std::nullopt;
  std::sort(spans.begin(), spans.end());
  return LayoutReader(text, CollectComments(text, spans)).Read(root);
}

}  // namespace sluice::format
