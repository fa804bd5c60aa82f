// EmbeddedSeeker: where a container begins within bytes that are none: behind a protocol that nobody parses, in a record of a database,
// behind a program; and where base64 does within text.
//
// Looks at plain bytes run by run, and keeps the last few so that a sign may be cut anywhere. Only signs that random bytes
// hardly ever show are looked for, and each with its fields checked: the formats' own specifications name them (embedded_seeker.cc).
// Thread: value type. Allocates: never. Cost: perf/micro/decode, Seek*.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/byte_view.h"
#include "dataplane/decode/coding_table.h"

namespace sluice::decode {

class EmbeddedSeeker {
 public:
  struct Found {
    // Index in `run` of its first byte, at least `from`; negative: it began with the last bytes of the runs before
    // (`tail().From(tail().size() + at)`).
    ptrdiff_t at = 0;
    bool is_base64 = false;  // a value as base64_runs_decoder.h has it, or what may become one in the next run
  };
  // The caller goes on with Restart, and another Find behind what it has opened. A container is seen once kSignBytes of it are there;
  // a shorter one holds nothing.
  std::optional<Found> Find(ByteView run, size_t from = 0) noexcept;
  // What comes next does not follow on what came before. Counts stay.
  void Restart() noexcept { tail_size_ = 0; }
  ByteView tail() const noexcept { return {tail_.data(), tail_size_}; }

  // A sign that turned out to be none. True: more of them than bytes that cannot be made so on purpose; the search is given up.
  bool NoteFalseSign() noexcept { return given_up_ = ++false_signs_ > kFreeFalseSigns + sought_ / kBytesAFalseSign; }
  bool given_up() const noexcept { return given_up_; }

 private:
  static constexpr uint32_t kFreeFalseSigns = 256;
  static constexpr uint64_t kBytesAFalseSign = 4096;

  std::optional<ptrdiff_t> FindSign(ByteView run, size_t from) const noexcept;
  std::optional<ptrdiff_t> FindBase64(ByteView run, size_t from) const noexcept;
  void Keep(ByteView run) noexcept;

  uint64_t sought_ = 0;  // bytes
  uint32_t false_signs_ = 0;
  bool given_up_ = false;
  uint8_t tail_size_ = 0;
  std::array<uint8_t, kSignBytes - 1> tail_;
};

// Whether a container that may be looked for within other bytes begins here. REQUIRES: prefix.size() >= kSignBytes.
bool BeginsEmbedded(ByteView prefix) noexcept;

}  // namespace sluice::decode
