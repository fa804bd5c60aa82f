#include "dataplane/port/packet_pool.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf_pool_ops.h>

#include <algorithm>
#include <atomic>

#include "dataplane/port/eal.h"

namespace sluice::port {
namespace {

constexpr uint32_t kCachedPackets = 256;
// Drivers align their buffers to this, and some take the room for granted.
constexpr uint32_t kSmallestDataRoom = 2048;

uint16_t DataRoom(uint32_t max_frame_bytes) {
  return static_cast<uint16_t>(RTE_PKTMBUF_HEADROOM + std::max(RTE_ALIGN_CEIL(max_frame_bytes, 64u), kSmallestDataRoom));
}

uint32_t BufferBytes(uint32_t max_frame_bytes) {
  return static_cast<uint32_t>(sizeof(rte_mbuf)) + kPacketArea + DataRoom(max_frame_bytes);
}

// As rte_pktmbuf_pool_create does it, but for one flag: without huge pages DPDK would give each buffer a page of its own, for
// the sake of devices that there are none of then.
rte_mempool* CreatePool(const std::string& name, const PacketPoolOptions& options) {
  const unsigned flags = rte_eal_has_hugepages() != 0 ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG;
  rte_mempool* pool = rte_mempool_create_empty(name.c_str(), options.packets, BufferBytes(options.max_frame_bytes), kCachedPackets,
                                               sizeof(rte_pktmbuf_pool_private), static_cast<int>(rte_socket_id()), flags);
  if (pool == nullptr) return nullptr;
  rte_pktmbuf_pool_private sizes{};
  sizes.mbuf_data_room_size = DataRoom(options.max_frame_bytes);
  sizes.mbuf_priv_size = kPacketArea;
  rte_pktmbuf_pool_init(pool, &sizes);
  const int code = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), nullptr);
  if (code == 0 && rte_mempool_populate_default(pool) >= 0) {
    rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
    return pool;
  }
  rte_mempool_free(pool);
  return nullptr;
}

}  // namespace

uint32_t PacketPool::Megabytes(const PacketPoolOptions& options) {
  rte_mempool_objsz sizes{};
  const uint32_t element = rte_mempool_calc_obj_size(BufferBytes(options.max_frame_bytes), 0, &sizes);
  return static_cast<uint32_t>((uint64_t{element} * options.packets >> 20) + 1);
}

Result<PacketPool> PacketPool::Create(const PacketPoolOptions& options) {
  static std::atomic<uint32_t> created{0};
  const std::string name = "packets" + std::to_string(created.fetch_add(1));
  rte_mempool* pool = CreatePool(name, options);
  if (pool == nullptr) {
    return Error(ErrorCode::kResourceExhausted,
                 std::to_string(options.packets) + " packet buffers need " + std::to_string(Megabytes(options)) +
                     " MB: " + DescribeDpdkError(0) + "; give more under `memory: megabytes`, or lower `tables: held_packets`");
  }
  return PacketPool(pool);
}

}  // namespace sluice::port
