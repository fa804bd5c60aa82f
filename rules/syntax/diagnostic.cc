#include "rules/syntax/diagnostic.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/visible_text.h"

namespace sluice::syntax {
namespace {

// Longer lines are shown round the place only.
constexpr size_t kShownCharacters = 120;

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kError: return "error";
    case Level::kWarning: return "warning";
    case Level::kNote: return "note";
  }
  return "?";
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::vector<std::string_view> Characters(std::string_view line) {
  std::vector<std::string_view> characters;
  for (size_t i = 0; i < line.size();) {
    size_t n = 1;
    while (i + n < line.size() && IsContinuation(line[i + n])) ++n;
    characters.push_back(line.substr(i, n));
    i += n;
  }
  return characters;
}

// A tab stays one, so that the caret below stands where the reader's tabs put it.
std::string Shown(std::string_view character) { return character == "\t" ? "\t" : VisibleText(character); }

std::string BlankOf(std::string_view character) { return character == "\t" ? "\t" : std::string(ColumnsOf(VisibleText(character)), ' '); }

void AppendLineAndCaret(std::string& out, std::string_view line, uint32_t column) {
  const std::vector<std::string_view> characters = Characters(line);
  const size_t place = column - 1;
  const size_t begin = place > kShownCharacters / 2 ? place - kShownCharacters / 2 : 0;
  const size_t end = std::min(characters.size(), begin + kShownCharacters);
  out += "    ";
  if (begin > 0) out += "... ";
  for (size_t i = begin; i < end; ++i) out += Shown(characters[i]);
  if (end < characters.size()) out += " ...";
  out += "\n    ";
  if (begin > 0) out += "    ";
  for (size_t i = begin; i < place && i < end; ++i) out += BlankOf(characters[i]);
  out += "^\n";
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row.back();
}

}  // namespace

void Diagnostics::Error(Code code, Position at, std::string message, std::string hint) {
  ++errors_;
  all_.push_back({code, Level::kError, at, std::move(message), std::move(hint)});
}

void Diagnostics::Warning(Code code, Position at, std::string message, std::string hint) {
  all_.push_back({code, Level::kWarning, at, std::move(message), std::move(hint)});
}

void Diagnostics::Note(Code code, Position at, std::string message, std::string hint) {
  all_.push_back({code, Level::kNote, at, std::move(message), std::move(hint)});
}

void Diagnostics::Sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.at.file, a.at.line, a.at.column) < std::tie(b.at.file, b.at.line, b.at.column);
  });
}

std::string CodeName(Code code) { return "SL" + std::to_string(static_cast<uint16_t>(code)); }

std::string Render(const Diagnostic& diagnostic, const SourceSet& sources) {
  std::string out;
  const Position& at = diagnostic.at;
  const bool has_file = at.file < sources.size();
  if (has_file) {
    out += VisibleText(sources.file(at.file).name());
    if (at.line > 0) out += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
    out += ": ";
  }
  out += std::string(LevelName(diagnostic.level)) + " " + CodeName(diagnostic.code) + ": " + VisibleText(diagnostic.message) + "\n";
  if (has_file && at.line > 0 && at.column > 0) AppendLineAndCaret(out, sources.file(at.file).Line(at.line), at.column);
  if (!diagnostic.hint.empty()) out += "    hint: " + VisibleText(diagnostic.hint) + "\n";
  return out;
}

std::string NearestName(std::string_view name, const std::vector<std::string_view>& known) {
  // Names longer than this are no misspelling of ours, and comparing them would only take time.
  constexpr size_t kLongestName = 64;
  if (name.size() > kLongestName) return {};
  std::string_view best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return std::string(best);
}

}  // namespace sluice::syntax
