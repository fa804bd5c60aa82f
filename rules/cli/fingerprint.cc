#include "rules/cli/fingerprint.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "rules/cli/input_files.h"
#include "rules/cli/register_files.h"
#include "rules/cli/register_table.h"
#include "rules/cli/report.h"
#include "rules/fingerprint/set_writer.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using fingerprint::Document;
using fingerprint::Set;
using fingerprint::SetContents;
using SecretsPtr = std::shared_ptr<const fingerprint::Secrets>;
using SetPtr = std::shared_ptr<const Set>;

constexpr size_t kNamesShown = 20;

Result<SecretsPtr> SecretsOf(const std::string& path) {
  if (path.empty()) return Error{ErrorCode::kInvalidArgument, "--key is needed: a file of `sluicec fingerprint new-key`"};
  const Result<fingerprint::Key> key = fingerprint::ReadKey(path);
  if (!key) return key.error();
  return fingerprint::Secrets::Make(*key);
}

Result<std::vector<SetPtr>> OpenSets(const std::vector<std::string>& paths, const SecretsPtr& secrets) {
  std::vector<SetPtr> sets;
  for (const std::string& path : paths) {
    Result<SetPtr> set = Set::Open(path, secrets);
    if (!set) return set.error();
    sets.push_back(std::move(*set));
  }
  return sets;
}

Result<std::vector<std::string>> FilesToRegister(const FingerprintOptions& options, std::vector<std::string>& problems) {
  std::vector<std::string> paths = options.paths;
  for (const std::string& list : options.lists) {
    std::ifstream in(list);
    if (!in) return Error{ErrorCode::kNotFound, "cannot read the list " + list};
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) paths.push_back(line);
    }
  }
  return FilesOf(paths, problems);
}

bool EndsWith(const std::string& text, std::string_view end) { return text.size() >= end.size() && std::string_view(text).substr(text.size() - end.size()) == end; }

Result<fingerprint::Benign> LearnBenign(const FingerprintOptions& options, const SecretsPtr& secrets) {
  fingerprint::Benign benign;
  for (const std::string& path : options.benign) {
    if (EndsWith(path, ".sls")) {
      const Result<SetPtr> set = Set::Open(path, secrets);
      if (!set) return set.error();
      benign.Learn(**set);
      continue;
    }
    std::vector<std::string> problems;
    const Result<Registration> harmless = RegisterFiles(FilesOf({path}, problems), {secrets, "", options.largest_file, true}, {});
    if (!harmless) return harmless.error();
    if (harmless->documents.empty()) return Error{ErrorCode::kNotFound, "nothing could be learnt from " + path + ": no file of it could be read"};
    for (const Document& document : harmless->documents) benign.Learn(document);
  }
  return benign;
}

void Report(const Registration& registration, const std::vector<std::string>& problems) {
  for (const auto& [reason, files] : registration.left_out) {
    std::fprintf(stderr, "left out: %s %s\n", Counted(files.size(), "file", "files").c_str(), reason.c_str());
    for (size_t i = 0; i < std::min(files.size(), kNamesShown); ++i) std::fprintf(stderr, "  %s\n", files[i].c_str());
    if (files.size() > kNamesShown) std::fprintf(stderr, "  and %zu more\n", files.size() - kNamesShown);
  }
  for (const auto& [kind, count] : registration.unopened) std::fprintf(stderr, "not looked into: %s %s (the file itself is registered)\n", Counted(count, "content", "contents").c_str(), kind.c_str());
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
}

std::string SetNameFor(const FingerprintOptions& options) { return options.name.empty() ? fs::path(options.output).stem().string() : options.name; }

uint64_t FingerprintsOf(const SetContents& contents) {
  uint64_t count = 0;
  for (const Document& document : contents.documents) {
    for (const fingerprint::Part& part : document.parts) count += part.fingerprints.size();
  }
  return count;
}

int WriteAndTell(const std::string& path, const SetContents& contents, const fingerprint::Secrets& secrets) {
  if (const Status status = WriteSetFile(path, contents, secrets); !status) return Fail(status.error());
  std::fprintf(stderr, "%s: set '%s', %s, %s, %s of harmless files left out\n", path.c_str(), contents.name.c_str(),
               Counted(contents.documents.size(), "document", "documents").c_str(), Counted(FingerprintsOf(contents), "fingerprint", "fingerprints").c_str(),
               Counted(contents.benign_left_out, "fingerprint", "fingerprints").c_str());
  return 0;
}

// Of an earlier run with the same output. Nothing where there was none.
Result<KnownDocuments> KnownFrom(const std::string& path, const SecretsPtr& secrets) {
  KnownDocuments known;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return known;
  const Result<SetPtr> before = Set::Open(path, secrets);
  if (!before) return before.error();
  // A fingerprint that stood in too many documents, or was harmless then, is not in the set: such documents are read again.
  if ((*before)->shared_beyond_limit() > 0 || (*before)->benign_left_out() > 0) return known;
  for (Document& document : ReadBack(**before).documents) known[document.path_hash] = std::move(document);
  return known;
}

}  // namespace

int RunNewSignatureKey(const std::string& path) {
  if (const Status status = fingerprint::WriteNewKey(path); !status) return Fail(status.error());
  std::printf("%s: the key of your document signatures; only its owner may read it. Whoever has it and a set can ask the set what it knows.\n", path.c_str());
  return 0;
}

int RunFingerprint(const FingerprintOptions& options) {
  if (options.output.empty() || (options.paths.empty() && options.lists.empty() && options.tables.empty())) {
    return Fail(Error{ErrorCode::kInvalidArgument, "a PATH and --output are needed"}), 2;
  }
  const Result<SecretsPtr> secrets = SecretsOf(options.key);
  if (!secrets) return Fail(secrets.error());
  std::vector<std::string> problems;
  const Result<std::vector<std::string>> files = FilesToRegister(options, problems);
  if (!files) return Fail(files.error());
  Result<KnownDocuments> known = KnownFrom(options.output, *secrets);
  if (!known) return Fail(known.error());
  const Result<fingerprint::Benign> benign = LearnBenign(options, *secrets);
  if (!benign) return Fail(benign.error());
  const std::string journal = options.output + ".journal";
  Result<Registration> registration = RegisterFiles(*files, {*secrets, journal, options.largest_file, true}, std::move(*known));
  if (!registration) return Fail(registration.error());
  Report(*registration, problems);
  for (const std::string& table : options.tables) {
    Result<Document> rows = RegisterTable(table, **secrets);
    if (!rows) return Fail(rows.error());
    registration->documents.push_back(std::move(*rows));
  }
  if (registration->documents.empty()) {
    std::error_code ignored;
    fs::remove(journal, ignored);
    return Fail(Error{ErrorCode::kNotFound, "nothing to register: none of the files could be taken"});
  }
  SetContents contents;
  contents.name = SetNameFor(options);
  contents.keep_names = !options.leave_out_names;
  contents.documents = std::move(registration->documents);
  LeaveOut(*benign, contents);
  if (registration->unchanged > 0) std::fprintf(stderr, "%s unchanged\n", Counted(registration->unchanged, "file", "files").c_str());
  const int written = WriteAndTell(options.output, contents, **secrets);
  std::error_code ignored;
  if (written == 0) fs::remove(journal, ignored);
  return written != 0 || !problems.empty() ? 1 : 0;
}

int RunInspectSet(const FingerprintOptions& options) {
  const Result<SecretsPtr> secrets = SecretsOf(options.key);
  if (!secrets) return Fail(secrets.error());
  const Result<std::vector<SetPtr>> sets = OpenSets(options.paths, *secrets);
  if (!sets) return Fail(sets.error());
  for (const SetPtr& set : *sets) {
    const double each = set->entries() == 0 ? 0 : static_cast<double>(set->bytes()) / static_cast<double>(set->entries());
    std::printf("set '%s': %zu documents, %zu parts, %zu whole contents, %llu fingerprints, %zu bytes (%.1f a fingerprint)\n", std::string(set->name()).c_str(), set->documents().size(),
                set->parts().size(), set->members().size(), static_cast<unsigned long long>(set->entries()), set->bytes(), each);
    if (!set->rows().empty()) std::printf("%zu values of rows\n", set->rows().size());
    std::printf("left out: %llu fingerprints of harmless files, %llu that are in more than %zu documents\n", static_cast<unsigned long long>(set->benign_left_out()),
                static_cast<unsigned long long>(set->shared_beyond_limit()), fingerprint::kMostDocumentsOfOne);
    for (uint32_t d = 0; options.show_documents && d < set->documents().size(); ++d) {
      const fingerprint::DocumentRecord& document = set->documents()[d];
      std::printf("%u\t%s\t%llu bytes\t%u fingerprints\n", d + 1, set->DisplayName(d).c_str(), static_cast<unsigned long long>(document.source_bytes), set->FingerprintsOf(document));
    }
  }
  return 0;
}

int RunMergeSets(const FingerprintOptions& options) {
  const Result<SecretsPtr> secrets = SecretsOf(options.key);
  if (!secrets) return Fail(secrets.error());
  const Result<std::vector<SetPtr>> sets = OpenSets(options.paths, *secrets);
  if (!sets) return Fail(sets.error());
  SetContents merged;
  merged.name = SetNameFor(options);
  std::set<std::pair<fingerprint::ContentDigest, std::string>> seen;
  for (const SetPtr& set : *sets) {
    SetContents contents = ReadBack(*set);
    merged.benign_left_out += contents.benign_left_out;
    for (Document& document : contents.documents) {
      if (seen.emplace(document.identity, document.name).second) merged.documents.push_back(std::move(document));
    }
  }
  return WriteAndTell(options.output, merged, **secrets);
}

int RunRemoveFromSet(const FingerprintOptions& options) {
  const Result<SecretsPtr> secrets = SecretsOf(options.key);
  if (!secrets) return Fail(secrets.error());
  if (options.paths.size() < 2) return Fail(Error{ErrorCode::kInvalidArgument, "a set and the names of documents are needed"}), 2;
  const Result<std::vector<SetPtr>> sets = OpenSets({options.paths.front()}, *secrets);
  if (!sets) return Fail(sets.error());
  SetContents contents = ReadBack(*sets->front());
  int missing = 0;
  for (auto name = options.paths.begin() + 1; name != options.paths.end(); ++name) {
    const size_t before = contents.documents.size();
    contents.documents.erase(std::remove_if(contents.documents.begin(), contents.documents.end(), [&](const Document& d) { return d.name == *name; }), contents.documents.end());
    if (contents.documents.size() != before) continue;
    std::fprintf(stderr, "no document of the set is called %s\n", name->c_str());
    missing = 1;
  }
  if (missing != 0) return missing;
  return WriteAndTell(options.output.empty() ? options.paths.front() : options.output, contents, **secrets);
}

int RunCompareSets(const FingerprintOptions& options) {
  const Result<SecretsPtr> secrets = SecretsOf(options.key);
  if (!secrets) return Fail(secrets.error());
  const Result<std::vector<SetPtr>> sets = OpenSets(options.paths, *secrets);
  if (!sets) return Fail(sets.error());
  if (sets->size() != 2) return Fail(Error{ErrorCode::kInvalidArgument, "two sets are needed"}), 2;
  const auto identities = [](const Set& set) {
    std::set<fingerprint::ContentDigest> all;
    for (const fingerprint::DocumentRecord& d : set.documents()) all.insert(d.identity);
    return all;
  };
  int differences = 0;
  const auto show = [&](const Set& set, const Set& other, char mark) {
    const auto there = identities(other);
    for (uint32_t d = 0; d < set.documents().size(); ++d) {
      if (there.count(set.documents()[d].identity) > 0) continue;
      std::printf("%c %s\n", mark, set.DisplayName(d).c_str());
      differences = 1;
    }
  };
  show(*(*sets)[0], *(*sets)[1], '-');
  show(*(*sets)[1], *(*sets)[0], '+');
  return differences;
}

}  // namespace sluice::cli
