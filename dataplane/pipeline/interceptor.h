// Interceptor: ends a TCP conversation that must not go on: resets both sides, or gives an HTTP/1 client a page that names
// the incident, and answers what the client still sends. Room "action" of the story, on the pipeline's side.
//
// Sequence numbers come from the reassembler: the receiver is reset at exactly the byte up to which it was served.
// Thread: one worker. Allocates: never. Failure: a frame that cannot be made or finds no room is counted; the drop of the
// offending packets does not depend on it.
#pragma once

#include <array>
#include <string_view>

#include "dataplane/action/tcp_frame.h"
#include "dataplane/pipeline/flow_context.h"
#include "dataplane/pipeline/output.h"
#include "dataplane/pipeline/statistics.h"

namespace sluice::pipeline {

// For each port the one by which its packets go on; the same port where there is no pair.
using PeerPorts = std::array<uint8_t, 256>;

class Interceptor {
 public:
  Interceptor(const PeerPorts& peers, Statistics* statistics) : peers_(peers), statistics_(statistics) {}

  struct Offence {
    const packet::Packet* packet = nullptr;  // the one that is not let through
    content::Direction direction = content::Direction::kUpload;
    uint32_t run_seq = 0;      // sequence number of its first byte that is not let through
    bool page_possible = false;  // the client speaks HTTP/1 and waits for a response of which nothing has come yet
    uint64_t incident = 0;
    uint32_t rule = 0;
    std::string_view rule_title;
  };
  // What the client got. The flow's BlockState is filled for Answer.
  verdict::ActionTaken Intercept(FlowContext& flow, const Offence& offence, Output& out) noexcept;

  // A packet of a flow that is blocked already, not let through either: the client is told again, within bounds.
  void Answer(FlowContext& flow, content::Direction direction, const packet::Packet& packet, std::string_view rule_title,
              Output& out) noexcept;

  // A packet of a flow that was reset on a tap, where nothing is held back: what was on its way when the first reset was sent
  // moved the byte that its receiver waits for, and a reset for another one is discarded (RFC 5961, 3.2). So both sides are
  // reset again where this packet shows them to be, within the same bound.
  void ResetAgain(FlowContext& flow, const packet::Packet& packet, Output& out) noexcept;

 private:
  bool Send(const FlowContext& flow, const packet::Packet& seen, action::Toward toward, action::TcpSegmentSpec spec, Output& out) noexcept;
  uint32_t SendPage(const FlowContext& flow, const packet::Packet& seen, uint32_t seq, uint32_t ack, uint64_t incident, std::string_view title, Output& out) noexcept;

  // A client is answered this often with acknowledgements (so that it reads the page in peace), then with resets.
  static constexpr uint32_t kMaxAcknowledgements = 512;
  static constexpr uint32_t kMaxAnswers = 1024;

  PeerPorts peers_;
  Statistics* statistics_;
};

}  // namespace sluice::pipeline
