// DecodeRoom: all that decoding may hold on one worker: chains, decoder states, library memory, and scratch for the outputs.
//
// Open gives a chain for an object, Close takes it back. What is held is bounded by DecodeOptions; memory is touched as it is
// used. Thread: one worker. Allocates: in Create only. Failure: Create says what did not fit; afterwards words and counters.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/counter.h"
#include "base/result.h"
#include "dataplane/content/object.h"

namespace sluice::decode {

class DecoderChain;

// How a view ended, or why one was not begun.
enum class DecodeOutcome : uint8_t {
  kComplete,
  kTruncated,      // the input ended first
  kCorrupt,        // the coded data breaks off the rules; what came before was good
  kUnsupported,    // a coding, window or dictionary that is not offered
  kNotAsDeclared,  // the declared coding is not what the bytes are
  kOverBudget,     // more came out than DecodeOptions allows for what went in
  kTooDeep,        // more codings within one another than max_depth
  kPoolEmpty,      // no state or memory left for one more decoder
  kCount,
};
// "complete", "truncated", "corrupt", "unsupported", "not_as_declared", "decompression_budget", "nesting_limit", "decoder_pool_empty"
std::string_view Name(DecodeOutcome outcome);

struct DecodeOptions {
  uint32_t max_chains = 1u << 16;         // 1.5 KiB each: objects that are being decoded or not yet decided
  uint32_t max_inflate_states = 10240;    // 86 KiB each
  uint32_t max_library_states = 4096;     // Brotli and Zstandard; their memory comes from `library_bytes`
  size_t library_bytes = size_t{256} << 20;
  uint8_t max_depth = 16;                 // 1 to 16
  // An object may always grow to `free_output_bytes`; beyond it, output over all depths is at most max_ratio times input.
  uint64_t free_output_bytes = uint64_t{64} << 20;
  uint32_t max_ratio = 100;
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

  // Views by how they ended; those that were refused too.
  const CounterSet<DecodeOutcome>& outcomes() const noexcept;
  uint64_t chains_full() const noexcept;
  uint32_t open_chains() const noexcept;
  uint64_t library_bytes_used() const noexcept;

 private:
  friend class DecoderChain;
  struct Impl;
  explicit DecodeRoom(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::decode
