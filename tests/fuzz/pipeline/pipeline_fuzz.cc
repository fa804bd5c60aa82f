// Any capture through the whole data plane, on a tap or inline, with room for little: nothing crashes or hangs, each byte has one fate, what
// comes out inline came in or was made by Sluice, and two workers say what one says.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "tests/fuzz/pipeline/script.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

// The first byte of a script.
constexpr uint8_t kInline = 1, kTrustChecksums = 2, kLittleRoom = 4, kTwoWorkers = 8, kResponsePort = 16, kRecordAll = 32;

void Require(bool holds) {
  if (!holds) std::abort();
}

PlayOptions OptionsOf(uint8_t bits) {
  PlayOptions options;
  options.mode = (bits & kInline) != 0 ? stream::Mode::kInline : stream::Mode::kTap;
  options.verify_checksums = (bits & kTrustChecksums) == 0;
  options.response_port = (bits & kResponsePort) != 0;
  options.flows = options.objects = (bits & kRecordAll) != 0;
  const bool little = (bits & kLittleRoom) != 0;
  options.flow_capacity = little ? 4 : 64;
  options.max_held_packets = little ? 8 : 64;
  options.max_sessions = options.max_objects = little ? 3 : 64;
  return options;
}

// With room for little, who gets it depends on the worker; with enough, it must not.
bool WorkersMustAgree(uint8_t bits) { return (bits & kTwoWorkers) != 0 && (bits & kLittleRoom) == 0; }

void Run(ByteView bytes) {
  const Script script = ReadScript(bytes);
  PlayOptions options = OptionsOf(script.options);
  const Seen seen = Play(script.frames, BlockingPolicy(), options);
  Require(seen.totals.bytes == seen.totals.AccountedBytes());
  if (!WorkersMustAgree(script.options)) return;
  options.workers = 2;
  const Seen by_two = Play(script.frames, BlockingPolicy(), options);
  Require(by_two.json == seen.json);
  Require(by_two.sent == seen.sent);
}

}  // namespace
}  // namespace sluice::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::test::Run({data, size});
  return 0;
}
