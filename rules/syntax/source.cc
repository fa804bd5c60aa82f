#include "rules/syntax/source.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace sluice::syntax {

SourceFile::SourceFile(std::string name, std::string text, model::SourceKind kind)
    : name_(std::move(name)), text_(std::move(text)), kind_(kind), line_starts_{0} {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

std::string_view SourceFile::Line(uint32_t line) const {
  if (line == 0 || line > line_starts_.size()) return {};
  const size_t start = line_starts_[line - 1];
  const size_t end = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
  std::string_view view = std::string_view(text_).substr(start, end - start);
  if (!view.empty() && view.back() == '\r') view.remove_suffix(1);
  return view;
}

uint32_t SourceFile::CharacterColumn(uint32_t line, uint32_t byte_column) const {
  uint32_t characters = 0;
  for (const char c : Line(line).substr(0, byte_column)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++characters;
  }
  return characters + 1;
}

Result<std::string> SourceSet::ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error::FromErrno(errno, "cannot read " + path);
  std::string text;
  std::vector<char> block(1 << 16);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block.data(), static_cast<size_t>(in.gcount()));
    if (text.size() > max_bytes()) return Error{ErrorCode::kInvalidArgument, path + " is larger than the 64 MiB a rule file may have"};
  }
  if (in.bad()) return Error::FromErrno(errno, "cannot read " + path);
  return text;
}

uint32_t SourceSet::Add(std::string name, std::string text, model::SourceKind kind) {
  const auto index = static_cast<uint32_t>(files_.size());
  files_.emplace_back(std::move(name), std::move(text), kind);
  by_name_.try_emplace({kind, files_.back().name()}, index);
  return index;
}

Result<uint32_t> SourceSet::Open(const std::string& path, model::SourceKind kind) {
  const auto known = by_name_.find({kind, path});
  if (known != by_name_.end()) return known->second;
  if (sealed_) return Error{ErrorCode::kNotFound, path + " is not among the sources of the bundle"};
  Result<std::string> text = ReadFile(path);
  if (!text) return text.error();
  return Add(path, std::move(*text), kind);
}

}  // namespace sluice::syntax
