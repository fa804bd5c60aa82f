// PacketPool: all packet buffers of a run, of one size, each with its Packet in the private area in front of the bytes.
//
// PacketOf and BufferOf go from one to the other without a look-up. Thread: any worker that is registered with DPDK (each has
// a cache). Allocates: in Create only. Failure: kResourceExhausted, with the number of megabytes that would be needed.
#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <memory>
#include <new>

#include "base/result.h"
#include "dataplane/packet/packet.h"

namespace sluice::port {

struct PacketPoolOptions {
  uint32_t packets = 16384;
  uint32_t max_frame_bytes = 1522;  // a longer frame would need several buffers
};

inline constexpr uint16_t kPacketArea = RTE_ALIGN_CEIL(sizeof(packet::Packet), RTE_MBUF_PRIV_ALIGN);

class PacketPool {
 public:
  // REQUIRES: Eal is started.
  static Result<PacketPool> Create(const PacketPoolOptions& options);
  PacketPool(PacketPool&&) noexcept = default;
  PacketPool& operator=(PacketPool&&) noexcept = default;

  rte_mempool* get() const noexcept { return pool_.get(); }
  uint32_t in_use() const noexcept { return rte_mempool_in_use_count(pool_.get()); }
  // Memory for such a pool, rounded up to whole megabytes.
  static uint32_t Megabytes(const PacketPoolOptions& options);

 private:
  struct Free {
    void operator()(rte_mempool* pool) const noexcept { rte_mempool_free(pool); }
  };
  explicit PacketPool(rte_mempool* pool) : pool_(pool) {}
  std::unique_ptr<rte_mempool, Free> pool_;
};

inline packet::Packet* PacketOf(rte_mbuf* buffer) noexcept { return static_cast<packet::Packet*>(rte_mbuf_to_priv(buffer)); }
inline rte_mbuf* BufferOf(const packet::Packet* packet) noexcept { return static_cast<rte_mbuf*>(packet->owner); }

}  // namespace sluice::port
