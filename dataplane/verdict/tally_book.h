// TallyBook: what may be done with a Tally. A view of one for the length of a call, with a spare entry for a finding whose
// detector finds no room: it counts while that finding is decided about, and is gone afterwards.
//
// Thread: one worker. Allocates: never. Failure: the returned word says what did not fit; the Decider counts it.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/match/confirm.h"
#include "dataplane/verdict/rule_plan.h"
#include "dataplane/verdict/tally.h"
#include "rules/evaluate/evaluate.h"

namespace sluice::verdict {

class TallyBook {
 public:
  explicit TallyBook(Tally& tally) : tally_(tally) {}

  struct Noted {
    bool may_decide = false;          // a leaf may hold now that did not before
    bool no_entry = false;            // the spare entry stands for it
    bool term_lost = false;           // a distinct term found no room
    bool position_forgotten = false;  // an older position gave way
  };
  Noted Note(const match::Finding& finding, uint8_t where, const DetectorPlan& plan) noexcept;
  void DropSpare() noexcept { has_spare_ = false; }

  // Findings of a detector in the parts `where`; nullptr, of none: the entry of the first of them.
  uint32_t CountOf(model::DetectorIndex detector, uint8_t where) const noexcept;
  const TallyEntry* FirstOf(model::DetectorIndex detector, uint8_t where) const noexcept;
  bool Holds(const Leaf& leaf) const noexcept;
  // Hits for rules/evaluate that say which leaves hold. REQUIRES: room for most_leaves * (1 + Tally::kPositions).
  size_t AppendHits(std::span<const Leaf> leaves, std::span<evaluate::Hit> out) const noexcept;

  // Exact until Tally::kFired rules have; from then on a rule may be taken for fired, but never one whose verdict is
  // stronger than any that fired.
  bool HasFired(uint32_t rule, Verdict verdict) const noexcept;
  // False: there was no room to remember it exactly.
  bool SetFired(uint32_t rule, Verdict verdict) noexcept;

  uint64_t decided() const noexcept { return tally_.decided_; }
  void SetDecided(uint64_t offset) noexcept { tally_.decided_ = offset; }

 private:
  template <typename Visit>
  void ForEach(model::DetectorIndex detector, uint8_t where, Visit visit) const noexcept;
  uint32_t TermsOf(model::DetectorIndex detector, uint8_t where) const noexcept;
  bool ReachesThreshold(const TallyEntry& entry, const DetectorPlan& plan) const noexcept;
  bool NoteTerm(size_t entry, const match::Finding& finding, bool counts, uint32_t most, bool& lost) noexcept;
  bool NotePosition(size_t entry, const match::Finding& finding) noexcept;
  size_t AppendPositions(const Leaf& leaf, std::span<evaluate::Hit> out) const noexcept;

  Tally& tally_;
  TallyEntry spare_{};
  bool has_spare_ = false;
};

}  // namespace sluice::verdict
