#include "tests/fuzz/pipeline/script.h"

#include <algorithm>

namespace sluice::test {
namespace {

// More frames tell a fuzzer nothing new, and take its time.
constexpr size_t kMostFrames = 300;
constexpr size_t kHeaderBytes = 3;
constexpr int kPauseShift = 3;

uint8_t PauseOf(Nanoseconds pause) {
  const int64_t microseconds = pause.count() / 1000;
  uint8_t n = 0;
  while (n < 31 && (int64_t{1} << n) - 1 < microseconds) ++n;
  return static_cast<uint8_t>(n << kPauseShift);
}

}  // namespace

Script ReadScript(ByteView bytes) {
  Script script;
  if (bytes.empty()) return script;
  script.options = bytes[0];
  Timestamp now = Timestamp::FromNanoseconds(1'700'000'000'000'000'000);
  std::vector<TimedFrame> waiting, last;
  size_t read = 0;
  for (size_t at = 1; at + kHeaderBytes <= bytes.size() && read < kMostFrames; ++read) {
    const uint8_t how = bytes[at];
    const size_t size = std::min<size_t>(LoadBe16(bytes.data() + at + 1), bytes.size() - at - kHeaderBytes);
    const uint8_t* frame = bytes.data() + at + kHeaderBytes;
    now = now + std::chrono::microseconds((int64_t{1} << (how >> kPauseShift)) - 1);
    const TimedFrame timed{now, Bytes(frame, frame + size)};
    at += kHeaderBytes + size;
    if ((how & kAtTheEnd) != 0) {
      last.push_back(timed);
      continue;
    }
    if ((how & kBehindNext) == 0) script.frames.push_back(timed);
    for (TimedFrame& late : waiting) script.frames.push_back({now, std::move(late.bytes)});
    waiting.clear();
    if ((how & (kTwice | kBehindNext)) != 0) waiting.push_back(timed);
  }
  for (std::vector<TimedFrame>* rest : {&waiting, &last}) {
    for (TimedFrame& late : *rest) script.frames.push_back({now, std::move(late.bytes)});
  }
  return script;
}

Bytes WriteScript(uint8_t options, const std::vector<TimedFrame>& frames) {
  Bytes bytes = {options};
  for (size_t i = 0; i < frames.size(); ++i) {
    const Bytes& frame = frames[i].bytes;
    bytes.push_back(i == 0 ? uint8_t{0} : PauseOf(frames[i].time - frames[i - 1].time));
    bytes.push_back(static_cast<uint8_t>(frame.size() >> 8));
    bytes.push_back(static_cast<uint8_t>(frame.size()));
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

}  // namespace sluice::test
