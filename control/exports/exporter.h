// Exporter: one receiver: takes records as they are written, keeps them in its spool, and delivers them in order until they are there.
//
// Two threads: one brings records to disk, one delivers, so that a receiver that is slow or gone holds up neither records nor packets.
// At least once: what was not confirmed is sent again, with the same ids. Thread: Take on the records' thread, the rest by anyone.
// Allocates: yes, bounded. Failure: attempts go on for ever, with growing pauses; what finds no room is counted and leaves a gap in the ids.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/exports/format/format.h"
#include "control/exports/spool.h"
#include "control/exports/transport/transport.h"

namespace sluice::exports {

// Each as named in docs/exports.md.
struct ExporterStatus {
  std::string name;
  uint64_t waiting = 0, waiting_bytes = 0;
  uint64_t in_memory = 0;       // of those waiting, not on the disk yet
  uint64_t delivered = 0;
  uint64_t failed_attempts = 0;
  uint64_t dropped = 0;         // the spool was full
  uint64_t lost = 0;            // too many were waiting for the disk
  uint64_t unreadable = 0;      // the spool held what is no record
  std::string fault;            // why the last attempt failed; empty: it did not
};

// The pause before the attempt after so many failures: doubled each time up to a minute, then half of it to all of it by `chance`.
std::chrono::milliseconds PauseAfter(uint64_t failures, uint32_t chance);

class Exporter {
 public:
  // Records that wait for the disk.
  static constexpr size_t kMostPendingBytes = size_t{32} << 20;

  // REQUIRES: the format is one of the table.
  Exporter(const config::ExportOptions& options, std::unique_ptr<Spool> spool, std::unique_ptr<Transport> transport);
  // Brings to disk what was taken. What is being delivered at that moment may be delivered again after the next start.
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  void Take(std::shared_ptr<const std::string> line);
  ExporterStatus Describe() const;
  std::vector<std::string> Alarms() const;
  const config::ExportOptions& options() const { return options_; }

 private:
  using Lines = std::vector<std::shared_ptr<const std::string>>;

  void KeepSpooling();
  // False where the disk refused.
  bool SpoolPending();
  void KeepDelivering();
  // False where the receiver refused; `found` says whether anything waited.
  bool DeliverSome(bool& found);
  std::vector<Message> MessagesOf(const std::vector<WaitingRecord>& records);
  void NoteFault(std::string& place, const std::string& what, const std::string& fault);
  // Waits, and says whether to go on.
  bool Pause(std::chrono::milliseconds time);

  const config::ExportOptions options_;
  const Format& format_;
  const std::unique_ptr<Spool> spool_;
  const std::unique_ptr<Transport> transport_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  Lines pending_;
  size_t pending_bytes_ = 0;
  uint64_t missing_ = 0;      // lost since the last append
  std::string receiver_fault_, disk_fault_;
  bool stop_ = false;

  std::atomic<uint64_t> delivered_{0}, failed_attempts_{0}, lost_{0}, unreadable_{0};
  std::thread spooling_, delivering_;
};

}  // namespace sluice::exports
