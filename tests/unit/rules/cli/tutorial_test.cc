// docs/tutorial-policy.md, run: its files are written, its commands typed, and what they print is what it shows. `…` stands
// for anything.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/support/places.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

struct Command {
  std::string typed;
  std::vector<std::string> shown;  // lines
};

// In the order of the page: a file to write, or a command to type.
struct Step {
  std::string file, text;
  Command command;
};

std::vector<Step> StepsOf(const std::string& path) {
  std::ifstream in(path);
  std::vector<Step> steps;
  enum class In { kProse, kFile, kConsole, kOther } block = In::kProse;
  for (std::string line; std::getline(in, line);) {
    const std::string file_mark = "```yaml file=";
    if (line.rfind("```", 0) == 0) {
      const bool opens = block == In::kProse;
      block = !opens ? In::kProse : line == "```console" ? In::kConsole : line.rfind(file_mark, 0) == 0 ? In::kFile : In::kOther;
      if (block == In::kFile) steps.push_back({line.substr(file_mark.size()), "", {}});
      continue;
    }
    if (block == In::kFile) steps.back().text += line + "\n";
    if (block != In::kConsole) continue;
    if (line.rfind("$ ", 0) == 0) {
      steps.push_back({"", "", {line.substr(2), {}}});
    } else {
      steps.back().command.shown.push_back(line);
    }
  }
  return steps;
}

bool Fits(const std::string& pattern, const std::string& line) {
  static const std::string anything = "…";
  size_t at = 0, from = 0;
  for (bool first = true;; first = false) {
    const size_t end = std::min(pattern.find(anything, from), pattern.size());
    const std::string part = pattern.substr(from, end - from);
    const bool last = end == pattern.size();
    if (first && line.compare(0, part.size(), part) != 0) return false;
    if (last && !first) return line.size() >= at + part.size() && line.compare(line.size() - part.size(), part.size(), part) == 0;
    const size_t found = line.find(part, at);
    if (found == line.npos) return false;
    at = found + part.size();
    if (last) return at == line.size();
    from = end + anything.size();
  }
}

std::vector<std::string> OutputOf(const fs::path& folder, const std::string& typed) {
  std::vector<std::string> lines;
  const std::string command = "cd '" + folder.string() + "' && PATH='" + places::ProgramsFolder() + "':$PATH && { " + typed + "; } 2>&1 </dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return lines;
  std::string text;
  std::array<char, 4096> buffer;
  for (size_t n = fread(buffer.data(), 1, buffer.size(), pipe); n > 0; n = fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), n);
  pclose(pipe);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

TEST(Tutorial, DoesWhatItSays) {
  const fs::path folder = fs::temp_directory_path() / ("sluice-tutorial-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const std::vector<Step> steps = StepsOf(places::SourceFolder() + "/docs/tutorial-policy.md");
  ASSERT_GT(steps.size(), 12u);
  for (const Step& step : steps) {
    if (!step.file.empty()) {
      std::ofstream(folder / step.file) << step.text;
      continue;
    }
    const std::vector<std::string> lines = OutputOf(folder, step.command.typed);
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    ASSERT_EQ(lines.size(), step.command.shown.size()) << "$ " << step.command.typed << "\n" << all;
    for (size_t i = 0; i < lines.size(); ++i) EXPECT_TRUE(Fits(step.command.shown[i], lines[i])) << step.command.shown[i] << "\n" << lines[i];
  }
  fs::remove_all(folder);
}

TEST(Tutorial, TellsLinesApart) {
  EXPECT_TRUE(Fits("a … c", "a b c"));
  EXPECT_TRUE(Fits("a …", "a "));
  EXPECT_FALSE(Fits("a … c", "a b d"));
  EXPECT_FALSE(Fits("a", "a b"));
  EXPECT_FALSE(Fits("b…", "ab"));
}

}  // namespace
}  // namespace sluice::cli
