#include "dataplane/pipeline/interceptor.h"

#include "dataplane/action/block_page.h"

namespace sluice::pipeline {

using action::Toward;
using content::Direction;
using packet::TcpFlag;

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::array<char, 16> Hex(uint64_t value) {
  std::array<char, 16> text;
  for (size_t i = 0; i < 16; ++i) text[i] = kHexDigits[(value >> (60 - 4 * i)) & 0xf];
  return text;
}

// What the peer of `direction` expects next: RCV.NXT of the receiver as far as Sluice let bytes through.
uint32_t Edge(const FlowContext& flow, Direction direction) { return stream::NextSequence(flow.tcp, direction); }

// Whose frame it is said to be.
Direction SourceOf(const FlowContext& flow, const packet::Packet& seen, Toward toward) {
  const Direction seen_in = seen.sender == flow.client ? Direction::kUpload : Direction::kDownload;
  return toward == Toward::kReceiver ? seen_in : content::Opposite(seen_in);
}

}  // namespace

bool Interceptor::Send(const FlowContext& flow, const packet::Packet& seen, Toward toward, action::TcpSegmentSpec spec, Output& out) noexcept {
  const stream::TcpHalf& source = flow.tcp.half[content::Index(SourceOf(flow, seen, toward))];
  spec.has_latest_timestamp = source.has_timestamp;
  spec.latest_timestamp = source.last_timestamp;
  const std::span<uint8_t> frame = out.ClaimFrame();
  const size_t length = frame.empty() ? 0 : action::BuildTcpFrame(seen, toward, spec, frame);
  if (length == 0) {
    statistics_->counters.Add(PipelineCounter::kInjectionFull);
    return false;
  }
  out.CommitFrame(toward == Toward::kSender ? seen.port : peers_[seen.port], length);
  statistics_->counters.Add(PipelineCounter::kInjectedFrames);
  return true;
}

// Returns the page's length, 0 where it could not be sent.
uint32_t Interceptor::SendPage(const FlowContext& flow, const packet::Packet& seen, uint32_t seq, uint32_t ack, uint64_t incident, std::string_view title,
                               Output& out) noexcept {
  std::array<uint8_t, action::kMaxBlockPageBytes> page;
  const std::array<char, 16> name = Hex(incident);
  const size_t length = action::BuildBlockPage({{name.data(), name.size()}, title}, page);
  action::TcpSegmentSpec spec{seq, ack, TcpFlag::kAck | TcpFlag::kPsh | TcpFlag::kFin, 0, {page.data(), length}};
  spec.window = 65535;
  return length > 0 && Send(flow, seen, Toward::kSender, spec, out) ? static_cast<uint32_t>(length) : 0;
}

verdict::ActionTaken Interceptor::Intercept(FlowContext& flow, const Offence& offence, Output& out) noexcept {
  const packet::Packet& seen = *offence.packet;
  const packet::TcpFields& tcp = seen.headers.tcp;
  // Towards the receiver of the offending packet: exactly behind the last byte that was let through.
  Send(flow, seen, Toward::kReceiver, action::ResetAt(offence.run_seq, Edge(flow, content::Opposite(offence.direction))), out);
  // Towards its sender: as the other side would speak, behind what it has been served.
  const bool other_seen = flow.tcp.half[content::Index(content::Opposite(offence.direction))].seen;
  const uint32_t seq = other_seen ? Edge(flow, content::Opposite(offence.direction)) : tcp.ack;
  const uint32_t ack = tcp.seq + action::SegmentLength(seen);
  flow.block = {};
  flow.block.incident = offence.incident;
  flow.block.rule = offence.rule;
  flow.block.generation = flow.policy_generation;
  if (offence.page_possible) {
    flow.block.page_seq = seq;
    flow.block.page_length = SendPage(flow, seen, seq, ack, offence.incident, offence.rule_title, out);
    if (flow.block.page_length > 0) return verdict::ActionTaken::kBlockPage;
  }
  return Send(flow, seen, Toward::kSender, action::ResetAt(seq, ack), out) ? verdict::ActionTaken::kReset : verdict::ActionTaken::kDropped;
}

void Interceptor::Answer(FlowContext& flow, Direction direction, const packet::Packet& packet, std::string_view rule_title,
                         Output& out) noexcept {
  const packet::TcpFields& tcp = packet.headers.tcp;
  if ((tcp.flags & TcpFlag::kRst) != 0 || action::SegmentLength(packet) == 0 || flow.block.answers >= kMaxAnswers) return;
  const uint32_t answer = flow.block.answers++;
  if (direction == Direction::kUpload && flow.block.page_length > 0 && answer < kMaxAcknowledgements) {
    const uint32_t ack = tcp.seq + action::SegmentLength(packet);
    const uint32_t page_end = flow.block.page_seq + flow.block.page_length + 1;  // and its FIN
    // The page may have gone missing. Nothing is acknowledged before it was taken, or the client would have no reason to ask again.
    // All that was in flight comes here at once, so it is repeated for the first ones and then for every eighth.
    if (static_cast<int32_t>(tcp.ack - page_end) < 0) {
      if ((answer & (answer + 1)) != 0 && answer % 8 != 7) return;
      SendPage(flow, packet, flow.block.page_seq, ack, flow.block.incident, rule_title, out);
    } else {
      Send(flow, packet, Toward::kSender, {page_end, ack, TcpFlag::kAck, 65535, {}}, out);
    }
    return;
  }
  Send(flow, packet, Toward::kSender, action::ResetInAnswerTo(packet), out);
}

void Interceptor::ResetAgain(FlowContext& flow, const packet::Packet& packet, Output& out) noexcept {
  const uint8_t flags = packet.headers.tcp.flags;
  if ((flags & (TcpFlag::kRst | TcpFlag::kSyn)) != 0 || flow.block.answers >= kMaxAnswers) return;
  ++flow.block.answers;
  if (action::SegmentLength(packet) > 0) Send(flow, packet, Toward::kReceiver, action::ResetBehind(packet), out);
  if ((flags & TcpFlag::kAck) != 0) Send(flow, packet, Toward::kSender, action::ResetInAnswerTo(packet), out);
}

}  // namespace sluice::pipeline
