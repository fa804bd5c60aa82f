// Exchange: the memory that a cell (dataplane side) and its extractor process share: one order at a time, one ring of results.
//
// The cell writes the order and wakes the extractor; the extractor writes records into the ring and wakes the cell. Whatever the
// extractor wrote is untrusted: ResultReader reads each word once and checks it. The documents themselves stand in a second
// mapping (DocumentStore) that the extractor can only read.
// Thread: one writer a field, named beside it. Allocates: never; lives in a memfd.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::extract {

// What an order asks for. The extractor tells by content what within it (OLE2: Word, Excel, …).
enum class Format : uint32_t { kPdf, kOle, kArchive, kCount };

// How the extractor left a document, or a member of it.
enum class Outcome : uint32_t {
  kComplete,
  kTruncated,    // ends too early
  kCorrupt,      // does not follow its format
  kUnsupported,  // follows it, but asks for what is not offered
  kEncrypted,
  kLimit,        // more work, output or members than an order may ask for
  kCount,
};

// The bounds of one order, by work and not by the clock, so that the same document always ends in the same place. The clock of
// the processor is for what works without end and without output.
struct Limits {
  uint64_t output_bytes = uint64_t{256} << 20;
  uint64_t memory_bytes = uint64_t{512} << 20;
  uint32_t members = 1u << 16;
  uint32_t pages = 20'000;
  uint64_t operations = 40'000'000;  // of page descriptions: characters and operators
  uint32_t cpu_milliseconds = 30'000;
};

struct Order {
  Format format = Format::kPdf;
  uint32_t chunks = 0;  // of the document, their places in `chunk_places`
  uint64_t bytes = 0;
  Limits limits;
};

constexpr size_t kChunkBytes = 64 * 1024;
constexpr size_t kMaxChunks = 16 * 1024;  // a document of 1 GiB
constexpr size_t kRingBytes = size_t{1} << 20;
constexpr size_t kMaxPayload = 32 * 1024;

enum class RecordKind : uint32_t {
  kMemberBegins,  // payload: the name
  kData,
  kMemberEnds,    // outcome
  kDone,          // outcome; the last record of an order
};

// Stands before each payload in the ring; record and payload may wrap around its end.
struct RecordHead {
  uint32_t order = 0;  // number of the order it answers
  RecordKind kind = RecordKind::kDone;
  uint32_t payload_bytes = 0;
  Outcome outcome = Outcome::kComplete;
};
static_assert(sizeof(RecordHead) == 16);

struct Exchange {
  // Written by the cell.
  alignas(64) std::atomic<uint32_t> order_number{0};  // a new one is an order; the extractor waits on it
  std::atomic<uint32_t> room_bell{0};                 // rung when results were taken; the extractor waits on it
  std::atomic<uint64_t> taken{0};                     // bytes of the ring, ever
  std::atomic<uint32_t> waits_for_results{0};         // the cell sleeps, and wants its bell rung
  Order order;
  std::array<uint32_t, kMaxChunks> chunk_places{};
  // Written by the extractor.
  alignas(64) std::atomic<uint32_t> result_bell{0};   // rung when results were written; the cell may wait on it
  std::atomic<uint64_t> written{0};
  std::atomic<uint32_t> begun{0};                     // the last order it looked at
  alignas(64) std::array<uint8_t, kRingBytes> ring{};
};
static_assert(std::atomic<uint64_t>::is_always_lock_free && std::atomic<uint32_t>::is_always_lock_free);

// The descriptors that a new extractor finds, and how it ends when a limit of its own makes it.
constexpr int kExchangeDescriptor = 3, kDocumentsDescriptor = 4;
constexpr int kExitOutOfMemory = 70;
constexpr int kExitNoSandbox = 71;

}  // namespace sluice::extract
