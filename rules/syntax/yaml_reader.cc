#include "rules/syntax/yaml_reader.h"

#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace sluice::syntax {
namespace {

// Thrown and caught in this file: yaml-cpp's events have no other way to stop.
struct Refused {
  Code code;
  YAML::Mark mark;
  std::string message;
  std::string hint;
};

// Columns in characters of places that come nearly in order: one pass over a line, however many nodes stand on it.
class ColumnCounter {
 public:
  explicit ColumnCounter(const SourceFile& source) : source_(source) {}

  uint32_t At(uint32_t line, uint32_t byte_column) {
    if (line != line_ || byte_column < bytes_) {
      line_ = line;
      bytes_ = characters_ = 0;
    }
    for (const char c : source_.Line(line).substr(std::min<size_t>(bytes_, source_.Line(line).size()), byte_column - bytes_)) {
      if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++characters_;
    }
    bytes_ = byte_column;
    return characters_ + 1;
  }

 private:
  const SourceFile& source_;
  uint32_t line_ = 0, bytes_ = 0, characters_ = 0;
};

// Builds the tree from events, with a stack of open lists and maps.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceFile& source, uint32_t file) : source_(source), columns_(source), file_(file) {}

  Node TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Add(NodeAt(mark, Node::Kind::kNull)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { RefuseAlias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    if (anchor != YAML::NullAnchor) RefuseAlias(mark);
    Node node = NodeAt(mark, Node::Kind::kScalar);
    node.text = value;
    node.quoted = tag == "!";
    if (!node.quoted && (value.empty() || value == "~" || value == "null")) node.kind = Node::Kind::kNull;
    Add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    Open(mark, anchor, Node::Kind::kList, style);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    Open(mark, anchor, Node::Kind::kMap, style);
  }
  void OnMapEnd() override { Close(); }

 private:
  [[noreturn]] void RefuseAlias(const YAML::Mark& mark) const {
    throw Refused{Code::kAliasNotAllowed, mark, "anchors (&) and aliases (*) are not part of the rule language",
                  "write the value out, or put shared terms in a detector and name it"};
  }

  Node NodeAt(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind = kind;
    const auto line = static_cast<uint32_t>(mark.line + 1);
    const auto column = static_cast<uint32_t>(std::max(mark.column, 0));
    node.at = {file_, line, columns_.At(line, column)};
    node.offset = source_.LineOffset(line) + column;
    return node;
  }

  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind, YAML::EmitterStyle::value style) {
    if (anchor != YAML::NullAnchor) RefuseAlias(mark);
    if (open_.size() >= kMaxDepth) {
      throw Refused{Code::kTooDeep, mark, "lists and maps are nested deeper than " + std::to_string(kMaxDepth), ""};
    }
    open_.push_back(NodeAt(mark, kind));
    open_.back().flow = style == YAML::EmitterStyle::Flow;
  }

  void Close() {
    Node node = std::move(open_.back());
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Node& parent = open_.back();
    const bool is_key = parent.kind == Node::Kind::kMap && parent.keys.size() == parent.items.size();
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  const SourceFile& source_;
  ColumnCounter columns_;
  uint32_t file_;
  Node root_;
  std::vector<Node> open_;
};

// Bytes that a lead byte promises to follow, with the range of the first of them (RFC 3629, 4); 0 and an empty range for
// a byte that cannot lead.
struct Utf8Lead {
  int following;
  unsigned char low, high;
};
Utf8Lead ClassifyLead(unsigned char lead) {
  if (lead < 0x80) return {0, 0, 0xff};
  if (lead >= 0xc2 && lead <= 0xdf) return {1, 0x80, 0xbf};
  if (lead == 0xe0) return {2, 0xa0, 0xbf};
  if (lead == 0xed) return {2, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {2, 0x80, 0xbf};
  if (lead == 0xf0) return {3, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {3, 0x80, 0xbf};
  if (lead == 0xf4) return {3, 0x80, 0x8f};
  return {-1, 0, 0};
}

Position PositionOf(const SourceFile& source, uint32_t file, size_t offset) {
  const std::string_view before = std::string_view(source.text()).substr(0, offset);
  const auto line = static_cast<uint32_t>(1 + std::count(before.begin(), before.end(), '\n'));
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return {file, line, source.CharacterColumn(line, static_cast<uint32_t>(offset - line_start))};
}

bool CheckUtf8(const SourceFile& source, uint32_t file, Diagnostics& diagnostics) {
  const size_t bad = FindInvalidUtf8(source.text());
  if (bad == std::string_view::npos) return true;
  Position at = PositionOf(source, file, bad);
  diagnostics.Error(Code::kInvalidUtf8, {file, at.line, 0},
                    "byte " + std::to_string(bad) + " of the file, at line " + std::to_string(at.line) + ", column " +
                        std::to_string(at.column) + ", is not UTF-8",
                    "save the file as UTF-8; to look for bytes that are no text, write them as {hex: \"c3d8\"}");
  return false;
}

}  // namespace

size_t FindInvalidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const Utf8Lead lead = ClassifyLead(static_cast<unsigned char>(text[i]));
    if (lead.following < 0) return i;
    for (int k = 1; k <= lead.following; ++k) {
      if (i + k >= text.size()) return i;
      const auto c = static_cast<unsigned char>(text[i + k]);
      if (k == 1 ? (c < lead.low || c > lead.high) : (c & 0xc0) != 0x80) return i;
    }
    i += 1 + lead.following;
  }
  return std::string_view::npos;
}

std::optional<Node> ReadYaml(const SourceSet& sources, uint32_t file, Diagnostics& diagnostics) {
  const SourceFile& source = sources.file(file);
  if (!CheckUtf8(source, file, diagnostics)) return std::nullopt;
  TreeBuilder builder(source, file);
  const auto place = [&](const YAML::Mark& mark) -> Position {
    if (mark.is_null()) return {file, 0, 0};
    const auto line = static_cast<uint32_t>(mark.line + 1);
    return {file, line, source.CharacterColumn(line, static_cast<uint32_t>(std::max(mark.column, 0)))};
  };
  try {
    std::istringstream in(source.text());
    YAML::Parser parser(in);
    const bool has_document = parser.HandleNextDocument(builder);
    Node root = builder.TakeRoot();
    if (!has_document || root.kind == Node::Kind::kNull) root.kind = Node::Kind::kMap;
    if (has_document && parser.HandleNextDocument(builder)) {
      diagnostics.Error(Code::kYamlSyntax, builder.TakeRoot().at, "the file holds more than one YAML document",
                        "put each pack in a file of its own");
      return std::nullopt;
    }
    if (root.at.line == 0) root.at = {file, 1, 1};
    return root;
  } catch (const Refused& refused) {
    diagnostics.Error(refused.code, place(refused.mark), refused.message, refused.hint);
  } catch (const YAML::Exception& e) {
    diagnostics.Error(Code::kYamlSyntax, place(e.mark), "not YAML: " + e.msg,
                      "text that begins with one of  * & ! % @ ` [ { # or contains ': ' must stand in quotes");
  } catch (const std::exception& e) {
    diagnostics.Error(Code::kYamlSyntax, {file, 0, 0}, std::string("the YAML reader gave up: ") + e.what());
  }
  return std::nullopt;
}

}  // namespace sluice::syntax
