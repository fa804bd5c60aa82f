#include "dataplane/port/null_frames.h"

#include <cstring>

#include "base/byte_order.h"
#include "dataplane/packet/checksum.h"

namespace sluice::port {
namespace {

constexpr size_t kIp = 14, kTcp = kIp + 20, kEnd = kTcp + 20;
constexpr uint8_t kProtocolTcp = 6;
constexpr uint8_t kAcknowledgement = 0x10;

struct Filling {
  std::vector<std::vector<uint8_t>> frames;
  size_t next = 0;
};

void FillOne(rte_mempool*, void* argument, void* object, unsigned) {
  auto* filling = static_cast<Filling*>(argument);
  const std::vector<uint8_t>& frame = filling->frames[filling->next++ % filling->frames.size()];
  auto* buffer = static_cast<rte_mbuf*>(object);
  // Where a driver that sets nothing but the length leaves the data to begin.
  std::memcpy(static_cast<uint8_t*>(buffer->buf_addr) + RTE_PKTMBUF_HEADROOM, frame.data(), frame.size());
}

}  // namespace

std::vector<uint8_t> MakeAcknowledgement(uint16_t flow, uint16_t frame_bytes) {
  std::vector<uint8_t> frame(frame_bytes);
  uint8_t* p = frame.data();
  p[5] = 1;   // 02:00:00:00:00:01 to 02:00:00:00:00:02, locally administered
  p[11] = 2;
  p[0] = p[6] = 2;
  StoreBe16(p + 12, 0x0800);
  p[kIp] = 0x45;
  StoreBe16(p + kIp + 2, static_cast<uint16_t>(kEnd - kIp));
  p[kIp + 8] = 64;
  p[kIp + 9] = kProtocolTcp;
  StoreBe32(p + kIp + 12, 0xc0000201);  // 192.0.2.1
  StoreBe32(p + kIp + 16, 0xc6336401);  // 198.51.100.1
  StoreBe16(p + kIp + 10, packet::Checksum({p + kIp, kTcp - kIp}));
  StoreBe16(p + kTcp, static_cast<uint16_t>(1024 + flow));
  StoreBe16(p + kTcp + 2, 443);
  StoreBe32(p + kTcp + 4, 1);
  StoreBe32(p + kTcp + 8, 1);
  p[kTcp + 12] = 5 << 4;
  p[kTcp + 13] = kAcknowledgement;
  StoreBe16(p + kTcp + 14, 0xffff);
  const auto src = packet::IpAddress::FromV4(p + kIp + 12), dst = packet::IpAddress::FromV4(p + kIp + 16);
  StoreBe16(p + kTcp + 16, packet::TransportChecksum(src, dst, kProtocolTcp, {p + kTcp, kEnd - kTcp}));
  return frame;
}

void FillWithAcknowledgements(const PacketPool& pool, uint16_t flows, uint16_t frame_bytes) {
  Filling filling;
  for (uint16_t flow = 0; flow < flows; ++flow) filling.frames.push_back(MakeAcknowledgement(flow, frame_bytes));
  rte_mempool_obj_iter(pool.get(), FillOne, &filling);
}

}  // namespace sluice::port
