// Runs one decoder over an input in a given cut, to its end or to a bound of output.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "dataplane/decode/coding_table.h"

namespace sluice::decode {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

struct DecoderRun {
  std::string output;  // of members too: each begins with its name and ends with its outcome
  DecodeState state = DecodeState::kNeedsInput;
  size_t consumed = 0;
};

inline void TakeStep(Decoder& decoder, const DecodeStep& step, bool& member_open, DecoderRun& run) {
  run.output += step.output.AsText();
  run.consumed += step.consumed;
  run.state = step.state;
  if (step.state == DecodeState::kMemberBegins) {
    Require(!member_open && step.output.empty());
    member_open = true;
    const Member member = decoder.member();
    run.output += "\n<member " + std::string(member.name) + "|" + std::string(member.declared) + "|" + std::string(member.claimed_type) + ">";
  } else if (step.state == DecodeState::kMemberEnds) {
    Require(member_open);
    member_open = false;
    run.output += "</member " + std::string(Name(step.member_outcome)) + ">";
  }
}

inline DecoderRun RunDecoder(Coding coding, ByteView input, size_t cut, size_t scratch_bytes) {
  constexpr size_t kMaxOutput = 1 << 20;
  static BuddyHeap heap = BuddyHeap::Create(size_t{64} << 20).value();
  const CodingEntry& entry = EntryOf(coding);
  std::vector<std::max_align_t> slot(entry.decoder_bytes / sizeof(std::max_align_t) + 1);
  Decoder* decoder = entry.construct(slot.data(), {heap, nullptr});
  std::vector<uint8_t> scratch(scratch_bytes);
  DecoderRun run;
  bool member_open = false;
  size_t idle = 0;
  while (run.output.size() < kMaxOutput && GoesOn(run.state) && (run.consumed < input.size() || run.state != DecodeState::kNeedsInput)) {
    const ByteView part = input.From(run.consumed).First(cut);
    const std::vector<uint8_t> exact(part.begin(), part.end());  // its own allocation: a read past it is seen
    const DecodeStep step = decoder->Decode(ByteView(exact.data(), exact.size()), scratch);
    Require(step.consumed <= part.size());
    const bool progress = step.consumed > 0 || !step.output.empty() || step.state != run.state;
    idle = progress ? 0 : idle + 1;
    Require(idle < 2);
    TakeStep(*decoder, step, member_open, run);
  }
  for (size_t steps = 0; run.output.size() < kMaxOutput && GoesOn(run.state); ++steps) {
    Require(steps < 10000);
    TakeStep(*decoder, decoder->End(scratch), member_open, run);
  }
  decoder->~Decoder();
  Require(heap.used() == 0);
  return run;
}

// What stands before a member that broke off: where its decoder noticed, and so where it went on, depends on the cut.
inline std::string BeforeBreak(const std::string& output) { return output.substr(0, output.find("</member corrupt")); }

// The same output in any cut, as far as both went.
inline void RequireSameInAnyCut(Coding coding, ByteView input) {
  const DecoderRun whole = RunDecoder(coding, input, input.size() + 1, 4096);
  const DecoderRun cut = RunDecoder(coding, input, 3, 64);
  if (whole.output.size() >= (1 << 20) || cut.output.size() >= (1 << 20)) return;
  const std::string one = BeforeBreak(whole.output), other = BeforeBreak(cut.output);
  // Where the coding breaks off, what was still in the library's window may or may not have come out.
  const size_t common = one.size() < other.size() ? one.size() : other.size();
  Require(one.compare(0, common, other, 0, common) == 0);
  if (whole.state == DecodeState::kEnd && one.size() == whole.output.size()) Require(whole.output == cut.output);
}

}  // namespace sluice::decode
