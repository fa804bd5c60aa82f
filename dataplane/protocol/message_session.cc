#include "dataplane/protocol/message_session.h"

#include <algorithm>
#include <cstring>

namespace sluice::protocol {

using content::Direction;
using content::ObjectNumber;

FeedResult MessageSession::Feed(Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  half.seen = true;
  Context c{direction, PieceWriter(out), half.first_part};
  if (carrier_ == Carrier::kDatagrams) {
    // A datagram is a message without a prefix; the rest of one that took two calls goes on.
    if (!half.in_message) {
      half.fragment = static_cast<uint32_t>(input.size());
      half.state = State::kHead;
    }
    half.in_message = half.ends_message = true;
  } else if (half.state == State::kLost && IsMessage(input)) {
    half.state = State::kHead;
    half.prefix_bytes = 0;
  }
  size_t consumed = 0;
  while (consumed < input.size() && c.out.room() >= kPiecesOfHead + 4 && !c.pause) consumed += Advance(c, input.From(consumed));
  return {consumed, false};
}

ObjectNumber MessageSession::TakeContent(Direction direction, size_t bytes) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.state == State::kRaw) return half.raw;
  if (half.state != State::kFile || half.fragment <= bytes || half.part.file <= bytes) return 0;
  half.fragment -= static_cast<uint32_t>(bytes);
  half.part.file -= bytes;
  files_.Advance(half.part.number, bytes);
  return half.part.number;
}

size_t MessageSession::Advance(Context& c, ByteView input) noexcept {
  Half& half = halves_[Index(c.direction)];
  if (half.state == State::kRaw || half.state == State::kLost) return TakeRaw(c, half, input);
  if (half.fragment == 0) return TakePrefix(c, half, input);
  const ByteView bytes = input.First(half.fragment);
  const size_t taken = half.state == State::kHead ? TakeHead(c, half, bytes) : TakeBytes(c, half, bytes);
  if (half.state == State::kRaw) return taken;
  half.fragment -= static_cast<uint32_t>(taken);
  if (half.fragment == 0 && half.ends_message) FinishMessage(c, half);
  return taken;
}

size_t MessageSession::TakePrefix(Context& c, Half& half, ByteView input) noexcept {
  const ByteView bytes = input.First(kPrefix - half.prefix_bytes);
  std::memcpy(half.prefix + half.prefix_bytes, bytes.data(), bytes.size());
  half.prefix_bytes = static_cast<uint8_t>(half.prefix_bytes + bytes.size());
  c.out.Framing(bytes);
  if (half.prefix_bytes < kPrefix) return bytes.size();
  half.prefix_bytes = 0;
  const Prefix prefix = ReadPrefix(half.prefix);
  if (!prefix.valid) {
    Fail(c, half, AnomalyKind::kMalformedProtocol, State::kRaw);
    return bytes.size();
  }
  half.fragment = prefix.bytes;
  half.ends_message = prefix.ends_message;
  half.in_message = true;
  if (half.fragment == 0 && half.ends_message) FinishMessage(c, half);
  return bytes.size();
}

// The head is collected, so that it is read in one piece however it was cut; its bytes are handed on as they come.
size_t MessageSession::TakeHead(Context& c, Half& half, ByteView input) noexcept {
  OpenControl(c, half);  // before what the head may begin, so that numbers do not depend on how it was cut
  const size_t before = half.head_bytes;
  size_t wanted = std::max<size_t>(half.part.wanted, before + 1);
  while (true) {
    const ByteView more = input.First(wanted - before);
    std::memcpy(half.head.data() + before, more.data(), more.size());
    half.head_bytes = before + more.size();
    const bool is_all = half.head_bytes == kMaxHead || (half.ends_message && more.size() == half.fragment);
    if (half.head_bytes < wanted && !is_all) break;
    const Part part = OnHead(c, {half.head.data(), half.head_bytes}, is_all);
    if (part.wanted > half.head_bytes && !is_all) {
      wanted = half.part.wanted = std::min(part.wanted, kMaxHead);
      if (more.size() < input.size()) continue;
      break;
    }
    Control(c, half, more);
    Follow(c, half, part.wanted > half.head_bytes ? Part{.rest = kToTheEnd} : part);
    return more.size();
  }
  const size_t taken = half.head_bytes - before;
  Control(c, half, input.First(taken));
  return taken;
}

void MessageSession::Follow(Context& c, Half& half, const Part& part) noexcept {
  half.head_bytes = 0;
  half.first_part = c.first_part = false;
  half.part = part;
  half.part.wanted = 0;
  half.open_ended = part.file == kToTheEnd;
  if (part.malformed) return Fail(c, half, AnomalyKind::kMalformedProtocol, State::kRaw);
  half.state = part.encrypted ? State::kOpaque : State::kControl;
  NextState(half);
}

// Passes over what is empty.
void MessageSession::NextState(Half& half) noexcept {
  if (half.state == State::kControl && half.part.control == 0) half.state = State::kFile;
  if (half.state == State::kFile && half.part.file == 0) half.state = State::kRest;
  if (half.state == State::kRest && half.part.rest == 0) half.state = State::kHead;
}

size_t MessageSession::TakeBytes(Context& c, Half& half, ByteView input) noexcept {
  if (half.state == State::kOpaque) {
    c.out.Opaque(input);
    return input.size();
  }
  uint64_t& remaining = half.state == State::kControl ? half.part.control : half.state == State::kFile ? half.part.file : half.part.rest;
  const ByteView bytes = input.First(static_cast<size_t>(std::min<uint64_t>(remaining, input.size())));
  if (half.state == State::kFile) {
    c.out.Data(half.part.number, bytes);
    files_.Advance(half.part.number, bytes.size());
  } else {
    Control(c, half, bytes);
  }
  remaining -= bytes.size();
  NextState(half);
  return bytes.size();
}

size_t MessageSession::TakeRaw(Context& c, Half& half, ByteView input) noexcept {
  const content::Part part = carrier_ == Carrier::kStream ? content::Part::kTcpStream : content::Part::kUdpPayload;
  c.out.Data(c.out.BeginOnce(half.raw, last_object_, memory_, part, c.direction), input);
  return input.size();
}

void MessageSession::OpenControl(Context& c, Half& half) noexcept {
  c.out.BeginOnce(half.control, last_object_, memory_, control_part_, c.direction);
}

void MessageSession::Control(Context& c, Half& half, ByteView bytes) noexcept {
  OpenControl(c, half);
  c.out.Data(half.control, bytes);
}

void MessageSession::FinishMessage(Context& c, Half& half) noexcept {
  // More bytes of a file were announced than the message has.
  const bool cut_short = !half.open_ended && half.part.file > 0 && half.state != State::kHead;
  OnMessageEnd(c);
  half.state = State::kHead;
  half.part = Part();
  half.head_bytes = 0;
  half.first_part = c.first_part = true;
  half.in_message = false;
  if (cut_short) c.out.Anomaly(AnomalyKind::kMalformedProtocol);
}

void MessageSession::Fail(Context& c, Half& half, AnomalyKind anomaly, State next) noexcept {
  c.out.Anomaly(anomaly);
  OnMessageEnd(c);
  half.state = next;
  half.part = Part();
  half.head_bytes = 0;
  half.fragment = 0;
  half.first_part = c.first_part = true;
  half.in_message = false;
}

void MessageSession::Gap(Direction direction, uint64_t bytes, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  half.lossy = true;
  Context c{direction, PieceWriter(out), half.first_part};
  if (half.state == State::kRaw || half.state == State::kLost) return;
  const bool within_file = half.state == State::kFile && bytes <= half.part.file && bytes < half.fragment;
  if (!within_file) return Fail(c, half, AnomalyKind::kProtocolGap, State::kLost);
  half.part.file -= bytes;
  half.fragment -= static_cast<uint32_t>(bytes);
  files_.Lose(half.part.number, bytes);
  NextState(half);
}

void MessageSession::End(Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  files_.EndAll(direction, writer);
  if (half.control != 0) writer.End(half.control, !half.lossy);
  if (half.raw != 0) writer.End(half.raw, !half.lossy);
  half = Half();
  half.state = State::kRaw;
}

}  // namespace sluice::protocol
