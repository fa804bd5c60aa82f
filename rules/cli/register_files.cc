#include "rules/cli/register_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>

#include "dataplane/decode/decoder_chain.h"
#include "rules/cli/file_views.h"
#include "rules/cli/progress.h"
#include "rules/cli/register_journal.h"
#include "rules/text/character.h"

namespace sluice::cli {
namespace {

using fingerprint::ContentCollector;
using fingerprint::Document;
using fingerprint::DocumentCollector;

// Larger files are taken as they lie, in runs, and not opened into their members.
constexpr uint64_t kLargestOpened = uint64_t{256} << 20;
constexpr size_t kRun = size_t{64} << 20;
static_assert(kRun % ContentCollector::kRunUnit == 0);

class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool ok() const { return fd_ >= 0; }
  bool Stat(struct stat& status) const { return ::fstat(fd_, &status) == 0; }
  // As much as there is, up to the size of `buffer`; -1: the system refused.
  ssize_t Read(std::vector<uint8_t>& buffer) const {
    size_t size = 0;
    while (size < buffer.size()) {
      const ssize_t n = ::read(fd_, buffer.data() + size, buffer.size() - size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return -1;
      if (n == 0) break;
      size += static_cast<size_t>(n);
    }
    return static_cast<ssize_t>(size);
  }

 private:
  int fd_;
};

int64_t ChangeTime(const struct stat& status) { return int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec; }

// What came of one file.
struct Outcome {
  std::optional<Document> document;
  std::string left_out;  // why
  std::vector<Unopened> unopened;
  uint64_t bytes_read = 0;
  bool unchanged = false;
};

class OneFile {
 public:
  OneFile(const RegisterOptions& options, decode::DecodeRoom& room) : options_(options), room_(room) {}

  Outcome Run(const std::string& path, const KnownDocuments& known) {
    Outcome outcome;
    const OpenFile file(path);
    struct stat before {};
    if (!file.ok() || !file.Stat(before)) return LeftOut(std::string("cannot be read: ") + std::strerror(errno));
    if (!S_ISREG(before.st_mode)) return LeftOut("is no file");
    const auto size = static_cast<uint64_t>(before.st_size);
    if (size > options_.largest_file) return LeftOut("is larger than --largest allows");
    if (size == 0) return LeftOut("is empty");
    const uint64_t path_hash = fingerprint::PathHash(*options_.secrets, path);
    if (const auto it = known.find(path_hash); it != known.end() && it->second.source_bytes == size && it->second.source_time == ChangeTime(before)) {
      outcome.document = it->second;
      outcome.document->name = path;
      outcome.unchanged = true;
      return outcome;
    }
    DocumentCollector collector(*options_.secrets);
    if (!Collect(file, path, size, collector, outcome)) return LeftOut("cannot be read to its end");
    struct stat after {};
    if (!file.Stat(after) || after.st_size != before.st_size || ChangeTime(after) != ChangeTime(before)) return LeftOut("changed while it was read");
    outcome.document = collector.Take();
    outcome.document->name = path;
    outcome.document->path_hash = path_hash;
    outcome.document->source_time = ChangeTime(before);
    if (outcome.document->wholes.empty() && outcome.document->parts.empty()) return LeftOut("is too short to be known by");
    return outcome;
  }

 private:
  static Outcome LeftOut(std::string why) {
    Outcome outcome;
    outcome.left_out = std::move(why);
    return outcome;
  }

  bool Collect(const OpenFile& file, const std::string& path, uint64_t size, DocumentCollector& collector, Outcome& outcome) {
    ContentCollector content(*options_.secrets, ContentCollector::Keep::kAll);
    std::vector<uint8_t> buffer(static_cast<size_t>(size <= kLargestOpened ? size : kRun));
    for (uint64_t at = 0; at < size; at += buffer.size()) {
      const ssize_t n = file.Read(buffer);
      if (n < 0 || static_cast<uint64_t>(n) < std::min<uint64_t>(buffer.size(), size - at)) return false;
      content.Add({buffer.data(), static_cast<size_t>(n)});
      outcome.bytes_read += static_cast<uint64_t>(n);
    }
    collector.AddFile(content);
    if (size > kLargestOpened) {
      outcome.unopened.push_back({"too_large_to_open", {"file"}, size});
      return true;
    }
    const ByteView whole(buffer.data(), static_cast<size_t>(size));
    outcome.unopened = ReadViews(room_, path, whole, [&](const View& view) {
      const bool is_file = view.bytes.data() == whole.data();
      if (!is_file) collector.AddMember(view.bytes, !view.readings.empty());
      for (const Reading& reading : view.readings) collector.AddReading(ByteView(reading.bytes));
    });
    return true;
  }

  const RegisterOptions& options_;
  decode::DecodeRoom& room_;
};

std::optional<decode::DecodeRoom> MakeRoom() {
  decode::DecodeOptions options;
  options.max_chains = 1;
  options.max_large_states = options.max_small_states = decode::DecoderChain::kMaxDepth;
  options.extraction.program = extract::ExtractorBesideProgram();
  Result<decode::DecodeRoom> room = decode::DecodeRoom::Create(options);
  if (!room.ok()) return std::nullopt;
  return std::move(room).value();
}

void Gather(const std::vector<std::string>& files, std::vector<Outcome>& outcomes, Registration& registration) {
  for (size_t i = 0; i < files.size(); ++i) {
    Outcome& outcome = outcomes[i];
    registration.bytes_read += outcome.bytes_read;
    registration.unchanged += outcome.unchanged ? 1 : 0;
    for (const Unopened& unopened : outcome.unopened) ++registration.unopened[unopened.kind];
    if (outcome.document) registration.documents.push_back(std::move(*outcome.document));
    else registration.left_out[outcome.left_out].push_back(files[i]);
  }
}

}  // namespace

Result<Registration> RegisterFiles(const std::vector<std::string>& files, const RegisterOptions& options, KnownDocuments known) {
  if (const Status status = text::PrepareCharacters(model::Encoding::kGb18030); !status) return status.error();
  std::unique_ptr<RegisterJournal> journal;
  if (!options.journal.empty()) {
    std::vector<Document> finished;
    Result<std::unique_ptr<RegisterJournal>> opened = RegisterJournal::Open(options.journal, *options.secrets, finished);
    if (!opened) return opened.error();
    journal = std::move(*opened);
    for (Document& document : finished) known[document.path_hash] = std::move(document);
  }
  std::vector<Outcome> outcomes(files.size());
  tbb::enumerable_thread_specific<std::optional<decode::DecodeRoom>> rooms;
  Progress progress(files.size(), options.show_progress);
  std::mutex failed_mutex;
  Status failed;
  tbb::parallel_for(size_t{0}, files.size(), [&](size_t i) {
    std::optional<decode::DecodeRoom>& room = rooms.local();
    if (!room) room = MakeRoom();
    if (room) outcomes[i] = OneFile(options, *room).Run(files[i], known);
    else outcomes[i].left_out = "found no memory to be opened in";
    if (journal != nullptr && outcomes[i].document && !outcomes[i].unchanged) {
      if (const Status status = journal->Append(*outcomes[i].document); !status) {
        const std::lock_guard<std::mutex> lock(failed_mutex);
        failed = status;
      }
    }
    progress.Step();
  });
  if (!failed) return failed.error();
  Registration registration;
  Gather(files, outcomes, registration);
  return registration;
}

}  // namespace sluice::cli
