// Matcher: Hyperscan over the bytes of objects, in streaming mode, with per-worker scratch and stream pools.
//
// Open a MatchStream for each object, Scan its bytes as they come, Close it at the end; hits come out in order of their
// end offset whatever the segmentation (a law). Hyperscan's callback only appends to the hit list. Every return code of the
// library is read: anything but success is kFailed, and the caller counts those bytes as not inspected.
//
// Thread: one worker. Allocates: in Create only (stream state comes from a fixed pool). Several matchers may share a Bundle.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/byte_view.h"
#include "base/counter.h"
#include "base/result.h"
#include "rules/bundle/bundle.h"

namespace sluice::match {

struct HyperscanCalls;

struct Hit {
  uint32_t pattern = 0;  // index into Bundle::patterns()
  uint64_t end = 0;      // offset in the object of the byte after the match
  friend auto operator<=>(const Hit&, const Hit&) = default;
};

class HitList {
 public:
  static constexpr size_t kCapacity = 512;
  void Clear() noexcept { size_ = 0; overflow_ = 0; }
  std::span<const Hit> hits() const noexcept { return {hits_.data(), size_}; }
  uint64_t overflow() const noexcept { return overflow_; }  // hits that found no room: counted, never silent

 private:
  friend class Matcher;
  std::array<Hit, kCapacity> hits_;
  size_t size_ = 0;
  uint64_t overflow_ = 0;
};

enum class ScanStatus : uint8_t { kOk, kFailed };

enum class MatchCounter : uint8_t {
  kScanFailed,    // the library refused or gave up: those bytes were not (all) looked at; matching went on behind them
  kPoolEmpty,     // Open found no stream
  kOpenFailed,    // the library would not place a stream in the memory it was offered
  kHitsOverLimit, // hits beyond HitList::kCapacity of one call
  kGaps,          // Skip
  kAwaitingFull,  // a hit that should have waited for what follows was judged without it
  kCount,
};
std::string_view Name(MatchCounter counter);

class MatchStream;  // an open object's state; opaque

struct MatcherOptions {
  uint32_t max_streams = 1u << 18;        // open at a time; memory is touched as it is used
  const HyperscanCalls* calls = nullptr;  // where set, these entry points instead of the library's own (hyperscan_calls.h)
};

class Matcher {
 public:
  static Result<std::unique_ptr<Matcher>> Create(std::shared_ptr<const bundle::Bundle> policy, const MatcherOptions& options);
  ~Matcher();

  const bundle::Bundle& policy() const noexcept;

  // nullptr when the pool is empty.
  MatchStream* Open() noexcept;
  // Replaces `hits` with the hits that end within `bytes`, sorted by (end, pattern), each once. After kFailed the hits found
  // until then stand, and the stream goes on as after Skip(bytes.size()).
  ScanStatus Scan(MatchStream& stream, ByteView bytes, HitList& hits) noexcept;
  // Bytes were lost: nothing matches across the gap; offsets go on `gap` bytes later.
  void Skip(MatchStream& stream, uint64_t gap) noexcept;
  // Ends the object (patterns anchored at the end may report), gives the stream back.
  ScanStatus Close(MatchStream* stream, HitList& hits) noexcept;
  // Gives the stream back without matching further.
  void Abandon(MatchStream* stream) noexcept;
  // An object that is complete in one run: as Open, Scan and Close together, with a stream that is kept for this, so that it
  // never fails for want of one.
  ScanStatus ScanWhole(ByteView bytes, HitList& hits) noexcept;

  // What stands before `end`, at most kHistory bytes and never across a gap: for confirming and for the masked snippet.
  // REQUIRES: `end` comes from the last Scan, Close or ScanWhole of this matcher, whose bytes are still there. The answer
  // points into those bytes or, where they do not reach back far enough, into `buffer`.
  static constexpr size_t kHistory = 256;
  ByteView Before(uint64_t end, std::span<uint8_t, kHistory> buffer) const noexcept;
  // Where the text that Before shows began: offset 0, or behind a gap.
  uint64_t text_begin() const noexcept;
  // Where the unbroken run of bytes 0x81..0xFE (high_run.h) begins that reaches up to `at`, the first byte that Before
  // shows; known however far back it is. kUnknownOffset where a gap hides it. REQUIRES: the policy has patterns with
  // confirm_alignment; without them it is not tracked.
  uint64_t HighRunBegin(uint64_t at) const noexcept;

  // What Before shows, and behind `end` up to `ahead` bytes as far as they have come; `bytes_ahead` says how many. With
  // `ahead`, so much less is shown before it.
  ByteView Around(uint64_t end, size_t ahead, std::span<uint8_t, kHistory> buffer, size_t& bytes_ahead) const noexcept;
  // No more follows what the last call scanned: the object has ended.
  bool at_end() const noexcept;
  // Keeps a hit of the last call for the next one, whose bytes may tell what it is. False: no room; it must be judged now.
  // REQUIRES: !at_end(); at most kMostAhead bytes were scanned behind it.
  static constexpr size_t kMostAhead = 255;
  bool Await(const Hit& hit) noexcept;

  uint32_t open_streams() const noexcept;
  size_t stream_bytes() const noexcept;  // memory of one open stream
  const CounterSet<MatchCounter>& counters() const noexcept;

 private:
  struct Impl;
  explicit Matcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::match
