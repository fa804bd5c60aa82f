// Tally: what an object's findings come to so far, in a fixed 512 bytes: for each detector how many and which was first,
// for rules that ask for it the distinct terms and the last positions, and which rules have fired.
//
// Filled and read by Decider only. An all-new Tally is an object without findings; one for each open object.
// Thread: value type, belongs to one worker. Allocates: never. Failure: what finds no room is counted by Decider.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/match/confirm.h"

namespace sluice::verdict {

// One detector's findings in one part of the object.
struct TallyEntry {
  static constexpr unsigned kOffsetBits = 48;  // 256 TiB; a longer offset is held at its greatest

  uint32_t detector = 0;
  uint32_t count = 0;              // of findings that do not overlap one another
  uint64_t first_end : kOffsetBits;
  uint64_t first_length : 16;      // at most 65,535
  uint64_t last_end : kOffsetBits;
  uint64_t where : 5;
  uint64_t encoding : 5;
  uint64_t form : 4;
  uint64_t view : 1;               // 1: taken over from the head before this body
  uint64_t doubtful : 1;           // the first finding's alignment could not be told
  uint32_t shown = 0;
  uint32_t first_term = 0;
};

class Tally {
 public:
  static constexpr size_t kEntries = 9, kTerms = 16, kPositions = 8, kFired = 12;

  // For a body that follows its head: what was found in the head counts for rules that look in both.
  void BeginBehindHead(const Tally& head) noexcept;
  bool empty() const noexcept { return entry_count_ == 0; }

 private:
  friend class TallyBook;
  struct Position {
    uint64_t end : TallyEntry::kOffsetBits;
    uint64_t length : 16;
  };

  uint64_t position_ = 0;          // content before this has been decided about
  uint64_t fired_beyond_ = 0;      // bit rule % 64 of each rule that fired when fired_ was full
  std::array<TallyEntry, kEntries> entries_{};
  std::array<Position, kPositions> positions_{};  // a ring
  std::array<uint32_t, kTerms> terms_{};  // entry << 26 | low bits of the term's number or value
  std::array<uint32_t, kFired> fired_{};
  std::array<uint8_t, kPositions> position_entry_{};
  uint8_t entry_count_ = 0, term_count_ = 0, position_count_ = 0, position_next_ = 0, fired_count_ = 0;
};
static_assert(sizeof(Tally) <= 512);

}  // namespace sluice::verdict
