// Tally: what an object's findings come to so far, in a fixed 512 bytes: for each detector how many and which was first,
// for rules that ask for it the distinct terms and the last positions, and which rules have fired.
//
// Filled and read through TallyBook. An all-new Tally is an object without findings; one for each open object.
// Thread: value type, belongs to one worker. Allocates: never. Failure: what finds no room is counted by Decider.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/match/confirm.h"
#include "dataplane/verdict/verdict.h"

namespace sluice::verdict {

// One detector's findings in one part of the object.
struct TallyEntry {
  static constexpr unsigned kOffsetBits = 48;  // 256 TiB; a longer offset is held at its greatest

  uint32_t detector = 0;
  uint32_t count = 0;              // of findings that overlap no earlier one (rules/evaluate); at most 4,294,967,295
  uint64_t first_end : kOffsetBits;
  uint64_t first_length : 16;      // at most 65,535
  uint64_t last_end : kOffsetBits;
  uint64_t last_back : 15;         // from last_end to the end before it, where last_is_point
  uint64_t last_is_point : 1;      // only findings without a known beginning end at last_end
  uint32_t first_shown : 21;       // a code point: see match::Finding::shown
  uint32_t first_nation : 5;       // of the marking: model::Nation
  uint32_t first_level : 5;        // and its rank
  model::Encoding first_encoding = model::Encoding::kBytes;
  model::TransferForm first_form = model::TransferForm::kPlain;
  uint8_t where = 0;               // one bit of model::Where
  bool first_aligned : 1;
  bool in_head : 1;                // taken over from the head before this body
};
static_assert(sizeof(TallyEntry) == 32);

class Tally {
 public:
  static constexpr size_t kEntries = 10, kTerms = 14, kPositions = 8, kFired = 10;

  // For a body that follows its head: what was found in the head counts for rules that look in both.
  void BeginBehindHead(const Tally& head) noexcept;
  bool empty() const noexcept { return entry_count_ == 0; }
  uint64_t decided() const noexcept { return decided_; }  // the content before this offset has been decided about

 private:
  friend class TallyBook;
  struct Position {
    uint64_t end : TallyEntry::kOffsetBits;
    uint64_t length : 15;
    bool wide : 1;
  };

  uint64_t decided_ = 0;           // the content before this offset has been decided about
  uint64_t fired_beyond_ = 0;      // bit rule % 64 for each rule that fired when fired_ was full
  std::array<TallyEntry, kEntries> entries_{};
  std::array<Position, kPositions> positions_{};  // a ring
  std::array<uint32_t, kTerms> terms_{};          // entry << 27 | counted << 26 | low bits of a hash of term and match
  std::array<uint32_t, kFired> fired_{};
  std::array<uint8_t, kPositions> position_entry_{};
  uint8_t entry_count_ = 0, term_count_ = 0, position_count_ = 0, position_next_ = 0, fired_count_ = 0;
  Verdict strongest_fired_ = Verdict::kAllow;
};
static_assert(sizeof(Tally) <= 512);

}  // namespace sluice::verdict
