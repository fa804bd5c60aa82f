// ZipDecoder: the entries of a zip file in the order in which they stand, from their local headers (PKWARE APPNOTE 6.3.10).
//
// Stored and deflated entries, with sizes before or behind the data, zip64; Zstandard, bzip2 and xz where the size is known.
// Encrypted entries are named. Where the next signature is not where it should be, it is searched for: what was passed over
// is opaque. Names are handed out as they stand, in whatever charset.
// Memory: this object (inflate's state and 1 KiB). Thread: one worker. Allocates: never.
#pragma once

#include <array>
#include <cstddef>

#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"
#include "dataplane/decode/inflate_decoder.h"
#include "dataplane/decode/zip_header.h"

namespace sluice::decode {

class ZipDecoder final : public Decoder {
 public:
  explicit ZipDecoder(BuddyHeap& heap) noexcept : heap_(heap) {}
  ~ZipDecoder() override;
  ZipDecoder(const ZipDecoder&) = delete;
  ZipDecoder& operator=(const ZipDecoder&) = delete;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return seen_directory_; }
  Member member() const noexcept override { return {header_.name(), {}, {}}; }

 private:
  enum class At : uint8_t {
    kSignature,     // of the next record
    kHeader,        // local file header
    kContent,       // coded by `inner_`
    kStored,        // of known size
    kStoredOpen,    // up to a data descriptor that fits
    kUnreadable,    // of known size: encrypted, or a method that is not offered
    kDescriptor,
    kSeek,          // the next local header, wherever it is
  };

  DecodeStep BeginEntry(size_t consumed) noexcept;
  DecodeStep Content(ByteView input, std::span<uint8_t> scratch) noexcept;
  DecodeStep Stored(ByteView input) noexcept;
  DecodeStep StoredOpen(ByteView input, std::span<uint8_t> scratch) noexcept;
  DecodeStep Unreadable(ByteView input) noexcept;
  DecodeStep EndEntry(DecodeStep step, DecodeOutcome outcome) noexcept;
  size_t TakeSignature(ByteView input) noexcept;
  size_t TakeDescriptor(ByteView input) noexcept;
  size_t Seek(ByteView input) noexcept;
  bool CandidateMayFit() const noexcept;
  void Replay() noexcept;
  Decoder* MakeInner() noexcept;
  void DropInner() noexcept;

  BuddyHeap& heap_;
  Decoder* inner_ = nullptr;   // in `inner_state_`
  At at_ = At::kSignature;
  At content_at_ = At::kStored;  // how the entry at hand is read
  bool entry_open_ = false;
  bool seen_directory_ = false;
  bool lost_ = false;          // the search began at a place where a record should have been
  DecodeOutcome unreadable_ = DecodeOutcome::kEncrypted;
  uint8_t gathered_ = 0;       // in `window_`: of a signature or a descriptor
  std::array<uint8_t, 24> window_;
  uint8_t replay_size_ = 0;    // of `replay_`: behind an entry, and taken before its end was seen
  std::array<uint8_t, 8> replay_;
  uint64_t left_ = 0;          // of the entry's coded bytes; of a descriptor
  uint64_t passed_ = 0;        // of an entry of unknown size
  ZipHeader header_;
  alignas(std::max_align_t) std::array<uint8_t, sizeof(InflateDecoder)> inner_state_;
};

// A local header, the end of an empty archive, or what spanned archives begin with (8.5.3, 8.5.4).
bool LooksLikeZip(ByteView prefix) noexcept;

}  // namespace sluice::decode
