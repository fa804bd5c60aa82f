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
#include "base/result.h"
#include "rules/bundle/bundle.h"

namespace sluice::match {

struct Hit {
  uint32_t pattern = 0;  // index into Bundle::patterns()
  uint64_t end = 0;      // offset in the object of the byte after the match
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

class MatchStream;  // an open object's state; opaque

struct MatcherOptions {
  uint32_t max_streams = 1u << 18;  // open at a time; memory is touched as it is used
};

class Matcher {
 public:
  static Result<std::unique_ptr<Matcher>> Create(std::shared_ptr<const bundle::Bundle> policy, const MatcherOptions& options);
  ~Matcher();

  const bundle::Bundle& policy() const noexcept;

  // nullptr when the pool is empty.
  MatchStream* Open() noexcept;
  // Replaces `hits` with the hits that end within `bytes`, sorted by (end, pattern).
  ScanStatus Scan(MatchStream& stream, ByteView bytes, HitList& hits) noexcept;
  // Bytes were lost: nothing matches across the gap; offsets go on `gap` bytes later.
  void Skip(MatchStream& stream, uint64_t gap) noexcept;
  // Ends the object (patterns anchored at the end may report), gives the stream back.
  ScanStatus Close(MatchStream* stream, HitList& hits) noexcept;
  // Gives the stream back without matching further.
  void Abandon(MatchStream* stream) noexcept;

  // The last bytes before `end` of what was scanned, at most kHistory, for confirming and for the masked snippet. REQUIRES:
  // called before the next Scan of this stream, with the same `bytes` that were scanned last.
  static constexpr size_t kHistory = 128;
  ByteView Before(const MatchStream& stream, ByteView bytes, uint64_t end, std::span<uint8_t, kHistory> buffer) const noexcept;

 private:
  struct Impl;
  explicit Matcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::match
