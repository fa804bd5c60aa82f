// How hosts read what is ambiguous: fragments and segments put together as each kind of receiver would, written apart from the
// data plane so that the two check each other.
#include <map>
#include <tuple>

#include "tests/evasion/wire.h"

namespace sluice::test {
namespace {

constexpr size_t kEthernet = 14;

uint16_t Be16(const Bytes& b, size_t at) { return static_cast<uint16_t>(b[at] << 8 | b[at + 1]); }
uint32_t Be32(const Bytes& b, size_t at) { return static_cast<uint32_t>(Be16(b, at)) << 16 | Be16(b, at + 2); }

struct Policy {
  bool last_wins = false, takes_low_ttl = false;
};

using ByteMap = std::map<uint32_t, uint8_t>;

void Lay(ByteMap& map, uint32_t at, uint8_t byte, bool last_wins) {
  if (last_wins) map[at] = byte;
  else map.emplace(at, byte);
}

struct Reassembly {
  ByteMap bytes;
  uint32_t end = 0;  // 0: the last fragment has not come
};

class Server {
 public:
  Server(Policy policy, const WireOptions& options) : policy_(policy), options_(options) {}

  void Take(const Bytes& frame) {
    if (frame.size() < kEthernet + 20) return;
    if (Be16(frame, 12) == 0x0800) TakeIpv4(frame);
    if (Be16(frame, 12) == 0x86dd) TakeIpv6(frame);
  }

  std::string Stream() const {
    std::string text;
    for (const auto& [offset, byte] : stream_) {
      if (offset != text.size()) break;
      text.push_back(static_cast<char>(byte));
    }
    return text;
  }

 private:
  void TakeIpv4(const Bytes& f) {
    const size_t header = (f[kEthernet] & 15u) * 4u, total = Be16(f, kEthernet + 2);
    if (header < 20 || total < header || f.size() < kEthernet + total || f[kEthernet + 9] != 6) return;
    if (f[kEthernet + 19] != 2 || PlainChecksum(&f[kEthernet], header) != 0) return;
    if (f[kEthernet + 8] <= 1 && !policy_.takes_low_ttl) return;
    const uint16_t piece = Be16(f, kEthernet + 6);
    const Bytes payload(f.begin() + static_cast<ptrdiff_t>(kEthernet + header), f.begin() + static_cast<ptrdiff_t>(kEthernet + total));
    TakePiece(Be16(f, kEthernet + 4), (piece & 0x1fffu) * 8u, (piece & 0x2000) != 0, payload, Pseudo(f, kEthernet + 12, 8, payload.size()));
  }

  void TakeIpv6(const Bytes& f) {
    const size_t length = Be16(f, kEthernet + 4);
    if (f.size() < kEthernet + 40 + length || f[kEthernet + 39] != 2) return;
    if (f[kEthernet + 7] <= 1 && !policy_.takes_low_ttl) return;
    size_t at = kEthernet + 40;
    uint8_t next = f[kEthernet + 6];
    const size_t end = at + length;
    while ((next == 0 || next == 60 || next == 43) && at + 8 <= end) {
      next = f[at];
      at += (f[at + 1] + 1u) * 8u;
    }
    uint32_t id = 0, offset = 0;
    bool more = false;
    if (next == 44 && at + 8 <= end) {
      id = Be32(f, at + 4);
      offset = Be16(f, at + 2) & 0xfff8u;
      more = (f[at + 3] & 1) != 0;
      next = f[at];
      at += 8;
    }
    if (next != 6 || at > end) return;
    const Bytes payload(f.begin() + static_cast<ptrdiff_t>(at), f.begin() + static_cast<ptrdiff_t>(end));
    TakePiece(id, offset, more, payload, Pseudo(f, kEthernet + 8, 32, payload.size()));
  }

  // What the checksum covers besides the segment (RFC 9293, section 3.1).
  static Bytes Pseudo(const Bytes& f, size_t addresses, size_t bytes, size_t length) {
    Bytes pseudo(f.begin() + static_cast<ptrdiff_t>(addresses), f.begin() + static_cast<ptrdiff_t>(addresses + bytes));
    for (const size_t byte : {size_t{0}, size_t{6}, length >> 8, length & 0xff}) pseudo.push_back(static_cast<uint8_t>(byte));
    return pseudo;
  }

  // Checksums of datagrams put together are not looked at: the most generous receiver.
  void TakePiece(uint32_t id, uint32_t offset, bool more, const Bytes& payload, Bytes pseudo) {
    if (offset == 0 && !more) {
      pseudo.insert(pseudo.end(), payload.begin(), payload.end());
      if (PlainChecksum(pseudo.data(), pseudo.size()) == 0) TakeSegment(payload);
      return;
    }
    Reassembly& whole = pieces_[id];
    for (size_t i = 0; i < payload.size(); ++i) Lay(whole.bytes, offset + static_cast<uint32_t>(i), payload[i], policy_.last_wins);
    if (!more) whole.end = offset + static_cast<uint32_t>(payload.size());
    if (whole.end == 0 || whole.bytes.size() < whole.end || whole.bytes.rbegin()->first + 1 != whole.bytes.size()) return;
    Bytes datagram;
    for (const auto& [at, byte] : whole.bytes) datagram.push_back(byte);
    datagram.resize(whole.end);
    pieces_.erase(id);
    TakeSegment(datagram);
  }

  void TakeSegment(const Bytes& segment) {
    if (segment.size() < 20 || Be16(segment, 2) != options_.server_port) return;
    const size_t header = (segment[12] >> 4) * 4u;
    if (header < 20 || header > segment.size() || (segment[13] & packet::TcpFlag::kRst) != 0) return;
    const uint32_t syn = (segment[13] & packet::TcpFlag::kSyn) != 0 ? 1 : 0;
    const uint32_t offset = Be32(segment, 4) + syn - (options_.client_isn + 1);
    for (size_t i = header; i < segment.size(); ++i) {
      const uint32_t at = offset + static_cast<uint32_t>(i - header);
      if (at < (1u << 30)) Lay(stream_, at, segment[i], policy_.last_wins);
    }
  }

  Policy policy_;
  const WireOptions& options_;
  std::map<uint32_t, Reassembly> pieces_;
  ByteMap stream_;
};

}  // namespace

Readings ReadAtServer(const std::vector<Bytes>& frames, const WireOptions& options) {
  Readings readings;
  for (const Policy policy : {Policy{false, false}, Policy{true, false}, Policy{false, true}, Policy{true, true}}) {
    Server server(policy, options);
    for (const Bytes& frame : frames) server.Take(frame);
    readings.streams.push_back(server.Stream());
  }
  return readings;
}

bool Readings::Hold(std::string_view text) const {
  for (const std::string& stream : streams) {
    if (stream.find(text) != std::string::npos) return true;
  }
  return false;
}

size_t Readings::Leak(std::string_view stream) const {
  size_t most = 0;
  for (const std::string& read : streams) {
    size_t same = 0;
    while (same < read.size() && same < stream.size() && read[same] == stream[same]) ++same;
    most = std::max(most, same);
  }
  return most;
}

}  // namespace sluice::test
