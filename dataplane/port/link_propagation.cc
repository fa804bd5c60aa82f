#include "dataplane/port/link_propagation.h"

namespace sluice::port {

bool LinkPropagation::IsLost(Time now, Side& side, bool up) {
  if (side.held_down) return false;
  if (up) {
    side.settling = false;
    return false;
  }
  if (side.settling && now - side.let_up_at < kSettleTime) return false;
  side.settling = false;
  return true;
}

std::array<LinkPropagation::Step, 2> LinkPropagation::Observe(Time now, std::array<bool, 2> up) {
  const std::array<bool, 2> lost = {IsLost(now, sides_[0], up[0]), IsLost(now, sides_[1], up[1])};
  std::array<Step, 2> steps = {Step::kNone, Step::kNone};
  for (size_t i = 0; i < 2; ++i) {
    Side& side = sides_[i];
    const bool other_lost = lost[1 - i];
    // Where both cables are out, both stay as they are: taking one down would hide when it comes back.
    if (!side.held_down && other_lost && !lost[i]) {
      side.held_down = true;
      steps[i] = Step::kTakeDown;
    } else if (side.held_down && !other_lost) {
      side.held_down = false;
      side.settling = true;
      side.let_up_at = now;
      steps[i] = Step::kLetUp;
    }
  }
  return steps;
}

}  // namespace sluice::port
