// SeenPacket: a frame made to order and parsed, as the pipeline would hand it to the action room; and a frame that the
// room made, parsed back with every checksum verified.
#pragma once

#include <gtest/gtest.h>

#include "dataplane/action/tcp_frame.h"
#include "dataplane/packet/parse.h"
#include "tests/support/packet_builder.h"

namespace sluice::action {

class SeenPacket {
 public:
  explicit SeenPacket(test::Bytes frame, packet::LinkType link = packet::LinkType::kEthernet)
      : bytes_(std::move(frame)) {
    packet_.data = bytes_.data();
    packet_.length = packet_.wire_length = static_cast<uint32_t>(bytes_.size());
    packet_.link_type = link;
    outcome_ = packet::Parse(packet_, {});
  }

  const packet::Packet& packet() const { return packet_; }
  const packet::Headers& headers() const { return packet_.headers; }
  packet::ParseOutcome outcome() const { return outcome_; }
  const test::Bytes& bytes() const { return bytes_; }

 private:
  test::Bytes bytes_;  // the packet points into its heap block, which a move keeps
  packet::Packet packet_;
  packet::ParseOutcome outcome_;
};

inline test::Bytes Build(const SeenPacket& seen, Toward toward, const TcpSegmentSpec& spec) {
  test::Bytes out(2048, 0xee);
  out.resize(BuildTcpFrame(seen.packet(), toward, spec, out));
  return out;
}

inline SeenPacket BuildAndParse(const SeenPacket& seen, Toward toward, const TcpSegmentSpec& spec) {
  return SeenPacket(Build(seen, toward, spec), seen.packet().link_type);
}

}  // namespace sluice::action
