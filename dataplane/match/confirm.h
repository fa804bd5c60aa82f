// Confirmer: from raw hits to findings: the checks of rules/evaluate over what stands before the hit, and its mask.
//
// Stands between Matcher and verdict. A hit that lies astride two characters of a double-byte encoding, or that its
// detector's validator refuses, is no finding; one whose alignment cannot be told is, with `aligned` false. What a finding
// says never depends on how the bytes were cut (a law): a marking that can be told only from what follows waits for it.
//
// Thread: one worker. Allocates: in Create only. Failure: Create when a character table cannot be made.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/counter.h"
#include "base/result.h"
#include "dataplane/match/detector_costs.h"
#include "dataplane/match/mask.h"
#include "dataplane/match/matcher.h"

namespace sluice::match {

struct Finding {
  uint32_t pattern = 0;
  model::DetectorIndex detector = 0;
  uint32_t term = 0;
  uint32_t length = 0;   // bytes; 0 where the beginning is not known (an expression): then offset == end
  uint64_t offset = 0;   // of the first byte in the object
  uint64_t end = 0;      // behind the last byte that was needed to tell
  uint64_t value = 0;    // hash of what matched (evaluate::Confirmation), of its last bytes where the beginning is not known
  model::Encoding encoding = model::Encoding::kBytes;
  model::TransferForm form = model::TransferForm::kPlain;
  bool aligned = true;   // false: alignment is needed and could not be told
  char32_t shown = 0;    // the one character a mask may show; 0 for none
  model::Marking marking;  // where the detector asks for one
};

enum class ConfirmCounter : uint8_t {
  kConfirmed,
  kRefused,           // in the middle of a double-byte character, not valid, not random enough: not a finding
  kAlignmentUnknown,  // counted as a finding
  kBeginUnknown,      // an expression whose beginning is not in the history
  kAwaiting,          // not told yet: what follows will tell
  kUnknownPattern,    // the database reported a number that the bundle does not have
  kCount,
};
std::string_view Name(ConfirmCounter counter);

class FindingList {
 public:
  std::span<const Finding> findings() const noexcept { return {findings_.data(), size_}; }
  void Clear() noexcept { size_ = 0; }
  bool full() const noexcept { return size_ == findings_.size(); }
  // By where they end, as the Decider takes them.
  void Arrange() noexcept;
  // REQUIRES: fewer than HitList::kCapacity stand in it.
  void Add(const Finding& finding) noexcept { findings_[size_++] = finding; }

 private:
  std::array<Finding, HitList::kCapacity> findings_;
  size_t size_ = 0;
};

class Confirmer {
 public:
  static Result<std::unique_ptr<Confirmer>> Create(std::shared_ptr<const bundle::Bundle> policy);
  ~Confirmer();

  // Replaces `findings` with those of `hits` that stand, in the same order. Hits of markings that need what follows go back to the matcher.
  // REQUIRES: `hits` are of the last Scan, Close or
  // ScanWhole of `matcher`, whose bytes are still there.
  void Confirm(Matcher& matcher, const HitList& hits, FindingList& findings) noexcept;

  const CounterSet<ConfirmCounter>& counters() const noexcept;
  // By detector. Outlives the confirmer for whoever holds it.
  std::shared_ptr<const DetectorCosts> costs() const noexcept;

 private:
  struct Impl;
  explicit Confirmer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::match
