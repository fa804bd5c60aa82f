#include "dataplane/protocol/websocket_session.h"

#include <algorithm>

namespace sluice::protocol {
namespace {

using content::Part;

// RFC 6455, 5.2.
constexpr uint8_t kFin = 0x80, kCompressed = 0x40, kReserved = 0x30, kOpcode = 0x0f, kMask = 0x80, kLength = 0x7f;
constexpr uint8_t kContinuation = 0, kBinary = 2, kClose = 8, kPong = 10;
constexpr uint8_t kLength16 = 126, kLength64 = 127;
constexpr uint64_t kMaxControl = 125;
// RFC 7692, 7.2.2: what a sender takes off the end of each message.
constexpr uint8_t kMessageEnd[] = {0, 0, 0xff, 0xff};
constexpr size_t kPiecesPerStep = 8;

size_t HeaderSize(const uint8_t* header) {
  const uint8_t length = header[1] & kLength;
  return 2 + (length == kLength64 ? 8u : length == kLength16 ? 2u : 0u) + ((header[1] & kMask) != 0 ? 4u : 0u);
}

}  // namespace

FeedResult WebSocketSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], direction, PieceWriter(out)};
  size_t consumed = 0;
  while (consumed < input.size() && c.out.room() >= kPiecesPerStep && !c.pause) consumed += Advance(c, input.From(consumed));
  if (c.scratch != nullptr) memory_.Retire(c.scratch);
  return {consumed, false};
}

content::ObjectNumber WebSocketSession::TakeContent(content::Direction direction, size_t bytes) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.state == State::kRaw) return half.raw;
  if (half.state != State::kPayload || half.masked || half.is_control || half.remaining <= bytes) return 0;
  const content::ObjectNumber number = half.message_compressed ? half.compressed : half.plain;
  if (number != 0) half.remaining -= bytes;
  return number;
}

size_t WebSocketSession::Advance(Context& c, ByteView input) noexcept {
  switch (c.half.state) {
    case State::kHeader: return ReadHeader(c, input);
    case State::kPayload: return ReadPayload(c, input);
    case State::kRaw:
      c.out.Data(c.out.BeginOnce(c.half.raw, last_object_, memory_, Part::kTcpStream, c.direction), input);
      return input.size();
  }
  return input.size();
}

size_t WebSocketSession::ReadHeader(Context& c, ByteView input) noexcept {
  Half& half = c.half;
  size_t taken = 0;
  while (taken < input.size() && (half.header_bytes < 2 || half.header_bytes < HeaderSize(half.header))) {
    half.header[half.header_bytes++] = input[taken++];
  }
  c.out.Framing(input.First(taken));
  if (half.header_bytes < 2 || half.header_bytes < HeaderSize(half.header)) return taken;
  if (!BeginFrame(c)) Fail(c, AnomalyKind::kMalformedProtocol);
  else if (half.remaining == 0) FinishFrame(c);
  return taken;
}

bool WebSocketSession::BeginFrame(Context& c) noexcept {
  Half& half = c.half;
  const uint8_t opcode = half.header[0] & kOpcode, length = half.header[1] & kLength;
  half.remaining = length == kLength64 ? LoadBe64(half.header + 2) : length == kLength16 ? LoadBe16(half.header + 2) : length;
  half.masked = (half.header[1] & kMask) != 0;
  half.at = 0;
  if (half.masked) std::copy_n(half.header + HeaderSize(half.header) - 4, 4, half.mask);
  const bool compressed = (half.header[0] & kCompressed) != 0;
  half.is_control = opcode >= kClose;
  half.ends_message = (half.header[0] & kFin) != 0;
  half.header_bytes = 0;
  half.state = State::kPayload;
  if ((half.header[0] & kReserved) != 0 || half.remaining >> 63 != 0) return false;
  if (half.is_control) return opcode <= kPong && half.ends_message && !compressed && half.remaining <= kMaxControl;
  // RFC 6455, 5.4; RFC 7692, 6: the first fragment says whether the message is compressed.
  if (opcode > kBinary || (opcode == kContinuation) != half.in_message || (opcode == kContinuation && compressed)) return false;
  if (opcode != kContinuation) half.message_compressed = compressed;
  half.in_message = true;
  return true;
}

content::ObjectNumber WebSocketSession::ObjectOf(Context& c) noexcept {
  Half& half = c.half;
  content::ObjectNumber& number = half.is_control ? half.control : half.message_compressed ? half.compressed : half.plain;
  if (number != 0) return number;
  number = ++last_object_;
  content::ObjectDescription& description = memory_.Describe(Part::kWebSocketMessage, c.direction, number);
  if (!half.is_control && half.message_compressed) {
    description.declared_encoding = true;
    description.content_encoding.Assign("deflate");
  }
  c.out.Begin(description);
  return number;
}

size_t WebSocketSession::ReadPayload(Context& c, ByteView input) noexcept {
  Half& half = c.half;
  const ByteView payload = input.First(static_cast<size_t>(std::min<uint64_t>(half.remaining, input.size())));
  const content::ObjectNumber number = ObjectOf(c);
  size_t taken = payload.size();
  if (half.masked) taken = ReadMasked(c, number, payload);
  else c.out.Data(number, payload);
  half.remaining -= taken;
  half.at += taken;
  if (half.remaining == 0) FinishFrame(c);
  return taken;
}

// RFC 6455, 5.3.
size_t WebSocketSession::ReadMasked(Context& c, content::ObjectNumber number, ByteView payload) noexcept {
  if (c.scratch == nullptr && (c.scratch = static_cast<WebSocketScratch*>(memory_.Claim())) == nullptr) {
    c.out.Data(number, payload);  // SessionMemory is sized so that this cannot be
    return payload.size();
  }
  const ByteView masked = payload.First(WebSocketScratch::kBytes - c.used);
  uint8_t* plain = c.scratch->bytes.data() + c.used;
  for (size_t i = 0; i < masked.size(); ++i) plain[i] = masked[i] ^ c.half.mask[(c.half.at + i) % 4];
  c.out.Framing(masked);
  c.out.Inserted(number, {plain, masked.size()});
  c.used += masked.size();
  c.pause = c.used == WebSocketScratch::kBytes;
  return masked.size();
}

void WebSocketSession::FinishFrame(Context& c) noexcept {
  Half& half = c.half;
  half.state = State::kHeader;
  if (half.is_control || !half.ends_message) return;
  half.in_message = false;
  if (half.message_compressed) {
    c.out.Inserted(ObjectOf(c), {kMessageEnd, sizeof(kMessageEnd)});
  } else if (half.plain != 0) {
    c.out.End(half.plain, !half.plain_lossy);
    half.plain = 0;
    half.plain_lossy = false;
  }
}

void WebSocketSession::Fail(Context& c, AnomalyKind anomaly) noexcept {
  c.out.Anomaly(anomaly);
  c.half.state = State::kRaw;
}

void WebSocketSession::Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  Context c{half, direction, PieceWriter(out)};
  half.plain_lossy = half.compressed_lossy = true;
  if (half.state == State::kRaw) return;
  if (half.state == State::kHeader || bytes > half.remaining) return Fail(c, AnomalyKind::kProtocolGap);
  half.remaining -= bytes;
  half.at += bytes;
  if (half.remaining == 0) FinishFrame(c);
}

void WebSocketSession::End(content::Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.plain != 0) writer.End(half.plain, false);
  if (half.compressed != 0) writer.End(half.compressed, !half.compressed_lossy && !half.in_message);
  if (half.control != 0) writer.End(half.control, true);
  if (half.raw != 0) writer.End(half.raw, !half.plain_lossy);
  half = Half();
  half.state = State::kRaw;
}

}  // namespace sluice::protocol
