#include "dataplane/protocol/http2_session.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "dataplane/protocol/http2_frame.h"

namespace sluice::protocol {
namespace {

using content::Direction;
using content::Part;

// RFC 9113, 3.4 and 6.
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr uint32_t kStreamMask = 0x7fffffff;
constexpr uint32_t kMaxSettings = 32 * 6;  // of a server's first frame: all that are defined, many times

constexpr size_t kPiecesPerStep = 12;

}  // namespace

Certainty ProbeHttp2(Direction, ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  const size_t n = std::min(text.size(), kPreface.size());
  if (text.substr(0, n) == kPreface.substr(0, n)) return n == kPreface.size() ? Certainty::kYes : Certainty::kUnsure;
  // A server begins with SETTINGS: nine bytes of which seven are fixed.
  constexpr size_t kHeader = 9;
  uint8_t head[kHeader] = {0, 0, 0, kFrameSettings};
  std::memcpy(head, prefix.data(), std::min(prefix.size(), kHeader));
  const uint32_t length = static_cast<uint32_t>(head[0]) << 16 | static_cast<uint32_t>(head[1]) << 8 | head[2];
  const bool fits = length <= kMaxSettings && head[3] == kFrameSettings && head[4] == 0 && LoadBe32(head + 5) == 0;
  if (!fits) return Certainty::kNo;
  if (prefix.size() < kHeader) return Certainty::kUnsure;
  return length % 6 == 0 ? Certainty::kYes : Certainty::kNo;
}

Http2Session::~Http2Session() {
  for (Half& half : halves_) {
    if (half.scratch == nullptr) continue;
    half.scratch->~Http2Scratch();
    memory_.Release(half.scratch);
  }
}

FeedResult Http2Session::Feed(Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  Context c{half, direction, PieceWriter(out)};
  if (!half.begun && !input.empty()) {
    half.begun = true;
    if (input[0] == kPreface[0]) half.state = State::kPreface;
  }
  if (half.scratch != nullptr) half.scratch->text_size = half.scratch->text_handed_on = 0;
  size_t consumed = 0;
  while (consumed < input.size() && c.out.room() >= kPiecesPerStep && !c.pause) {
    consumed += Advance(c, input.From(consumed));
  }
  return {consumed, false};
}

content::ObjectNumber Http2Session::TakeContent(Direction direction, size_t bytes) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.state == State::kRaw) return half.raw;
  if (half.state != State::kPayload || half.type != kFrameData || half.remaining <= bytes) return 0;
  Http2Stream* stream = streams_.Find(half.stream);
  if (stream == nullptr) return 0;
  Http2Stream::Half& body = stream->halves[Index(direction)];
  if (body.body == 0 || (body.has_length && body.remaining < bytes)) return 0;
  half.remaining -= static_cast<uint32_t>(bytes);
  if (body.has_length) body.remaining -= bytes;
  return body.body;
}

size_t Http2Session::Advance(Context& c, ByteView input) noexcept {
  switch (c.half.state) {
    case State::kPreface: return ReadPreface(c, input);
    case State::kFrameHeader: return ReadFrameHeader(c, input);
    case State::kPadLength:
      c.out.Framing(input.First(1));
      c.half.padding = input[0];
      // RFC 9113, 6.1: padding that does not fit breaks the connection.
      if (c.half.padding + 1u > c.half.remaining) Fail(c, AnomalyKind::kMalformedProtocol);
      else c.half.remaining -= c.half.padding + 1u;
      if (c.half.state != State::kRaw) NextPart(c);
      return 1;
    case State::kPrefix: return ReadPrefix(c, input);
    case State::kPayload: return ReadPayload(c, input);
    case State::kPadding: {
      const ByteView padding = input.First(c.half.padding);
      c.half.padding = static_cast<uint8_t>(c.half.padding - padding.size());
      const size_t taken = ReadOther(c, padding);
      if (c.half.padding == 0) FinishFrame(c);
      return taken;
    }
    case State::kRaw:
      c.out.Data(c.out.BeginOnce(c.half.raw, last_object_, memory_, Part::kTcpStream, c.direction), input);
      return input.size();
  }
  return input.size();
}

// Each byte is checked as it comes, so that what is no preface goes to raw whole.
size_t Http2Session::ReadPreface(Context& c, ByteView input) noexcept {
  size_t taken = 0;
  while (taken < input.size() && c.half.got < kPreface.size() && input[taken] == static_cast<uint8_t>(kPreface[c.half.got])) {
    ++taken;
    ++c.half.got;
  }
  c.out.Framing(input.First(taken));
  if (c.half.got == kPreface.size()) {
    c.half.state = State::kFrameHeader;
    c.half.got = 0;
  } else if (taken < input.size()) {
    Fail(c, AnomalyKind::kMalformedProtocol);
  }
  return taken;
}

size_t Http2Session::ReadFrameHeader(Context& c, ByteView input) noexcept {
  Half& half = c.half;
  const ByteView bytes = input.First(kFrameHeader - half.got);
  std::memcpy(half.header + half.got, bytes.data(), bytes.size());
  half.got = static_cast<uint8_t>(half.got + bytes.size());
  c.out.Framing(bytes);
  if (half.got < kFrameHeader) return bytes.size();
  half.got = 0;
  half.remaining = LoadBe32(half.header) >> 8;
  half.type = half.header[3];
  half.flags = half.header[4];
  half.stream = LoadBe32(half.header + 5) & kStreamMask;
  if (!BeginFrame(c)) Fail(c, AnomalyKind::kMalformedProtocol);
  else if (half.state != State::kPadLength) NextPart(c);
  return bytes.size();
}

// What breaks the connection: RFC 9113, 6.1, 6.2, 6.6, 6.10.
bool Http2Session::BeginFrame(Context& c) noexcept {
  Half& half = c.half;
  half.padding = 0;
  half.prefix_wanted = 0;
  if (half.in_block != (half.type == kFrameContinuation)) return false;
  const bool may_be_padded = half.type == kFrameData || half.type == kFrameHeaders || half.type == kFramePushPromise;
  if (may_be_padded || half.type == kFrameContinuation) {
    if (half.stream == 0) return false;
  }
  if (half.type == kFrameHeaders && (half.flags & kFlagPriority) != 0) half.prefix_wanted = 5;
  if (half.type == kFramePushPromise) half.prefix_wanted = 4;
  const uint32_t fixed = half.prefix_wanted + ((half.flags & kFlagPadded) != 0 && may_be_padded ? 1u : 0u);
  if (fixed > half.remaining) return false;
  if (half.type == kFrameHeaders || half.type == kFramePushPromise) {
    half.block_ends_stream = half.type == kFrameHeaders && (half.flags & kFlagEndStream) != 0;
    if (!BeginBlock(c)) return false;
  }
  if (half.type == kFrameReset) {
    Http2Stream* stream = streams_.Find(half.stream);
    if (stream != nullptr) {
      for (Http2Stream::Half& each : stream->halves) {
        if (each.body != 0) c.out.End(each.body, false);
      }
      Http2Streams::Close(*stream);
    }
  }
  half.state = (half.flags & kFlagPadded) != 0 && may_be_padded ? State::kPadLength : State::kFrameHeader;
  return true;
}

bool Http2Session::BeginBlock(Context& c) noexcept {
  Half& half = c.half;
  if (half.scratch == nullptr) {
    void* slot = memory_.Claim();
    if (slot == nullptr) return false;  // SessionMemory is sized so that this cannot be
    half.scratch = new (slot) Http2Scratch;
  }
  half.scratch->head = Http2Head();
  half.in_block = true;
  half.head = ++last_object_;
  c.out.Begin(memory_.Describe(HeadPart(c), c.direction, half.head));
  return true;
}

Part Http2Session::HeadPart(const Context& c) const noexcept {
  // The request of a PUSH_PROMISE comes from the server.
  const bool is_request = c.direction == Direction::kUpload || c.half.type == kFramePushPromise;
  return is_request ? Part::kHttpRequestHead : Part::kHttpResponseHead;
}

// Behind the pad length: prefix, payload, padding; those that are empty are passed over.
void Http2Session::NextPart(Context& c) noexcept {
  Half& half = c.half;
  if (half.prefix_wanted > 0) {
    half.state = State::kPrefix;
    return;
  }
  half.state = State::kPayload;
  // A block may end with a frame that has no bytes for it.
  const bool empty_block = half.remaining == 0 && half.in_block && (half.flags & kFlagEndHeaders) != 0;
  if (empty_block) ReadBlock(c, {});
  if (half.state != State::kPayload || half.remaining > 0) return;
  half.state = State::kPadding;
  if (half.padding == 0) FinishFrame(c);
}

size_t Http2Session::ReadPrefix(Context& c, ByteView input) noexcept {
  Half& half = c.half;
  const ByteView bytes = input.First(half.prefix_wanted);
  std::memcpy(half.prefix + half.got, bytes.data(), bytes.size());
  half.got = static_cast<uint8_t>(half.got + bytes.size());
  half.prefix_wanted = static_cast<uint8_t>(half.prefix_wanted - bytes.size());
  half.remaining -= static_cast<uint32_t>(bytes.size());
  c.out.Framing(bytes);
  if (half.prefix_wanted > 0) return bytes.size();
  half.got = 0;
  if (half.type == kFramePushPromise) half.stream = LoadBe32(half.prefix) & kStreamMask;
  NextPart(c);
  return bytes.size();
}

size_t Http2Session::ReadPayload(Context& c, ByteView input) noexcept {
  const ByteView payload = input.First(c.half.remaining);
  size_t taken = 0;
  if (c.half.in_block) {
    taken = ReadBlock(c, payload);
  } else {
    c.half.remaining -= static_cast<uint32_t>(payload.size());
    taken = c.half.type == kFrameData ? ReadData(c, payload) : ReadOther(c, payload);
  }
  if (c.half.state != State::kPayload || c.half.remaining > 0) return taken;
  c.half.state = State::kPadding;
  if (c.half.padding == 0) FinishFrame(c);
  return taken;
}

void Http2Session::FinishFrame(Context& c) noexcept {
  Half& half = c.half;
  half.state = State::kFrameHeader;
  half.got = 0;
  if (half.type != kFrameData || (half.flags & kFlagEndStream) == 0) return;
  Http2Stream* stream = StreamOf(c, half.stream);
  if (stream != nullptr) EndStream(c, *stream);
}

void Http2Session::Fail(Context& c, AnomalyKind anomaly) noexcept {
  if (c.half.head != 0) c.out.End(c.half.head, false);
  c.half.head = 0;
  c.half.in_block = false;
  c.out.Anomaly(anomaly);
  c.half.state = State::kRaw;
  c.half.lossy = false;
}

void Http2Session::Gap(Direction direction, uint64_t bytes, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  Context c{half, direction, PieceWriter(out)};
  if (half.state == State::kRaw) {
    half.lossy = true;
    return;
  }
  const bool within_data = half.state == State::kPayload && half.type == kFrameData && !half.in_block && bytes < half.remaining;
  if (!within_data) return Fail(c, AnomalyKind::kProtocolGap);
  half.remaining -= static_cast<uint32_t>(bytes);
  Http2Stream* stream = streams_.Find(half.stream);
  if (stream == nullptr) return;
  Http2Stream::Half& side = stream->halves[Index(direction)];
  side.lossy = true;
  side.remaining -= std::min<uint64_t>(side.remaining, bytes);
}

void Http2Session::End(Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.raw != 0) writer.End(half.raw, !half.lossy);
  if (half.head != 0) writer.End(half.head, false);
  if (half.other != 0) writer.End(half.other, true);
  half.raw = half.head = half.other = 0;
  for (Http2Stream& stream : streams_) {
    Http2Stream::Half& side = stream.halves[Index(direction)];
    if (stream.id == 0 || side.body == 0) continue;
    writer.End(side.body, false);
    side.body = 0;
  }
  half.in_block = false;
  half.state = State::kRaw;
}

}  // namespace sluice::protocol
