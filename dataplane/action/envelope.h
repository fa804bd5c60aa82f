// Envelope: everything that stands before a packet's innermost IP header (link header, tags, tunnels), so that a frame
// Sluice makes can travel in the same one.
//
// Read finds the layers whose lengths, checksums or addresses depend on the content; Fit corrects them around a new
// content. Part of the action room, used by tcp_frame.cc.
// Thread: value type. Allocates: never. Failure: false where an envelope cannot be rebuilt honestly (see Read).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_view.h"
#include "dataplane/packet/packet.h"

namespace sluice::action {

// Which host a made frame is for, told from the packet it answers: the one it was sent to, or the one that sent it.
enum class Toward : uint8_t { kReceiver, kSender };

class Envelope {
 public:
  // Layers of one frame: a VLAN-tagged PPPoE frame with four tunnels of three layers each, and room to spare.
  static constexpr size_t kMaxLayers = 20;

  // REQUIRES: `seen` was parsed. False for what has state that a single frame does not show (GRE with sequence numbers
  // or routing, PPTP, ERSPAN), outer IPv4 options and IPv6 routing headers (the way back is another one), and any path
  // that does not lead to headers.l3_offset.
  static bool Read(const packet::Packet& seen, Envelope& envelope) noexcept;

  // Bytes before the innermost IP header.
  size_t size() const noexcept { return size_; }

  // `frame` holds the seen envelope, then the new IP packet to its end. Corrects the envelope for it; towards the
  // sender addresses change places (VLAN ids, MPLS labels, VNIs, keys and tunnel ports stay). False where a length does
  // not fit.
  bool Fit(std::span<uint8_t> frame, Toward toward) const noexcept;

 private:
  friend class EnvelopeReader;
  enum class Kind : uint8_t {
    kEthernet,
    kFrameLength,
    kControlWord,
    kCooked,
    kCooked2,
    kPppoe,
    kIpv4,
    kIpv6,
    kUdp,
    kGre
  };
  struct Layer {
    Kind kind = Kind::kEthernet;
    uint16_t offset = 0;
  };

  bool FitLayer(size_t index, std::span<uint8_t> frame, Toward toward) const noexcept;
  bool FitUdp(size_t index, std::span<uint8_t> frame) const noexcept;

  std::array<Layer, kMaxLayers> layers_{};
  size_t count_ = 0;
  size_t size_ = 0;
};

}  // namespace sluice::action
