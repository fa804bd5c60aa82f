// Engine: registered documents in the bytes of objects: whole, in part, and what the ledger wants to know of them.
//
//   Trace* trace = engine.Open();
//   engine.Feed(*trace, bytes, offset);   // a run of the object; offset: where in the object it begins
//   engine.Skip(*trace, offset);          // bytes were lost: the next one stands at offset
//   engine.End(*trace);                   // the object is over and all of it was there: whole contents
//   engine.Give(trace);
//   engine.TakeFindings(list);            // after Feed or End: what detectors were told, as the Decider takes it
//
// Fingerprints are gathered over a run and looked up together. What is found depends on the content alone, not on how it was cut.
// Thread: one worker. Allocates: in Create only. Failure: pools and lists that are full are counted.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/counter.h"
#include "base/result.h"
#include "base/slab_pool.h"
#include "dataplane/match/confirm.h"
#include "dataplane/signature/trace.h"
#include "rules/bundle/bundle.h"

namespace sluice::signature {

enum class SignatureCounter : uint8_t {
  kLookups,             // fingerprints of traffic that were looked up
  kHits,                // that belong to a registered document
  kSightings,           // detectors that were told of a document
  kTracesFull,          // an object was not compared with registered documents for want of memory
  kDocumentsOverLimit,  // an object resembled more documents than can be followed; the least likely was given up
  kSightingsOverLimit,  // of one run, beyond what can be listed
  kDeparturesOverLimit, // pieces of one run, beyond what can be handed to the ledger
  kCount,
};
std::string_view Name(SignatureCounter counter);

// A piece of a document that is about to leave.
struct Departure {
  uint32_t document = 0;
  uint32_t place = 0;  // among the document's fingerprints
  uint8_t set = 0;
};

class Engine {
 public:
  // nullptr where no detector of the policy asks for registered documents. REQUIRES: the bundle outlives it.
  static Result<std::unique_ptr<Engine>> Create(const bundle::Bundle& policy, size_t max_objects, CounterSet<SignatureCounter>* counters);

  // nullptr when the pool is empty; counted.
  Trace* Open() noexcept;
  void Give(Trace* trace) noexcept { traces_->Give(trace); }

  void Feed(Trace& trace, ByteView bytes, uint64_t offset) noexcept;
  void Skip(Trace& trace, uint64_t offset) noexcept;
  void End(Trace& trace) noexcept;

  bool has_findings() const noexcept { return told_count_ > 0; }
  void TakeFindings(match::FindingList& findings) noexcept;
  // The `count`-th that this detector was told of in the object, or the last that is remembered; nullptr where there is none.
  static const Sighting* SightingOf(const Trace& trace, model::DetectorIndex detector, uint32_t count) noexcept;
  const fingerprint::Set& set(uint8_t index) const noexcept { return *sets_[index]; }

  // Pieces since the last call of Forget: of documents whose departures some detector asks for.
  std::span<const Departure> departures() const noexcept { return {departures_.data(), departure_count_}; }
  void ForgetDepartures() noexcept { departure_count_ = 0; }

 private:
  // A detector, as its set sees it.
  struct Watch {
    model::DetectorIndex detector = 0;
    const model::SignatureFilter* filter = nullptr;
    const fingerprint::DepartedBoard* board = nullptr;
  };
  struct WatchedSet {
    const fingerprint::Set* set = nullptr;
    std::vector<Watch> watches;
    bool follows_departures = false;
  };

  Engine() = default;
  void LookUp(Trace& trace) noexcept;
  void Credit(Trace& trace, uint8_t set, uint32_t ordinal, const fingerprint::Selected& selected) noexcept;
  Evidence* EvidenceOf(Trace& trace, uint8_t set, const fingerprint::PartRecord& part) noexcept;
  void Weigh(Trace& trace, Evidence& evidence, const fingerprint::PartRecord& part, uint64_t end) noexcept;
  bool Holds(const Watch& watch, const Evidence& evidence, const fingerprint::PartRecord& part) const noexcept;
  static bool WasReported(const Trace& trace, uint8_t set, uint32_t document, uint32_t bit) noexcept;
  void Tell(Trace& trace, const Watch& watch, const Sighting& sighting) noexcept;
  void TellWhole(Trace& trace, uint8_t set, uint32_t document, uint64_t end) noexcept;
  void Depart(uint8_t set, uint32_t document, uint32_t place) noexcept;
  void Hash(Trace& trace, ByteView bytes) noexcept;
  bool AnyBeginsWith(uint64_t begin) const noexcept;

  static constexpr size_t kBatch = fingerprint::Set::kBatch;
  static constexpr size_t kMostTold = 64, kMostDepartures = 512;

  std::vector<std::shared_ptr<const fingerprint::Set>> sets_;
  std::vector<WatchedSet> watched_;  // beside sets_
  std::optional<fingerprint::Selector> selector_;
  const fingerprint::Secrets* secrets_ = nullptr;
  std::optional<SlabPool<Trace>> traces_;
  CounterSet<SignatureCounter>* counters_ = nullptr;

  std::array<fingerprint::Selected, kBatch> batch_;
  size_t batch_size_ = 0;
  struct Told {
    model::DetectorIndex detector;
    uint32_t document;
    uint64_t end;
  };
  std::array<Told, kMostTold> told_;
  size_t told_count_ = 0;
  std::array<Departure, kMostDepartures> departures_;
  size_t departure_count_ = 0;
};

}  // namespace sluice::signature
