#include "perf/live/conversations.h"

#include <cstring>
#include <string>

#include "base/byte_order.h"
#include "perf/support/patterns.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

constexpr uint32_t kScripts = 64;
constexpr uint16_t kFirstPort = 20000, kServerPort = 80;
constexpr uint32_t kFirstClient = 10u << 24;
constexpr uint32_t kClients = 1u << 24;
constexpr size_t kSegment = 1400;
// Slots that are asked in one call for one that may send.
constexpr uint32_t kAsked = 64;

// Ethernet, IPv4 and TCP without options between them.
constexpr size_t kSourceMac = 6, kIp = 14, kIpChecksum = kIp + 10, kIpSource = kIp + 12, kIpDestination = kIp + 16, kTcp = kIp + 20;
constexpr size_t kTcpChecksum = kTcp + 16, kHeaders = kTcp + 20;
// The stamp is in the source address of Ethernet, behind a first octet that says "locally administered": the appliance is a wire to it.
constexpr uint8_t kLocalMac = 2;
constexpr unsigned kStampShift = 4;
constexpr uint64_t kStampMask = (uint64_t{1} << 40) - 1;

// RFC 1624, equation 3: the checksum at `at` after a 16-bit word of what it covers was `before` and is `after`.
void Adjust(uint8_t* frame, size_t at, uint16_t before, uint16_t after) {
  uint32_t sum = static_cast<uint16_t>(~LoadBe16(frame + at)) + static_cast<uint32_t>(static_cast<uint16_t>(~before)) + after;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  StoreBe16(frame + at, static_cast<uint16_t>(~sum));
}

void Replace16(uint8_t* frame, size_t at, uint16_t value, bool in_ip) {
  const uint16_t before = LoadBe16(frame + at);
  StoreBe16(frame + at, value);
  if (in_ip) Adjust(frame, kIpChecksum, before, value);
  Adjust(frame, kTcpChecksum, before, value);  // addresses too: the pseudo-header has them (RFC 9293, section 3.1)
}

test::TcpSession Upload(uint32_t number, size_t body_bytes) {
  // Of different lengths, so that conversations do not stay in step.
  const std::vector<uint8_t> body = Document(body_bytes / 2 + body_bytes * number / kScripts, number + 1);
  test::TcpSessionOptions options;
  options.client = "10.0.0.0";
  options.server = "192.0.2.9";
  options.client_port = kFirstPort;
  test::TcpSession session(options);
  session.Handshake();
  const std::string stream = "PUT /upload HTTP/1.1\r\nHost: files.example\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                             std::string(body.begin(), body.end());
  bool second = false;
  for (size_t at = 0; at < stream.size(); at += kSegment, second = !second) {
    session.Send(test::Side::kClient, std::string_view(stream).substr(at, kSegment));
    if (second) session.Acknowledge(test::Side::kServer);
  }
  session.Send(test::Side::kServer, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").Finish();
  return session;
}

}  // namespace

Conversations::Conversations(uint32_t slots, size_t body_bytes, uint64_t patience_cycles) : patience_(patience_cycles), scripts_(kScripts), slots_(slots) {
  for (uint32_t number = 0; number < kScripts; ++number) {
    std::array<uint32_t, 2> so_far{};
    const test::TcpSession session = Upload(number, body_bytes);
    for (const test::TimedFrame& timed : session.frames()) {
      const Side from = LoadBe16(timed.bytes.data() + kTcp) == kServerPort ? Side::kServer : Side::kClient;
      const size_t side = static_cast<size_t>(from);
      scripts_[number].push_back({timed.bytes, from, so_far[1 - side]});
      ++so_far[side];
    }
  }
  for (Slot& slot : slots_) Begin(slot);
}

void Conversations::Begin(Slot& slot) {
  slot = Slot();
  slot.client = kFirstClient + (++clients_ % kClients);
}

size_t Conversations::Next(uint64_t now, uint8_t* frame, Side& from) {
  for (uint32_t asked = 0; asked < kAsked; ++asked) {
    Slot& slot = slots_[at_];
    at_ = at_ + 1 == slots_.size() ? 0 : at_ + 1;
    const std::vector<Frame>& script = scripts_[slot.client % kScripts];
    const bool all_sent = slot.next == script.size();
    const bool may = !all_sent && slot.arrived[1 - static_cast<size_t>(script[slot.next].from)] >= script[slot.next].after;
    if (!may) {
      const bool is_over = all_sent && slot.arrived[0] + slot.arrived[1] == script.size();
      const bool stands_still = slot.next > 0 && now - slot.moved > patience_;
      if (stands_still && !is_over) ++counts_.given_up;
      if (is_over || stands_still) Begin(slot);
      continue;
    }
    const Frame& next = script[slot.next++];
    slot.moved = now;
    WriteFrame(next, slot, now, frame);
    from = next.from;
    ++counts_.sent;
    return next.bytes.size();
  }
  return 0;
}

void Conversations::WriteFrame(const Frame& frame, const Slot& slot, uint64_t stamp, uint8_t* out) const {
  std::memcpy(out, frame.bytes.data(), frame.bytes.size());
  const bool from_client = frame.from == Side::kClient;
  const size_t address = from_client ? kIpSource : kIpDestination, port = from_client ? kTcp : kTcp + 2;
  Replace16(out, address, static_cast<uint16_t>(slot.client >> 16), true);
  Replace16(out, address + 2, static_cast<uint16_t>(slot.client), true);
  Replace16(out, port, static_cast<uint16_t>(kFirstPort + (&slot - slots_.data())), false);
  const uint64_t mac = uint64_t{kLocalMac} << 40 | (stamp >> kStampShift & kStampMask);
  StoreBe16(out + kSourceMac, static_cast<uint16_t>(mac >> 32));
  StoreBe32(out + kSourceMac + 2, static_cast<uint32_t>(mac));
}

std::optional<uint64_t> Conversations::Arrived(Side to, ByteView frame, uint64_t now) {
  const bool from_client = to == Side::kServer;
  const bool is_ours = frame.size() >= kHeaders && frame[kSourceMac] == kLocalMac;
  const size_t number = is_ours ? size_t{LoadBe16(frame.data() + (from_client ? kTcp : kTcp + 2))} - kFirstPort : slots_.size();
  if (number >= slots_.size() || LoadBe32(frame.data() + (from_client ? kIpSource : kIpDestination)) != slots_[number].client) {
    ++counts_.stray;
    return std::nullopt;
  }
  ++counts_.received;
  ++slots_[number].arrived[from_client ? 0 : 1];
  const uint64_t mac = uint64_t{LoadBe16(frame.data() + kSourceMac)} << 32 | LoadBe32(frame.data() + kSourceMac + 2);
  return (((now >> kStampShift) - mac) & kStampMask) << kStampShift;  // the stamp has not all bits of the counter
}

}  // namespace sluice::perf
