// LinkWatch: carries the state of the link across the inline pairs of a run (see port/link_propagation.h for when).
//
// Thread: control. Failure: a driver that cannot set its link is named once, in the log.
#pragma once

#include <vector>

#include "dataplane/port/link_propagation.h"
#include "dataplane/port/port.h"

namespace sluice::runtime {

class LinkWatch {
 public:
  // The ports must outlive it. On the way out every link that was taken down is let up again.
  void Add(port::Port* outside, port::Port* inside) { pairs_.push_back({{outside, inside}, {}, {}, {}}); }
  ~LinkWatch() { LetAllUp(); }

  // About five times a second.
  void Look(port::LinkPropagation::Time now);
  void LetAllUp();

 private:
  struct Pair {
    std::array<port::Port*, 2> sides;
    port::LinkPropagation propagation;
    std::array<bool, 2> told_unsupported;
    std::array<bool, 2> was_up{};
  };
  static void SetLink(Pair& pair, size_t side, bool up);

  std::vector<Pair> pairs_;
};

}  // namespace sluice::runtime
