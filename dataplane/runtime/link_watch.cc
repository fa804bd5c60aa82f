#include "dataplane/runtime/link_watch.h"

#include "base/log.h"

namespace sluice::runtime {

void LinkWatch::Look(port::LinkPropagation::Time now) {
  using Step = port::LinkPropagation::Step;
  for (Pair& pair : pairs_) {
    const std::array<bool, 2> up = {pair.sides[0]->LinkIsUp(), pair.sides[1]->LinkIsUp()};
    const auto steps = pair.propagation.Observe(now, up);
    for (size_t side = 0; side < 2; ++side) {
      // What was taken down here has not been lost.
      if (pair.was_up[side] && !up[side] && !pair.propagation.is_held_down(side)) pair.sides[side]->NoteLinkLost();
      pair.was_up[side] = up[side];
      if (steps[side] != Step::kNone) SetLink(pair, side, steps[side] == Step::kLetUp);
    }
  }
}

void LinkWatch::LetAllUp() {
  for (Pair& pair : pairs_) {
    for (size_t side = 0; side < 2; ++side) {
      if (pair.propagation.is_held_down(side)) SetLink(pair, side, true);
    }
  }
  pairs_.clear();
}

void LinkWatch::SetLink(Pair& pair, size_t side, bool up) {
  const std::string name = "port '" + pair.sides[side]->options().name + "'";
  const std::string other = "port '" + pair.sides[1 - side]->options().name + "'";
  switch (pair.sides[side]->SetLink(up)) {
    case port::LinkControl::kDone:
      LogWarning(up ? name + ": link is let up, the link of " + other + " is back"
                    : name + ": link is taken down, " + other + " has lost its link");
      return;
    case port::LinkControl::kNotSupported:
      if (pair.told_unsupported[side]) return;
      pair.told_unsupported[side] = true;
      LogWarning(name + ": its driver cannot set the link, so a lost link of " + other + " does not show there");
      return;
    case port::LinkControl::kFailed:
      LogError(name + ": its link could not be set " + (up ? "up" : "down"));
      return;
  }
}

}  // namespace sluice::runtime
