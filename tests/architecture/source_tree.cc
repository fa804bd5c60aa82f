#include "tests/architecture/source_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace sluice::architecture {
namespace {

namespace fs = std::filesystem;

// The folder a file belongs to: two levels deep, but for base, which has none below it.
std::string FolderOf(const fs::path& relative) {
  const fs::path parent = relative.parent_path();
  auto part = parent.begin();
  if (part == parent.end()) return "";
  fs::path folder = *part++;
  if (part != parent.end()) folder /= *part;
  return folder.generic_string();
}

// Walks over C++ text and blanks what is not code.
class Stripper {
 public:
  Stripper(const std::string& text, bool keep_strings) : text_(text), keep_strings_(keep_strings) {}

  std::string Strip() {
    while (at_ < text_.size()) Step();
    return std::move(out_);
  }

 private:
  bool Ahead(const char* what) const { return text_.compare(at_, std::char_traits<char>::length(what), what) == 0; }

  void Step() {
    if (Ahead("//")) return Blank(text_.find('\n', at_));
    if (Ahead("/*")) return Blank(After("*/", at_ + 2));
    if (Ahead("R\"")) return RawString();
    // A quote within a number is a digit separator.
    const bool in_number = at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0;
    if (text_[at_] == '"' || (text_[at_] == '\'' && !in_number)) return Quoted(text_[at_]);
    out_ += text_[at_++];
  }

  size_t After(const std::string& what, size_t from) const {
    const size_t found = text_.find(what, from);
    return found == std::string::npos ? found : found + what.size();
  }

  void RawString() {
    const size_t open = text_.find('(', at_);
    if (open == std::string::npos) return Blank(open);
    Literal(After(")" + text_.substr(at_ + 2, open - at_ - 2) + "\"", open));
  }

  void Quoted(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    Literal(end + 1);
  }

  void Literal(size_t end) {
    if (!keep_strings_) return Blank(end);
    end = std::min(end, text_.size());
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  void Blank(size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) out_ += text_[at_] == '\n' ? '\n' : ' ';
  }

  const std::string& text_;
  const bool keep_strings_;
  size_t at_ = 0;
  std::string out_;
};

std::vector<Include> ReadIncludes(const std::string& text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  std::vector<Include> includes;
  std::istringstream lines(StripComments(text, true));
  std::string line;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (std::regex_match(line, match, kInclude)) includes.push_back({number, match[2], match[1] == "<"});
  }
  return includes;
}

bool IsSource(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".h" || extension == ".cc" || extension == ".c" || extension == ".cpp";
}

}  // namespace

std::string StripComments(const std::string& text, bool keep_strings) {
  return Stripper(text, keep_strings).Strip();
}

SourceFile ReadSource(const fs::path& root, const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << "cannot read " << path;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const fs::path relative = fs::relative(path, root);
  return {relative.generic_string(), FolderOf(relative), ReadIncludes(text), StripComments(text, false)};
}

std::vector<SourceFile> ReadSources(const fs::path& root, const std::vector<std::string>& tops) {
  std::vector<SourceFile> files;
  for (const std::string& top : tops) {
    if (!fs::is_directory(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      if (entry.is_regular_file() && IsSource(entry.path())) files.push_back(ReadSource(root, entry.path()));
    }
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace sluice::architecture
