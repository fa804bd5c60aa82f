// SourceFile and SourceSet: rule files as they were read, so that a diagnostic can show the line that it is about.
//
// Thread: value types. Allocates: yes (cold path). A file that cannot be read is an Error.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rules/model/words.h"

namespace sluice::syntax {

// Where something stands. Line and column count from 1, columns in characters; line 0 is "the file as a whole".
struct Position {
  uint32_t file = 0;
  uint32_t line = 0;
  uint32_t column = 0;
};

template <typename T>
struct Located {
  T value{};
  Position at;
};

class SourceFile {
 public:
  SourceFile(std::string name, std::string text, model::SourceKind kind);

  const std::string& name() const { return name_; }
  model::SourceKind kind() const { return kind_; }
  const std::string& text() const { return text_; }
  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }
  // Without its line end; empty when there is no such line.
  std::string_view Line(uint32_t line) const;
  // Of the line's first byte; the size of the text where there is no such line.
  size_t LineOffset(uint32_t line) const { return line > 0 && line <= line_starts_.size() ? line_starts_[line - 1] : text_.size(); }
  // From a byte column (from 0) of a line to one in characters (from 1).
  uint32_t CharacterColumn(uint32_t line, uint32_t byte_column) const;

 private:
  std::string name_;
  std::string text_;
  model::SourceKind kind_;
  std::vector<size_t> line_starts_;
};

class SourceSet {
 public:
  // Refuses files larger than max_bytes(). The name is what diagnostics print.
  static Result<std::string> ReadFile(const std::string& path);
  static constexpr size_t max_bytes() { return size_t{64} << 20; }

  uint32_t Add(std::string name, std::string text, model::SourceKind kind = model::SourceKind::kPack);
  // A file that a pack names: the one of the set, or else read from the disk and added.
  Result<uint32_t> Open(const std::string& path, model::SourceKind kind);
  // From here on the set is all there is, whatever lies on the disk: these are the sources of a bundle.
  void Seal() { sealed_ = true; }
  bool sealed() const { return sealed_; }
  const SourceFile& file(uint32_t index) const { return files_[index]; }
  size_t size() const { return files_.size(); }

 private:
  std::deque<SourceFile> files_;
  std::map<std::pair<model::SourceKind, std::string>, uint32_t> by_name_;
  bool sealed_ = false;
};

}  // namespace sluice::syntax
