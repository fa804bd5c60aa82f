// Runs one decoder over an input in a given cut, to its end or to a bound of output.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "dataplane/decode/coding_table.h"

namespace sluice::decode {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

struct DecoderRun {
  std::string output;
  DecodeState state = DecodeState::kNeedsInput;
  size_t consumed = 0;
};

inline DecoderRun RunDecoder(Coding coding, ByteView input, size_t cut, size_t scratch_bytes) {
  constexpr size_t kMaxOutput = 1 << 20;
  static BuddyHeap heap = BuddyHeap::Create(size_t{64} << 20).value();
  const CodingEntry& entry = EntryOf(coding);
  std::vector<uint64_t> slot(entry.decoder_bytes / 8 + 1);
  Decoder* decoder = entry.construct(slot.data(), heap);
  std::vector<uint8_t> scratch(scratch_bytes);
  DecoderRun run;
  while (run.output.size() < kMaxOutput && (run.consumed < input.size() || run.state == DecodeState::kMoreOutput)) {
    const ByteView part = input.From(run.consumed).First(cut);
    const std::vector<uint8_t> exact(part.begin(), part.end());  // its own allocation: a read past it is seen
    const DecodeStep step = decoder->Decode(ByteView(exact.data(), exact.size()), scratch);
    Require(step.consumed <= part.size() && step.output.size() <= scratch_bytes);
    const bool goes_on = step.state == DecodeState::kNeedsInput || step.state == DecodeState::kMoreOutput;
    Require(!goes_on || step.consumed > 0 || !step.output.empty() || step.state != run.state);
    run.output += step.output.AsText();
    run.consumed += step.consumed;
    run.state = step.state;
    if (!goes_on) break;
  }
  decoder->~Decoder();
  Require(heap.used() == 0);
  return run;
}

// The same output in any cut, as far as both went.
inline void RequireSameInAnyCut(Coding coding, ByteView input) {
  const DecoderRun whole = RunDecoder(coding, input, input.size() + 1, 4096);
  const DecoderRun cut = RunDecoder(coding, input, 3, 64);
  if (whole.output.size() < (1 << 20)) {
    // Where the coding breaks off, what was still in the library's window may or may not have come out.
    const size_t common = whole.output.size() < cut.output.size() ? whole.output.size() : cut.output.size();
    Require(whole.output.compare(0, common, cut.output, 0, common) == 0);
    const bool good = whole.state == DecodeState::kEnd || whole.state == DecodeState::kNeedsInput;
    if (good) Require(whole.output == cut.output);
  }
}

}  // namespace sluice::decode
