// RecordWriter: the cold thread between the workers' record rings and the files.
//
// Thread: control starts and stops it, and tells it of policies; the rest is its own thread. Allocates: yes (cold).
// Failure: Open says which file; later faults are counted, and Stop says how many lines are missing.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "dataplane/event/departure_sink.h"
#include "dataplane/event/json_writer.h"
#include "dataplane/event/jsonl_file.h"
#include "dataplane/event/record_observer.h"
#include "dataplane/event/record_ring.h"
#include "dataplane/runtime/options.h"

namespace sluice::runtime {

class RecordWriter {
 public:
  // Opens the files. `rings`: one for each thread that makes records, of at least `records` places.
  static Result<std::unique_ptr<RecordWriter>> Open(const OutputOptions& output, size_t rings, uint32_t records);
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  event::RecordRing* ring(size_t thread) { return rings_[thread].get(); }
  const std::vector<std::unique_ptr<event::RecordRing>>& rings() const { return rings_; }
  // Before Start.
  void SetHosts(std::shared_ptr<const packet::HostNames> hosts) { writer_.SetHosts(std::move(hosts)); }
  // Before Start; it outlives Stop.
  void SetObserver(event::RecordObserver* observer) { observer_ = observer; }
  // Before Start.
  void SetDepartures(std::shared_ptr<event::DepartureSink> departures) { departures_ = std::move(departures); }
  // Before the first record of that generation can be made.
  void SetPolicy(uint32_t generation, std::string digest);

  // Any thread. Lines that files have refused, and a sentence for each file that refuses them now.
  uint64_t lines_lost() const { return lines_lost_.load(std::memory_order_relaxed); }
  std::vector<std::string> Faults() const;

  void Start();
  // Writes what is left and closes the files. REQUIRES: nobody makes records any more.
  Status Stop();

 private:
  static constexpr size_t kKinds = static_cast<size_t>(event::RecordKind::kCount);
  RecordWriter(size_t rings, uint32_t records);
  Status OpenFiles(const OutputOptions& output);
  void Run();
  bool WriteRound();
  bool DrainRing(event::RecordRing& ring);
  void WriteRecord(const event::Record& record);
  void TakeDeparture(const event::Record& departure);
  void FlushFiles();

  std::vector<std::unique_ptr<event::RecordRing>> rings_;
  std::vector<std::unique_ptr<event::JsonlFile>> files_;
  std::array<event::JsonlFile*, kKinds> file_of_{};  // nullptr: such records are not written
  std::mutex writer_mutex_;                          // guards writer_: control tells it of policies
  event::JsonWriter writer_;
  event::RecordObserver* observer_ = nullptr;
  std::string lines_;
  std::shared_ptr<event::DepartureSink> departures_;
  std::vector<event::Record> from_ledger_;
  std::atomic<uint64_t> lines_lost_{0};
  mutable std::mutex faults_mutex_;  // guards faults_
  std::vector<std::string> faults_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace sluice::runtime
