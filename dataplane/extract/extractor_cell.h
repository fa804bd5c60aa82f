// ExtractorCell: one extractor process, as its owner sees it: started, given an order, read, and put to death when it is in the way.
//
// The process parses what is too complex to parse here; it has no network, no files, bounded memory and time (extractor/sandbox.h).
// It is never trusted: what it says goes through ResultReader, and a process that breaks the rules is killed.
// Thread: one owner. Allocates: in Start. Failure: words; a dead process is told by Next, and a new one started by Start.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "dataplane/extract/document_store.h"
#include "dataplane/extract/exchange.h"
#include "dataplane/extract/result_reader.h"
#include "dataplane/extract/shared_memory.h"

namespace sluice::extract {

class ExtractorCell {
 public:
  enum class Status : uint8_t {
    kRecord,
    kNothing,  // not yet
    kDied,     // it crashed, broke its filter or the rules of the ring, or was silent for too long
    kLimit,    // it ran out of the memory or the processor time of an order
  };

  ExtractorCell() = default;
  ExtractorCell(ExtractorCell&& other) noexcept;
  ExtractorCell& operator=(ExtractorCell&& other) noexcept;
  ~ExtractorCell() { Kill(); }

  // A new process, with a new exchange. `documents`: a descriptor that can only be read.
  sluice::Status Start(const std::string& program, int documents);
  bool is_running() const noexcept { return process_ > 0; }
  // Asks the system. REQUIRES: is_running.
  bool IsAlive() noexcept;
  bool is_busy() const noexcept { return busy_; }

  // REQUIRES: is_running, not is_busy.
  void Submit(const Order& order, const DocumentStore& store, const StoredDocument& document) noexcept;
  // The next record of the order at hand. kDone ends it: the cell is free again.
  Status Next(RecordHead& head) noexcept;
  // It died without having looked at the order: it was on its way out already. As it says; believed once.
  bool DiedBeforeOrder() const noexcept { return !is_running() && exchange().begun.load(std::memory_order_acquire) != order_number_; }
  ByteView TakePayload(std::span<uint8_t> into) noexcept;
  // Sleeps until the extractor may have said something, or for as long.
  void Wait(std::chrono::milliseconds longest) noexcept;
  // What it is doing is not wanted any more, or takes too long.
  void Kill() noexcept;
  pid_t process() const noexcept { return process_; }

 private:
  Exchange& exchange() const noexcept { return *reinterpret_cast<Exchange*>(memory_.data()); }
  void PublishTaken() noexcept;
  Status HowItEnded() noexcept;

  SharedMemory memory_;
  ResultReader reader_;
  pid_t process_ = 0;
  uint32_t order_number_ = 0;
  bool busy_ = false;
};

}  // namespace sluice::extract
