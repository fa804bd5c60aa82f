// LinkPropagation: when one side of an inline pair loses its link, the other side's is taken down too, so that the devices
// behind both notice and use another path; when it comes back, so does the other.
//
// Decides only; the runtime asks the ports and carries out. A side that we took down ourselves says nothing about its cable,
// so its state counts again only some time after it was let up, which is what a link takes to come up.
// Thread: control. Allocates: never.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace sluice::port {

class LinkPropagation {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kSettleTime{5};

  enum class Step : uint8_t { kNone, kTakeDown, kLetUp };

  // `up`: what each side's device says now. Returns what to do with each side.
  std::array<Step, 2> Observe(Time now, std::array<bool, 2> up);

  bool is_held_down(size_t side) const { return sides_[side].held_down; }

 private:
  struct Side {
    bool held_down = false;
    bool settling = false;  // was let up, has not come up yet
    Time let_up_at;
  };
  bool IsLost(Time now, Side& side, bool up);

  std::array<Side, 2> sides_;
};

}  // namespace sluice::port
