#include "dataplane/worker/pointer_ring.h"

#include <rte_errno.h>
#include <rte_lcore.h>

#include <atomic>
#include <bit>
#include <string>

namespace sluice::worker {

Result<rte_ring*> CreateRing(uint32_t capacity) {
  static std::atomic<uint32_t> created{0};
  const std::string name = "ring" + std::to_string(created.fetch_add(1));
  // A ring holds one less than its size.
  rte_ring* ring = rte_ring_create(name.c_str(), std::bit_ceil(capacity + 1), static_cast<int>(rte_socket_id()), RING_F_SC_DEQ);
  if (ring != nullptr) return ring;
  return Error(ErrorCode::kResourceExhausted, "a ring for " + std::to_string(capacity) +
                                                  " packets between workers cannot be made: " + rte_strerror(rte_errno));
}

}  // namespace sluice::worker
