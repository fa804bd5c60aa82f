#include "dataplane/match/high_run.h"

namespace sluice::match {
namespace {

constexpr bool IsHigh(uint8_t b) { return b >= 0x81 && b <= 0xfe; }

}  // namespace

HighRun FindHighRun(ByteView bytes) noexcept {
  size_t end = bytes.size();
  for (; end >= kHighRunStep; end -= kHighRunStep) {
    const size_t step = end - kHighRunStep;
    const uint32_t breaks = HighRunBreaks(bytes.data() + step);
    if (breaks != 0) return {step + static_cast<size_t>(std::bit_width(breaks)), false};
  }
  while (end > 0 && IsHigh(bytes[end - 1])) --end;
  return {end, end == 0};
}

}  // namespace sluice::match
