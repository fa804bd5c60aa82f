#include "dataplane/port/packet_pool.h"

#include <rte_errno.h>
#include <rte_lcore.h>

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

}  // namespace

uint32_t PacketPool::Megabytes(const PacketPoolOptions& options) {
  const uint64_t element = sizeof(rte_mbuf) + kPacketArea + DataRoom(options.max_frame_bytes) + 128;
  return static_cast<uint32_t>((element * options.packets >> 20) + 1);
}

Result<PacketPool> PacketPool::Create(const PacketPoolOptions& options) {
  static std::atomic<uint32_t> created{0};
  const std::string name = "packets" + std::to_string(created.fetch_add(1));
  rte_mempool* pool = rte_pktmbuf_pool_create(name.c_str(), options.packets, kCachedPackets, kPacketArea,
                                              DataRoom(options.max_frame_bytes), static_cast<int>(rte_socket_id()));
  if (pool == nullptr) {
    return Error(ErrorCode::kResourceExhausted,
                 std::to_string(options.packets) + " packet buffers need " + std::to_string(Megabytes(options)) +
                     " MB: " + DescribeDpdkError(0) + "; give more under `memory: megabytes`, or lower `tables: held_packets`");
  }
  return PacketPool(pool);
}

}  // namespace sluice::port
