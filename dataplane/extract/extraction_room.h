// ExtractionRoom: all that extraction may hold on one worker: the store of documents and the extractor processes.
//
//   Extraction e;                       // one document, held by its decoder
//   room.Append(e, run) …               // as its bytes come
//   room.Start(e, Format::kPdf)         // when all are there
//   while (room.Next(e, head) == kRecord) … room.TakePayload(e, scratch)
//   room.End(e)                         // always
//
// There are two ways. In replay and in scans at rest Next waits for the extractor, for the results belong to the place in the input at
// which the document ended. A worker must not wait: there (`waits` is false) Next says kNothing, Start may say that its turn has not
// come, both are asked again in the next turn (BeginTurn), and `longest_wait` bounds it all.
// A document within a document has an extractor of its own, for the outer one is still at work.
// Thread: one. Allocates: in Create, and for a process when one must be started. Failure: words, each counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/counter.h"
#include "base/result.h"
#include "dataplane/extract/document_store.h"
#include "dataplane/extract/extractor_cell.h"

namespace sluice::extract {

// "orders", "starts", …
enum class ExtractionCounter : uint8_t { kOrders, kStarts, kDied, kLimits, kBusy, kTooLarge, kCount };
std::string_view Name(ExtractionCounter counter);

struct ExtractionOptions {
  std::string program;      // path of sluice-extract; empty: there is none, and nothing is extracted
  uint32_t cells = 4;       // processes at most: as deep as documents that need one stand within one another
  uint64_t store_bytes = uint64_t{1} << 30;
  uint64_t max_document_bytes = uint64_t{512} << 20;
  Limits limits;
  std::chrono::seconds longest_silence{300};  // by the clock, of an extractor that neither says anything nor dies
  // What a worker does instead: it never waits in a call, and gives a document up that has taken so long in all.
  bool waits = true;
  std::chrono::milliseconds longest_wait{30'000};
  uint32_t bytes_a_turn = 256 * 1024;  // at most, over all documents, to be matched; a record counts as kRecordCost at least
  static constexpr uint32_t kRecordCost = 64;
  CounterSet<ExtractionCounter>* counters = nullptr;  // nullptr: the room has its own
};

struct Extraction {
  static constexpr uint8_t kNoCell = UINT8_MAX;
  StoredDocument document;
  uint8_t cell = kNoCell;
  Format format = Format::kPdf;
  bool repeated = false;  // its first extractor was on its way out when it got the order
  std::chrono::steady_clock::time_point give_up{};  // where nobody waits: set when it is first asked to start
};

class ExtractionRoom {
 public:
  static Result<std::unique_ptr<ExtractionRoom>> Create(const ExtractionOptions& options);
  ~ExtractionRoom();

  DocumentStore::Status Append(Extraction& extraction, ByteView bytes) noexcept;

  bool waits() const noexcept { return options_.waits; }
  // Where nobody waits: the next turn of asking begins.
  void BeginTurn() noexcept;

  // kNotYet: only where nobody waits; it is to be asked again in the next turn.
  enum class Started : uint8_t { kYes, kNotYet, kBusy, kFailed };
  Started Start(Extraction& extraction, Format format) noexcept;

  // kNothing: only where nobody waits.
  enum class Status : uint8_t { kRecord, kNothing, kDied, kLimit };
  // REQUIRES: Start said kYes; kDone was not read.
  Status Next(Extraction& extraction, RecordHead& head) noexcept;
  ByteView TakePayload(Extraction& extraction, std::span<uint8_t> into) noexcept;
  // It broke a rule that only the reader of its records knows.
  void Distrust(Extraction& extraction) noexcept;
  // Gives back what it holds. An order that is not done is ended with its extractor.
  void End(Extraction& extraction) noexcept;

  const CounterSet<ExtractionCounter>& counters() const noexcept { return counters_; }
  uint64_t stored_bytes() const noexcept { return store_.used(); }
  // Of its processes, the one that began last; 0: none runs. For tests that end one.
  pid_t LastProcess() const noexcept;

 private:
  ExtractionRoom(const ExtractionOptions& options, DocumentStore store, int read_only_store);
  bool MakeReady(ExtractorCell& cell) noexcept;
  bool Submit(Extraction& extraction) noexcept;
  bool Repeat(Extraction& extraction) noexcept;
  ExtractorCell::Status Await(ExtractorCell& cell, RecordHead& head) noexcept;
  ExtractorCell::Status Look(Extraction& extraction, RecordHead& head) noexcept;

  const ExtractionOptions options_;
  DocumentStore store_;
  int read_only_store_;
  std::vector<ExtractorCell> cells_;
  uint32_t bytes_left_ = 0;                       // of this turn
  std::chrono::steady_clock::time_point turn_{};  // when it began
  CounterSet<ExtractionCounter> own_counters_;
  CounterSet<ExtractionCounter>& counters_;
};

// sluice-extract beside the program that runs; empty where there is none.
std::string ExtractorBesideProgram();

}  // namespace sluice::extract
