// DecodeRoom: all that decoding may hold on one worker: chains, decoder states, library memory, and scratch for the outputs.
//
// Open gives a chain for an object, Close takes it back. What is held is bounded by DecodeOptions; memory is touched as it is
// used. Thread: one worker. Allocates: in Create only. Failure: Create says what did not fit; afterwards words and counters.
#pragma once

#include <cstdint>
#include <memory>

#include "base/counter.h"
#include "base/inline_text.h"
#include "base/result.h"
#include "dataplane/content/object.h"
#include "dataplane/decode/decode_outcome.h"
#include "dataplane/extract/extraction_room.h"

namespace sluice::decode {

class DecoderChain;

// The budget of decoding, all in one place. docs/protocols.md says what each slot is for.
struct DecodeOptions {
  uint32_t max_chains = 1u << 16;         // 3 KiB each: objects that are being decoded
  uint32_t max_large_states = 10240;      // 90 KiB each: deflate in all its wrappers, zip, lz4
  uint32_t max_small_states = 1u << 15;   // 2 KiB each: all others; what their libraries want comes from `library_bytes`
  size_t library_bytes = size_t{256} << 20;
  uint8_t max_depth = 16;                 // 1 to 16
  // An object may always grow to `free_output_bytes`; beyond it, output over all depths is at most max_ratio times input.
  uint64_t free_output_bytes = uint64_t{64} << 20;
  uint32_t max_ratio = 100;
  // Views of an object: always `free_views`; beyond them one for each `input_bytes_per_view` of the object.
  uint32_t free_views = 4096;
  uint32_t input_bytes_per_view = 32;
  // How names are shown that declare no charset and are not UTF-8; empty: as they are. One of kNameCharsets (declared_charset.h).
  InlineText<16> names_charset;
  // What documents are parsed with that need all their bytes (dataplane/extract); without a program they are not opened.
  extract::ExtractionOptions extraction;
};

class DecodeRoom {
 public:
  static Result<DecodeRoom> Create(const DecodeOptions& options);
  DecodeRoom(DecodeRoom&&) noexcept;
  DecodeRoom& operator=(DecodeRoom&&) noexcept;
  ~DecodeRoom();

  // nullptr: no chain is free (counted by chains_full). Close takes nullptr too.
  DecoderChain* Open(const content::ObjectDescription& description) noexcept;
  void Close(DecoderChain* chain) noexcept;

  // What extractors have found may be asked for again, up to ExtractionOptions::bytes_a_turn.
  void BeginTurn() noexcept;

  // Views by how they ended; those that were refused too.
  const CounterSet<DecodeOutcome>& outcomes() const noexcept;
  uint64_t chains_full() const noexcept;
  uint32_t open_chains() const noexcept;
  uint64_t library_bytes_used() const noexcept;
  // nullptr: there is no extractor.
  const extract::ExtractionRoom* extraction() const noexcept;

 private:
  friend class DecoderChain;
  struct Impl;
  explicit DecodeRoom(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::decode
