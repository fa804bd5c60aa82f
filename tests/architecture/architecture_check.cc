#include "tests/architecture/architecture_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>

namespace sluice::architecture {
namespace {

// Bottom up. Folders of one line may use each other (without a circle) and everything in the lines above.
const std::vector<std::vector<std::string>>& Layers() {
  static const std::vector<std::vector<std::string>> kLayers = {
      {"base"},
      {"base/completion"},
      {"rules/model", "rules/validator", "rules/text", "rules/marking", "rules/evaluate", "dataplane/packet"},
      {"dataplane/content", "rules/syntax"},
      {"dataplane/extract"},
      {"rules/fingerprint", "rules/bundle", "dataplane/flow", "dataplane/stream", "dataplane/protocol", "dataplane/decode", "extractor"},
      {"dataplane/match", "dataplane/signature", "rules/compile", "rules/format", "rules/amend"},
      {"rules/import"},
      {"dataplane/verdict"},
      {"dataplane/action", "dataplane/event"},
      {"dataplane/pipeline"},
      {"dataplane/replay", "dataplane/port", "dataplane/worker"},
      {"dataplane/runtime"},
      {"control/config", "control/database"},
      {"control/exports/format", "control/exports/transport"},
      {"control/access", "control/exports", "control/audit", "control/deploy", "control/evidence", "control/incident", "control/ledger", "control/metrics", "control/quarantine"},
      {"control/api"},
      {"control/remote"},
      {"control/daemon", "control/cli", "rules/cli"},
  };
  return kLayers;
}

struct Confinement {
  std::string what;
  std::regex include;      // of an include's target
  std::string identifier;  // prefix of identifiers in code; empty: includes only
  std::vector<std::string> homes;
};

const std::vector<Confinement>& Confinements() {
  static const std::vector<Confinement> kConfinements = {
      {"DPDK", std::regex(R"(rte_.*)"), "rte_", {"dataplane/port", "dataplane/worker", "perf/live", "tests/system"}},
      {"Hyperscan",
       std::regex(R"((hs/)?hs(_\w+)?\.h)"),
       "",
       {"rules/compile", "rules/bundle", "dataplane/match", "perf", "tests"}},
      {"SQLite", std::regex(R"(sqlite3(ext)?\.h)"), "sqlite3_", {"control/database"}},
      {"cpp-httplib", std::regex(R"(httplib\.h)"), "", {"control/api", "control/cli", "control/exports/transport"}},
      {"librdkafka", std::regex(R"(librdkafka/.*)"), "rd_kafka_", {"control/exports/transport"}},
      {"prometheus-cpp", std::regex(R"(prometheus/.*)"), "", {"control/metrics"}},
      // Parsers that are not trusted with the data plane's memory.
      {"poppler", std::regex(R"((PDFDoc|TextOutputDev|GlobalParams|Stream|Page|Catalog)\.h|poppler/.*)"), "", {"extractor"}},
      {"libarchive", std::regex(R"(archive(_entry)?\.h)"), "", {"extractor", "tests"}},
      {"yaml-cpp", std::regex(R"(yaml-cpp/.*)"), "", {"rules/syntax", "control/config"}},
  };
  return kConfinements;
}

const std::set<std::string>& EmptyWords() {
  static const std::set<std::string> kWords = {"manager", "managers", "helper",    "helpers", "util",
                                               "utils",   "utility",  "utilities", "misc",    "common"};
  return kWords;
}

bool IsBelow(const std::string& path, const std::string& folder) {
  return path == folder || path.rfind(folder + "/", 0) == 0;
}

bool IsProduct(const std::string& folder) {
  return IsBelow(folder, "base") || IsBelow(folder, "rules") || IsBelow(folder, "dataplane") ||
         IsBelow(folder, "control") || IsBelow(folder, "extractor");
}

std::optional<size_t> LayerOf(const std::string& folder) {
  for (size_t i = 0; i < Layers().size(); ++i) {
    if (std::count(Layers()[i].begin(), Layers()[i].end(), folder) > 0) return i;
  }
  return std::nullopt;
}

std::string TargetFolder(const Include& include) {
  const size_t first = include.target.find('/');
  if (first == std::string::npos) return "";
  const std::string top = include.target.substr(0, first);
  const size_t second = include.target.find('/', first + 1);
  return second == std::string::npos ? top : include.target.substr(0, second);
}

std::string At(const SourceFile& file, size_t line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

size_t LineOf(const std::string& text, size_t position) {
  return static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n')) + 1;
}

// folder -> folder it includes -> where.
using Arrows = std::map<std::string, std::map<std::string, std::string>>;

Arrows ProductArrows(const std::vector<SourceFile>& files) {
  Arrows arrows;
  for (const SourceFile& file : files) {
    for (const Include& include : file.includes) {
      const std::string target = TargetFolder(include);
      if (include.angled || target == file.folder || !IsProduct(file.folder) || !IsProduct(target)) continue;
      arrows[file.folder].emplace(target, At(file, include.line));
    }
  }
  return arrows;
}

// Depth first; a folder met again while it is being walked closes a circle.
class CircleSearch {
 public:
  explicit CircleSearch(const Arrows& arrows) : arrows_(arrows) {}

  Violations Run() {
    for (const auto& [folder, targets] : arrows_) Visit(folder);
    return circles_;
  }

 private:
  void Visit(const std::string& folder) {
    const auto met = std::find(path_.begin(), path_.end(), folder);
    if (met != path_.end()) return Report(static_cast<size_t>(met - path_.begin()));
    const auto targets = arrows_.find(folder);
    if (targets == arrows_.end() || !done_.insert(folder).second) return;
    path_.push_back(folder);
    for (const auto& [target, where] : targets->second) Visit(target);
    path_.pop_back();
  }

  void Report(size_t from) {
    std::string text = arrows_.at(path_.back()).at(path_[from]) + "closes a circle: ";
    for (size_t i = from; i < path_.size(); ++i) text += path_[i] + " -> ";
    circles_.push_back(text + path_[from]);
  }

  const Arrows& arrows_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
  Violations circles_;
};

// tests/unit/X tests X and may see what X sees.
bool IsAtHome(const SourceFile& file, const Confinement& confinement) {
  const std::string prefix = "tests/unit/";
  const std::string path = file.path.rfind(prefix, 0) == 0 ? file.path.substr(prefix.size()) : file.path;
  return std::any_of(confinement.homes.begin(), confinement.homes.end(),
                     [&](const std::string& home) { return IsBelow(path, home) || IsBelow(file.path, home); });
}

// The first one of a file is enough.
void CheckIdentifiers(const SourceFile& file, const Confinement& confinement, Violations& out) {
  if (confinement.identifier.empty()) return;
  const std::regex identifier("\\b" + confinement.identifier + "\\w+");
  std::smatch match;
  if (!std::regex_search(file.code, match, identifier)) return;
  out.push_back(At(file, LineOf(file.code, static_cast<size_t>(match.position()))) + match.str() + " belongs to " +
                confinement.what + ", which this folder does not see");
}

// "FlowTable2_pool" -> flow, table2, pool.
std::vector<std::string> WordsOf(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    const bool letter_or_digit = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if ((upper || !letter_or_digit) && !words.back().empty()) words.emplace_back();
    if (letter_or_digit) words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

std::optional<std::string> EmptyWordIn(const std::string& name) {
  for (const std::string& word : WordsOf(name)) {
    if (EmptyWords().count(word) > 0) return word;
  }
  return std::nullopt;
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool IsDeclarator(const std::string& word) {
  return word == "namespace" || word == "class" || word == "struct" || word == "enum" || word == "union";
}

// Flow, but not FLOW, flow or T.
bool IsPascalCase(const std::string& name) {
  return name.size() > 1 && std::isupper(static_cast<unsigned char>(name[0])) != 0 &&
         std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

// What is declared, and every PascalCase name: snake_case ones may be the standard library's (std::common_type). A
// nested namespace is one declaration of several names.
void CheckNamesInCode(const SourceFile& file, Violations& out) {
  const std::string& code = file.code;
  bool declared = false;
  for (size_t at = 0; at < code.size();) {
    if (!IsWordCharacter(code[at])) {
      declared = declared && (code[at] == ' ' || code[at] == ':');
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < code.size() && IsWordCharacter(code[at])) ++at;
    const std::string name = code.substr(begin, at - begin);
    const auto word = declared || IsPascalCase(name) ? EmptyWordIn(name) : std::nullopt;
    if (word) out.push_back(At(file, LineOf(code, begin)) + name + " has '" + *word + "' in it");
    declared = declared || IsDeclarator(name);
  }
}

}  // namespace

Violations CheckLayers(const std::vector<SourceFile>& files) {
  Violations out;
  for (const SourceFile& file : files) {
    if (!IsProduct(file.folder)) continue;
    const auto from = LayerOf(file.folder);
    if (!from) out.push_back(file.path + ": " + file.folder + " stands in no layer; add it to the list");
    for (const Include& include : file.includes) {
      const std::string target = TargetFolder(include);
      if (include.angled || target == file.folder) continue;
      const auto to = LayerOf(target);
      const bool leaves_product = !IsProduct(target) && !target.empty() && target != "third_party";
      const bool source_side = target == "rules/syntax" || target == "rules/compile";
      if (leaves_product || (from && to && *to > *from)) {
        out.push_back(At(file, include.line) + file.folder + " includes " + target + ", which stands above it");
      } else if (source_side && IsBelow(file.folder, "dataplane")) {
        out.push_back(At(file, include.line) + "the data plane includes " + target);
      }
    }
  }
  return out;
}

Violations CheckCircles(const std::vector<SourceFile>& files) {
  const Arrows arrows = ProductArrows(files);
  return CircleSearch(arrows).Run();
}

Violations CheckConfinement(const std::vector<SourceFile>& files) {
  Violations out;
  for (const SourceFile& file : files) {
    for (const Confinement& confinement : Confinements()) {
      if (IsAtHome(file, confinement)) continue;
      const size_t before = out.size();
      for (const Include& include : file.includes) {
        if (!std::regex_match(include.target, confinement.include)) continue;
        out.push_back(At(file, include.line) + include.target + " belongs to " + confinement.what +
                      ", which this folder does not see");
      }
      if (out.size() == before) CheckIdentifiers(file, confinement, out);
    }
  }
  return out;
}

Violations CheckIncludePaths(const std::filesystem::path& root, const std::vector<SourceFile>& files) {
  Violations out;
  for (const SourceFile& file : files) {
    for (const Include& include : file.includes) {
      if (include.angled || std::filesystem::is_regular_file(root / include.target)) continue;
      out.push_back(At(file, include.line) + include.target + " is no path from the root of the repository");
    }
  }
  return out;
}

Violations CheckNames(const std::vector<SourceFile>& files) {
  Violations out;
  for (const SourceFile& file : files) {
    const auto word = EmptyWordIn(file.path);
    if (word) out.push_back(file.path + ": the path has '" + *word + "' in it");
    CheckNamesInCode(file, out);
  }
  return out;
}

}  // namespace sluice::architecture
