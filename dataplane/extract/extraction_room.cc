#include "dataplane/extract/extraction_room.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace sluice::extract {
namespace {

// How often a wait looks whether the process still lives.
constexpr std::chrono::milliseconds kLookInterval{20};

}  // namespace

std::string_view Name(ExtractionCounter counter) {
  switch (counter) {
    case ExtractionCounter::kOrders: return "orders";
    case ExtractionCounter::kStarts: return "starts";
    case ExtractionCounter::kDied: return "died";
    case ExtractionCounter::kLimits: return "limits";
    case ExtractionCounter::kBusy: return "busy";
    case ExtractionCounter::kTooLarge: return "too_large";
    case ExtractionCounter::kCount: break;
  }
  return "unknown";
}

Result<std::unique_ptr<ExtractionRoom>> ExtractionRoom::Create(const ExtractionOptions& options) {
  if (options.cells == 0 || options.cells >= Extraction::kNoCell) {
    return Error(ErrorCode::kInvalidArgument, std::to_string(options.cells) + " extractors are not possible");
  }
  if (access(options.program.c_str(), X_OK) != 0) return Error::FromErrno(errno, "the extractor " + options.program + " cannot be run");
  auto store = DocumentStore::Create(options.store_bytes, options.max_document_bytes);
  if (!store.ok()) return store.error();
  // A second opening of the same memory, through which nothing can be written or made writable.
  const std::string path = "/proc/self/fd/" + std::to_string(store->descriptor());
  constexpr int kFirstDescriptor = 16;
  const int low = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int read_only = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, kFirstDescriptor);
  const int why = errno;
  if (low >= 0) close(low);
  if (read_only < 0) return Error::FromErrno(why, "the store of documents cannot be opened for extractors");
  std::unique_ptr<ExtractionRoom> room(new ExtractionRoom(options, std::move(store).value(), read_only));
  if (options.waits) return room;
  // A worker has no time to start processes while the first document waits.
  for (ExtractorCell& cell : room->cells_) {
    room->counters_.Add(ExtractionCounter::kStarts);
    if (sluice::Status started = cell.Start(options.program, read_only); !started.ok()) return started.error();
  }
  return room;
}

void ExtractionRoom::BeginTurn() noexcept {
  bytes_left_ = options_.bytes_a_turn;
  turn_ = std::chrono::steady_clock::now();
}

ExtractionRoom::ExtractionRoom(const ExtractionOptions& options, DocumentStore store, int read_only_store)
    : options_(options),
      store_(std::move(store)),
      read_only_store_(read_only_store),
      cells_(options.cells),
      counters_(options.counters != nullptr ? *options.counters : own_counters_) {}

ExtractionRoom::~ExtractionRoom() { close(read_only_store_); }

DocumentStore::Status ExtractionRoom::Append(Extraction& extraction, ByteView bytes) noexcept {
  const DocumentStore::Status status = store_.Append(extraction.document, bytes);
  if (status == DocumentStore::Status::kStored) return status;
  counters_.Add(status == DocumentStore::Status::kStoreFull ? ExtractionCounter::kBusy : ExtractionCounter::kTooLarge);
  store_.Free(extraction.document);
  return status;
}

ExtractionRoom::Started ExtractionRoom::Start(Extraction& extraction, Format format) noexcept {
  const auto cell = std::find_if(cells_.begin(), cells_.end(), [](const ExtractorCell& c) { return !c.is_busy(); });
  if (!options_.waits) {
    if (extraction.give_up == std::chrono::steady_clock::time_point{}) extraction.give_up = std::chrono::steady_clock::now() + options_.longest_wait;
    if (cell == cells_.end() && turn_ < extraction.give_up) return Started::kNotYet;
  }
  if (cell == cells_.end()) {
    counters_.Add(ExtractionCounter::kBusy);
    return Started::kBusy;
  }
  extraction.cell = static_cast<uint8_t>(cell - cells_.begin());
  extraction.format = format;
  counters_.Add(ExtractionCounter::kOrders);
  if (Submit(extraction)) return Started::kYes;
  extraction.cell = Extraction::kNoCell;
  return Started::kFailed;
}

bool ExtractionRoom::Submit(Extraction& extraction) noexcept {
  ExtractorCell& cell = cells_[extraction.cell];
  if (!MakeReady(cell)) {
    counters_.Add(ExtractionCounter::kDied);
    return false;
  }
  Order order;
  order.format = extraction.format;
  order.limits = options_.limits;
  cell.Submit(order, store_, extraction.document);
  return true;
}

// An extractor ends itself after some documents, and may do so just when the next one comes.
bool ExtractionRoom::Repeat(Extraction& extraction) noexcept {
  if (extraction.repeated || !cells_[extraction.cell].DiedBeforeOrder()) return false;
  extraction.repeated = true;
  return Submit(extraction);
}

// One may have died, or gone to be renewed, while it had nothing to do.
bool ExtractionRoom::MakeReady(ExtractorCell& cell) noexcept {
  if (cell.is_running() && cell.IsAlive()) return true;
  counters_.Add(ExtractionCounter::kStarts);
  return cell.Start(options_.program, read_only_store_).ok();
}

ExtractorCell::Status ExtractionRoom::Await(ExtractorCell& cell, RecordHead& head) noexcept {
  ExtractorCell::Status status = cell.Next(head);
  for (std::chrono::milliseconds waited{0}; status == ExtractorCell::Status::kNothing; waited += kLookInterval) {
    if (waited >= options_.longest_silence) {
      cell.Kill();
      return ExtractorCell::Status::kDied;
    }
    cell.Wait(kLookInterval);
    status = cell.Next(head);
  }
  return status;
}

// Without waiting. One that takes too long is put to death; what it said before stands.
ExtractorCell::Status ExtractionRoom::Look(Extraction& extraction, RecordHead& head) noexcept {
  if (bytes_left_ == 0) return ExtractorCell::Status::kNothing;
  ExtractorCell& cell = cells_[extraction.cell];
  const ExtractorCell::Status status = cell.Next(head);
  if (status == ExtractorCell::Status::kRecord) {
    bytes_left_ -= std::min(bytes_left_, std::max(head.payload_bytes, ExtractionOptions::kRecordCost));
  }
  if (status != ExtractorCell::Status::kNothing || turn_ < extraction.give_up) return status;
  cell.Kill();
  return ExtractorCell::Status::kLimit;
}

ExtractionRoom::Status ExtractionRoom::Next(Extraction& extraction, RecordHead& head) noexcept {
  ExtractorCell& cell = cells_[extraction.cell];
  ExtractorCell::Status status = options_.waits ? Await(cell, head) : Look(extraction, head);
  if (status == ExtractorCell::Status::kNothing) return Status::kNothing;
  if (status != ExtractorCell::Status::kRecord && Repeat(extraction)) {
    if (!options_.waits) return Status::kNothing;
    status = Await(cell, head);
  }
  if (status == ExtractorCell::Status::kRecord) return Status::kRecord;
  const bool limit = status == ExtractorCell::Status::kLimit;
  counters_.Add(limit ? ExtractionCounter::kLimits : ExtractionCounter::kDied);
  return limit ? Status::kLimit : Status::kDied;
}

ByteView ExtractionRoom::TakePayload(Extraction& extraction, std::span<uint8_t> into) noexcept { return cells_[extraction.cell].TakePayload(into); }

void ExtractionRoom::Distrust(Extraction& extraction) noexcept {
  counters_.Add(ExtractionCounter::kDied);
  cells_[extraction.cell].Kill();
}

void ExtractionRoom::End(Extraction& extraction) noexcept {
  if (extraction.cell != Extraction::kNoCell && cells_[extraction.cell].is_busy()) cells_[extraction.cell].Kill();
  extraction.cell = Extraction::kNoCell;
  store_.Free(extraction.document);
}

pid_t ExtractionRoom::LastProcess() const noexcept {
  pid_t last = 0;
  for (const ExtractorCell& cell : cells_) last = cell.is_running() ? cell.process() : last;
  return last;
}

std::string ExtractorBesideProgram() {
  std::array<char, 4096> path{};
  const ssize_t n = readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (n <= 0) return {};
  std::string program(path.data(), static_cast<size_t>(n));
  program.replace(program.rfind('/') + 1, std::string::npos, "sluice-extract");
  return access(program.c_str(), X_OK) == 0 ? program : std::string();
}

}  // namespace sluice::extract
