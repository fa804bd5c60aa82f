// StreamFeed: what the thread of a stream and the connection that it goes to tell each other.
//
// Thread: written by both, as said. Allocates: never.
#pragma once

#include <atomic>
#include <cstddef>

namespace sluice::remote {

struct StreamFeed {
  std::atomic<bool> gone{false};     // by the loop: nobody takes any more
  std::atomic<size_t> unsent{0};     // raised by the thread, lowered by the loop: bytes that the other side has not taken
};

// Beyond it the thread waits for the other side.
inline constexpr size_t kMaxUnsent = 256 << 10;

}  // namespace sluice::remote
