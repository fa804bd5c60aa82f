#include "dataplane/stream/segment_checks.h"

#include <algorithm>

namespace sluice::stream {

uint32_t AcceptedAhead(const TcpHalf& half, const TcpOptions& options) noexcept {
  if (half.acked_valid && half.window_known) return std::clamp(half.window, options.min_window, kLargestWindow);
  return options.mode == Mode::kTap ? kLargestWindow : options.min_window;
}

Place FindPlace(const TcpHalf& half, uint32_t sequence, const TcpOptions& options) noexcept {
  const int32_t distance = SequenceDistance(half.edge, sequence);
  if (distance == 0) return Place::kAtEdge;
  if (distance < 0) {
    const uint32_t behind = half.edge - sequence;
    // Nothing stands before the first byte of a stream whose SYN was seen.
    const bool before_start = half.syn_seen && behind > half.edge_offset;
    return before_start || behind > kLargestWindow ? Place::kOutside : Place::kBehind;
  }
  // Bytes that we missed may have been acknowledged: the window counts from there.
  const uint32_t from = half.acked_valid ? LaterSequence(half.edge, half.acked) : half.edge;
  return SequenceDistance(from, sequence) < static_cast<int32_t>(AcceptedAhead(half, options)) ? Place::kAhead
                                                                                               : Place::kOutside;
}

ResetJudgement JudgeReset(const TcpConnection& connection, content::Direction direction, const packet::TcpFields& tcp,
                          const TcpOptions& options) noexcept {
  const TcpHalf& half = connection.half[content::Index(direction)];
  const TcpHalf& other = connection.half[content::Index(content::Opposite(direction))];
  if (!half.seen && !half.acked_valid) {
    if (!other.seen) return ResetJudgement::kReset;
    // RFC 9293, 3.10.7.3: in SYN-SENT an RST counts when it acknowledges the SYN (and no more than was sent).
    const bool acknowledges =
        (tcp.flags & packet::TcpFlag::kAck) != 0 && tcp.ack - SequenceAt(other, 0) <= other.edge_offset;
    return acknowledges ? ResetJudgement::kReset : ResetJudgement::kBad;
  }
  // RFC 5961, 3.2: exactly RCV.NXT, which is what was delivered or, where that is still on its way, what was
  // acknowledged.
  if (half.seen && tcp.seq == NextSequence(half)) return ResetJudgement::kReset;
  if (half.acked_valid && tcp.seq == half.acked) return ResetJudgement::kReset;
  const uint32_t expected = half.acked_valid ? half.acked : NextSequence(half);
  const auto ahead = static_cast<uint32_t>(tcp.seq - expected);
  return ahead < AcceptedAhead(half, options) ? ResetJudgement::kChallenge : ResetJudgement::kBad;
}

}  // namespace sluice::stream
