#include "perf/replay/flow_scale.h"

#include <cstring>

#include "base/byte_order.h"
#include "dataplane/packet/checksum.h"
#include "dataplane/packet/ip_address.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

constexpr size_t kIp = 14, kTcp = kIp + 20, kPayload = kTcp + 20;  // offsets in the frames of TcpSession: Ethernet, IPv4, TCP without options
constexpr size_t kSegment = 1400, kPayloads = 256;
constexpr size_t kBufferBytes = 1536, kBuffers = 1u << 17;  // twice what the pipeline keeps for comparison
constexpr size_t kReadyFrames = 512;  // what waits in a device's queue
const std::string kHead = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\n";

uint32_t AddressOf(uint32_t flow) { return 0x0a010000u + flow; }
uint16_t PortOf(uint32_t flow) { return static_cast<uint16_t>(20000 + flow % 40000); }

void SetChecksums(uint8_t* frame, size_t size) {
  uint8_t* ip = frame + kIp;
  StoreBe16(ip + 10, 0);
  StoreBe16(ip + 10, packet::Checksum(ByteView(ip, 20)));
  uint8_t* tcp = frame + kTcp;
  StoreBe16(tcp + 16, 0);
  StoreBe16(tcp + 16, packet::TransportChecksum(packet::IpAddress::FromV4(ip + 12), packet::IpAddress::FromV4(ip + 16), 6, ByteView(tcp, size - kTcp)));
}

}  // namespace

FlowScale::FlowScale(const std::shared_ptr<const bundle::Bundle>& policy, stream::Mode mode, uint32_t flows)
    : bench_(policy, mode, flows * 2, true), buffers_(Slab::Create(kBufferBytes, kBuffers).value()), sent_(flows) {
  const std::vector<uint8_t> document = Document(kSegment * kPayloads, 1);
  for (size_t i = 0; i < kPayloads; ++i) payloads_.emplace_back(document.begin() + static_cast<ptrdiff_t>(i * kSegment), document.begin() + static_cast<ptrdiff_t>((i + 1) * kSegment));
  // All are in use in turns, whatever the number of flows.
  bench_.FillPool(kBuffers);
  for (uint32_t flow = 0; flow < flows; ++flow) Open(flow);
  bench_.Flush();
}

void FlowScale::Open(uint32_t flow) {
  const uint32_t address = AddressOf(flow);
  test::TcpSessionOptions ends;
  ends.client = std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 0xFF) + "." + std::to_string(address >> 8 & 0xFF) + "." + std::to_string(address & 0xFF);
  ends.client_port = PortOf(flow);
  test::TcpSession session(ends);
  // With two segments of the body, so that what it is has been found out.
  session.Handshake().Send(test::Side::kClient, kHead).Send(test::Side::kClient, std::string(payloads_[0].begin(), payloads_[0].end()));
  session.Send(test::Side::kClient, std::string(payloads_[1].begin(), payloads_[1].end())).Acknowledge(test::Side::kServer);
  for (const test::TimedFrame& frame : session.frames()) {
    packet::Packet& packet = bench_.Claim();
    std::memcpy(Fill(packet, frame.bytes.size()), frame.bytes.data(), frame.bytes.size());
    bench_.Take(packet);
  }
  bench_.Flush();
  if (flow != 0) return;
  session.Send(test::Side::kClient, std::string(kSegment, 'x')).Acknowledge(test::Side::kServer);
  acknowledgement_ = session.frames().back().bytes;
  segment_ = session.frames()[session.frames().size() - 2].bytes;
}

uint8_t* FlowScale::Fill(packet::Packet& packet, size_t size) {
  if (packet.data == nullptr) packet.data = static_cast<const uint8_t*>(buffers_.Claim());
  packet.length = packet.wire_length = static_cast<uint32_t>(size);
  packet.time = Timestamp::FromNanoseconds(time_ += 1000);
  return const_cast<uint8_t*>(packet.data);  // a buffer of ours, which the packet shows to others as theirs to read
}

void FlowScale::FillNext(packet::Packet& packet, uint32_t flow, bool acknowledges) {
  uint32_t& sent = sent_[flow];
  const std::vector<uint8_t>& like = acknowledges ? acknowledgement_ : segment_;
  const uint32_t begun = LoadBe32(segment_.data() + kTcp + 4), next = begun + sent * static_cast<uint32_t>(kSegment);
  uint8_t* frame = Fill(packet, like.size());
  std::memcpy(frame, like.data(), kPayload);
  StoreBe32(frame + kIp + (acknowledges ? 16 : 12), AddressOf(flow));
  StoreBe16(frame + kTcp + (acknowledges ? 2 : 0), PortOf(flow));
  StoreBe32(frame + kTcp + (acknowledges ? 8 : 4), next);
  if (!acknowledges) {
    std::memcpy(frame + kPayload, payloads_[random_() % kPayloads].data(), kSegment);
    ++sent;
  }
  SetChecksums(frame, like.size());
}

double FlowScale::NanosecondsAPacket(size_t packets) {
  double seconds = 0;
  std::vector<packet::Packet*> ready;
  for (size_t done = 0; done < packets; done += kReadyFrames) {
    ready.clear();
    for (size_t i = 0; i < kReadyFrames; ++i) {
      packet::Packet& packet = bench_.Claim();
      FillNext(packet, static_cast<uint32_t>(random_() % sent_.size()), ++filled_ % 3 == 0);
      ready.push_back(&packet);
    }
    seconds += SecondsOf([&] {
      for (packet::Packet* packet : ready) bench_.Take(*packet);
      bench_.Flush();
    });
  }
  return seconds * 1e9 / static_cast<double>((packets + kReadyFrames - 1) / kReadyFrames * kReadyFrames);
}

}  // namespace sluice::perf
