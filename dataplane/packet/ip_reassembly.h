// IpReassembler: puts the fragments of IPv4 and IPv6 datagrams together, between Parse and the flow stage.
//
// It holds fragments as packets, in order of their place, and gives the whole datagram back as a packet of its own that
// the caller parses like any other. What hosts may read in two ways (overlaps with other bytes) is never guessed: the
// datagram goes no further, under a name. Every packet that was pushed comes back exactly once, in one of the lists of
// a result; nested fragments (inside a tunnel that was fragmented itself) come back as the frames they arrived in.
//
// Thread: one worker. Allocates: only in Create. Failure: a ReassemblyOutcome, each with a counter.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/counter.h"
#include "base/result.h"
#include "dataplane/packet/packet.h"

namespace sluice::packet {

struct ReassemblyOptions {
  uint32_t max_datagrams = 1024;              // in progress, including those condemned and waiting to age out
  uint32_t max_fragments_per_datagram = 512;  // 1,500 bytes in the smallest pieces, with room
  uint32_t max_held_fragments = 8192;         // of all datagrams: in a live worker each is a receive buffer
  uint64_t max_held_bytes = 16u << 20;        // frame bytes of all held fragments
  uint32_t max_ready_datagrams = 64;          // put together and not yet released; each takes a buffer of 64 KiB
  // A fragment other than the last with less payload is refused. RFC 1858's tiny-fragment trick does not work on a
  // reader of whole datagrams, so the default refuses only what carries nothing; raise it against floods.
  uint16_t min_fragment_bytes = 8;
  std::chrono::nanoseconds max_age = std::chrono::seconds(30);  // since the first fragment; RFC 8200, 4.5 allows 60 s
  uint64_t hash_seed = 0;
};

enum class ReassemblyOutcome : uint8_t {
  kHeld,                 // waits for the others
  kCompleted,            // this fragment was the last one missing
  kDuplicate,            // the same bytes at the same place are held already: this copy goes no further
  kConflictingOverlap,   // overlaps what is held (RFC 5722) or contradicts its length: the whole datagram is condemned
  kCondemned,            // belongs to a datagram that was condemned before
  kTinyFragment,         // empty, or smaller than min_fragment_bytes and not the last
  kUnalignedFragment,    // not the last, and its length is no multiple of 8 (RFC 791, 3.2; RFC 8200, 4.5)
  kPastMaximumLength,    // reaches past 65,535 bytes ("ping of death")
  kTooManyFragments,     // of one datagram, by number or by bytes: the whole datagram is condemned
  kCutByCapture,         // the capture does not hold the fragment whole
  kNoReadyBuffer,        // max_ready_datagrams are out: the whole datagram goes no further
  kEvicted,              // an older datagram that made room for a newer one
  kExpired,              // a datagram that was not complete in time
  kCount,
};
std::string_view Name(ReassemblyOutcome outcome);

// Lists of frames are linked by `next`; the caller owns them from here on.
struct ReassemblyResult {
  ReassemblyOutcome outcome = ReassemblyOutcome::kHeld;
  Packet* datagram = nullptr;  // kCompleted: parse it, use it, then Release it
  Packet* refused = nullptr;   // frames that go no further, for the reason `outcome`
  Packet* evicted = nullptr;   // frames of other datagrams that made room; reason kEvicted, whatever the outcome
};

class IpReassembler {
 public:
  static Result<IpReassembler> Create(const ReassemblyOptions& options);
  IpReassembler(IpReassembler&&) noexcept;
  IpReassembler& operator=(IpReassembler&&) noexcept;
  ~IpReassembler();

  // REQUIRES: Parse said kFragment of this packet. Takes it over.
  // A datagram's data is its innermost IP header (right length, no fragment bits, no fragment header) and its payload;
  // link_type is kRawIp, is_datagram is set, `outer` is what the fragments came through, `fragments` are the frames, in
  // order of their place; port, time and index are those of the fragment that completed it.
  ReassemblyResult Push(Packet* fragment, Timestamp now) noexcept;

  // Gives the buffer of a datagram back; its `fragments` are the caller's. REQUIRES: from Push, and not pushed since.
  void Release(Packet* datagram) noexcept;

  // Frames of all datagrams whose time has run out, oldest first, reason kExpired. Cheap when there is none.
  [[nodiscard]] Packet* Expire(Timestamp now) noexcept;
  // At the end: frames of everything that is held, reason kExpired, oldest first.
  [[nodiscard]] Packet* Drain() noexcept;

  // In fragments: each is counted as kHeld or kCompleted (one a datagram) when it is taken in, and by the reason when
  // it goes no further.
  const CounterSet<ReassemblyOutcome>& counters() const noexcept;
  uint32_t datagrams_in_progress() const noexcept;
  uint32_t held_fragments() const noexcept;
  uint64_t held_bytes() const noexcept;
  uint32_t ready_datagrams() const noexcept;

 private:
  struct Impl;
  explicit IpReassembler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::packet
