#include "dataplane/protocol/http1_session.h"

#include <algorithm>
#include <new>
#include <utility>

#include "dataplane/protocol/http1_probe.h"

namespace sluice::protocol {
namespace {

using content::Direction;
using content::Part;

// The most pieces that one step appends; a step begins only when there is room for them.
constexpr size_t kPiecesPerStep = 12;

uint32_t HashOf(std::string_view name) {  // FNV-1a
  uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash;
}

bool IsTokenByte(uint8_t c) { return c > ' ' && c < 0x7F; }

}  // namespace

struct Http1Session::Context {
  Half& half;
  Half& other;
  Direction direction;
  bool is_request;
  PieceWriter out;
};

Http1Session::~Http1Session() {
  for (Half& half : halves_) {
    if (half.head != nullptr) memory_.Release(half.head);
  }
}

FeedResult Http1Session::Feed(Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  LearnRoles(direction, input);
  Context c{halves_[Index(direction)], halves_[Index(Opposite(direction))], direction, IsRequestSide(direction),
            PieceWriter(out)};
  c.half.seen = true;
  size_t consumed = 0;
  bool run_starts = true;
  while (consumed < input.size() && c.out.room() >= kPiecesPerStep) {
    const Step step = Advance(c, input.From(consumed), run_starts);
    consumed += step.consumed;
    run_starts = false;
    if (step.hand_over) return {consumed, true, step.websocket};
  }
  return {consumed, false};
}

content::ObjectNumber Http1Session::TakeContent(Direction direction, size_t bytes) noexcept {
  Half& half = halves_[Index(direction)];
  switch (half.state) {
    case State::kLength:
      if (half.remaining <= bytes) return 0;  // its end is for Feed
      half.remaining -= bytes;
      return half.object;
    case State::kUntilClose:
    case State::kRaw: return half.object;
    default: return 0;
  }
}

// The first bytes of a connection say which side asks: they may contradict the direction that a midstream pickup guessed.
void Http1Session::LearnRoles(Direction direction, ByteView input) noexcept {
  if (halves_[0].seen || halves_[1].seen) return;
  const std::string_view status = "HTTP/";
  const std::string_view start = input.First(status.size()).AsText();
  roles_swapped_ = direction == Direction::kUpload ? start == status : ProbeRequestLine(input) == Certainty::kYes;
}

Http1Session::Step Http1Session::Advance(Context& c, ByteView input, bool run_starts) noexcept {
  if (c.half.state == State::kResync && run_starts) {
    const Certainty starts = c.is_request ? ProbeRequestLine(input) : ProbeStatusLine(input);
    if (starts == Certainty::kYes) {
      EndObjects(c, !c.half.lossy);
      c.half.state = State::kBetween;
    }
  }
  switch (c.half.state) {
    case State::kBetween: return ReadBetween(c, input);
    case State::kHead: return ReadHead(c, input);
    case State::kLength: return ReadLength(c, input);
    case State::kChunked: return ReadChunked(c, input);
    case State::kTunnelWait:
      // A capture of one side alone will not show the answer: what follows a CONNECT is taken for the tunnel.
      if (!c.other.seen) return {0, true};
      return ReadRaw(c, input);
    case State::kUntilClose:
    case State::kResync:
    case State::kRaw: return ReadRaw(c, input);
  }
  return {};
}

// RFC 9112, 2.2: empty lines before a start line are ignored.
Http1Session::Step Http1Session::ReadBetween(Context& c, ByteView input) noexcept {
  const auto* start = std::find_if(input.begin(), input.end(), [](uint8_t b) { return b != '\r' && b != '\n'; });
  const size_t empty = static_cast<size_t>(start - input.begin());
  c.out.Framing(input.First(empty));
  if (empty == input.size()) return {empty, false};
  if (c.half.offers_upgrade && !c.other.seen && !IsTokenByte(*start)) return {empty, true, c.half.offers_websocket};  // as for a tunnel

  void* slot = memory_.Claim();
  if (slot == nullptr) {  // SessionMemory is sized so that this cannot be
    Fail(c, AnomalyKind::kAmbiguousFraming, State::kRaw);
    return {empty, false};
  }
  c.half.head = new (slot) Http1Head(c.is_request);
  c.half.lines = HeaderLines();
  c.half.lossy = false;
  c.half.head_bytes = 0;
  c.half.oversized = false;
  c.half.state = State::kHead;
  c.half.object = BeginPlain(c, c.is_request ? Part::kHttpRequestHead : Part::kHttpResponseHead);
  return {empty, false};
}

Http1Session::Step Http1Session::ReadHead(Context& c, ByteView input) noexcept {
  const HeaderLines::Outcome lines = c.half.lines.Scan(input);
  const size_t taken = c.half.head->Read(input.First(lines.accepted));
  c.out.Data(c.half.object, input.First(taken));
  CountHeadBytes(c, taken);
  const State broken = c.half.understood ? State::kRaw : State::kResync;
  if (c.half.head->refused()) {
    Fail(c, c.half.head->reason(), broken);
  } else if (lines.verdict == HeaderLines::Verdict::kEnd) {
    return FinishHead(c, taken);
  } else if (lines.verdict != HeaderLines::Verdict::kMore) {
    Fail(c, AnomalyKind::kAmbiguousFraming, broken);
  }
  return {taken, false};
}

Http1Session::Step Http1Session::FinishHead(Context& c, size_t consumed) noexcept {
  Http1Head& head = *c.half.head;
  if (!head.complete()) {  // HeaderLines sees an end that llhttp does not see
    Fail(c, AnomalyKind::kAmbiguousFraming, State::kRaw);
    return {consumed, false};
  }
  EndObjects(c, true);
  c.half.understood = true;
  if (c.is_request) c.out.Name(NameKind::kHost, head.host());
  c.out.Name(c.is_request ? NameKind::kUserAgent : NameKind::kVersion, head.agent());

  RequestMethod asked = RequestMethod::kOther;
  if (c.is_request) NoteRequest(c);
  else asked = NoteResponse(c);
  BodyKind body = head.DecideBody(asked);
  const bool is_connect = c.is_request && head.method() == RequestMethod::kConnect;
  if (is_connect && body != BodyKind::kNone) body = BodyKind::kAmbiguous;  // RFC 9110, 9.3.6: content has no meaning

  switch (body) {
    case BodyKind::kNone: c.half.state = is_connect ? State::kTunnelWait : State::kBetween; break;
    case BodyKind::kAmbiguous: Fail(c, AnomalyKind::kAmbiguousFraming, State::kRaw); return {consumed, false};
    case BodyKind::kTunnel: {
      Context other{c.other, c.half, Opposite(c.direction), !c.is_request, c.out};
      EndObjects(other, c.other.state == State::kTunnelWait && !c.other.lossy);
      const bool websocket = head.names_websocket();
      RetireHead(c.other);
      RetireHead(c.half);
      return {consumed, true, websocket};
    }
    default: BeginBody(c, body); break;
  }
  RetireHead(c.half);
  return {consumed, false};
}

void Http1Session::NoteRequest(Context& c) noexcept {
  Http1Head& head = *c.half.head;
  c.half.offers_upgrade = head.offers_upgrade();
  c.half.offers_websocket = head.names_websocket();
  if (requests_.empty()) requested_name_.Assign(head.description().name.view());
  if (requests_.Push(head.method())) return;
  // In a capture of one side alone nothing ever answers: the oldest is forgotten.
  if (c.other.seen) c.out.Anomaly(AnomalyKind::kAmbiguousFraming);
  requests_.Pop();
  (void)requests_.Push(head.method());
}

RequestMethod Http1Session::NoteResponse(Context& c) noexcept {
  Http1Head& head = *c.half.head;
  const uint16_t status = head.status();
  const RequestMethod asked = requests_.Front();
  if (status / 100 == 1 && status != 101) return asked;  // RFC 9110, 15.2: interim, the response proper follows
  requests_.Pop();
  if (head.description().name.empty()) head.description().name.Assign(requested_name_.view());
  requested_name_.Clear();
  const bool refused_tunnel = asked == RequestMethod::kConnect && status / 100 != 2;
  if (refused_tunnel && c.other.state == State::kTunnelWait && c.other.object == 0) c.other.state = State::kBetween;
  return asked;
}

void Http1Session::BeginBody(Context& c, BodyKind kind) noexcept {
  c.half.lossy = false;
  c.half.more_follows = false;
  if (!c.is_request || !JoinParts(c)) {
    content::ObjectDescription& description = c.half.head->description();
    description.number = ++last_object_;
    description.part = c.is_request ? Part::kHttpRequestBody : Part::kHttpResponseBody;
    description.direction = c.direction;
    if (!c.is_request && c.half.head->is_partial() && !c.half.head->range().is_whole()) c.out.Anomaly(AnomalyKind::kPartialObject);
    c.out.Begin(description);
    c.half.object = description.number;
  }
  c.half.head_bytes = 0;
  c.half.oversized = false;
  c.half.remaining = c.half.head->content_length();
  c.half.chunks = ChunkFraming();
  c.half.state = kind == BodyKind::kLength    ? State::kLength
                 : kind == BodyKind::kChunked ? State::kChunked
                                              : State::kUntilClose;
}

// A file that is uploaded part by part is one object as long as each part begins where the last ended. True: it goes on.
bool Http1Session::JoinParts(Context& c) noexcept {
  const Http1Head& head = *c.half.head;
  if (!head.is_partial()) {
    EndParted(c.out);
    return false;
  }
  const ByteRange& range = head.range();
  const uint64_t end = range.end != 0 ? range.end : range.first + head.content_length();
  const uint32_t name_hash = HashOf(c.half.head->description().name.view());
  // A body that is not as long as its range says may be put anywhere by the server.
  const bool fits = head.content_length() == 0 || range.first + head.content_length() == end;
  const bool goes_on = fits && parted_.object != 0 && parted_.next == range.first && parted_.name_hash == name_hash;
  c.half.more_follows = end != range.whole;
  if (goes_on) {
    c.half.object = std::exchange(parted_.object, 0);
    c.half.lossy = parted_.lossy;
  } else {
    EndParted(c.out);
    c.half.lossy = range.first > 0 || !fits;
    if (c.half.lossy) c.out.Anomaly(AnomalyKind::kPartialObject);
  }
  parted_.next = end;
  parted_.name_hash = name_hash;
  return goes_on;
}

// REQUIRES: the body came to its end as its framing says.
void Http1Session::EndBody(Context& c) noexcept {
  if (c.half.more_follows) {
    parted_.object = std::exchange(c.half.object, 0);
    parted_.lossy = c.half.lossy;
  }
  EndObjects(c, !c.half.lossy);
  c.half.state = State::kBetween;
}

// Whether more would have come, nobody said; or it did not come.
void Http1Session::EndParted(PieceWriter& out) noexcept {
  if (parted_.object != 0) out.End(std::exchange(parted_.object, 0), false);
}

Http1Session::Step Http1Session::ReadLength(Context& c, ByteView input) noexcept {
  const size_t n = static_cast<size_t>(std::min<uint64_t>(c.half.remaining, input.size()));
  c.out.Data(c.half.object, input.First(n));
  c.half.remaining -= n;
  if (c.half.remaining == 0) EndBody(c);
  return {n, false};
}

Http1Session::Step Http1Session::ReadChunked(Context& c, ByteView input) noexcept {
  const ChunkFraming::Step step = c.half.chunks.Next(input);
  const ByteView bytes = input.First(step.consumed);
  switch (step.kind) {
    case ChunkFraming::Kind::kData: c.out.Data(c.half.object, bytes); break;
    case ChunkFraming::Kind::kFraming: c.out.Framing(bytes); break;
    case ChunkFraming::Kind::kTrailer:
    case ChunkFraming::Kind::kExtension:
      if (c.half.extension == 0) {
        c.half.extension = BeginPlain(c, c.is_request ? Part::kHttpRequestHead : Part::kHttpResponseHead);
      }
      c.out.Data(c.half.extension, bytes);
      CountHeadBytes(c, bytes.size());
      break;
    case ChunkFraming::Kind::kInvalid: Fail(c, AnomalyKind::kAmbiguousFraming, State::kRaw); return {0, false};
  }
  if (c.half.chunks.done()) EndBody(c);
  return {step.consumed, false};
}

Http1Session::Step Http1Session::ReadRaw(Context& c, ByteView input) noexcept {
  if (c.half.object == 0) c.half.object = BeginPlain(c, Part::kTcpStream);
  c.out.Data(c.half.object, input);
  return {input.size(), false};
}

void Http1Session::CountHeadBytes(Context& c, size_t bytes) noexcept {
  c.half.head_bytes += bytes;
  if (c.half.head_bytes <= kMaxHeadBytes || c.half.oversized) return;
  c.half.oversized = true;
  c.out.Anomaly(AnomalyKind::kOversizedHeader);
}

content::ObjectNumber Http1Session::BeginPlain(Context& c, Part part) noexcept {
  const content::ObjectDescription& description = memory_.Describe(part, c.direction, ++last_object_);
  c.out.Begin(description);
  return description.number;
}

void Http1Session::EndObjects(Context& c, bool complete) noexcept {
  if (c.half.object != 0) c.out.End(c.half.object, complete);
  if (c.half.extension != 0) c.out.End(c.half.extension, complete);
  c.half.object = 0;
  c.half.extension = 0;
}

void Http1Session::RetireHead(Half& half) noexcept {
  if (half.head != nullptr) memory_.Retire(half.head);
  half.head = nullptr;
}

void Http1Session::Fail(Context& c, AnomalyKind anomaly, State next) noexcept {
  EndObjects(c, false);
  RetireHead(c.half);
  c.out.Anomaly(anomaly);
  c.half.lossy = false;
  c.half.state = next;
}

void Http1Session::Gap(Direction direction, uint64_t bytes, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], halves_[Index(Opposite(direction))], direction, IsRequestSide(direction),
            PieceWriter(out)};
  switch (c.half.state) {
    case State::kLength:
      if (bytes > c.half.remaining) break;
      c.half.remaining -= bytes;
      c.half.lossy = true;
      if (c.half.remaining == 0) EndBody(c);
      return;
    case State::kChunked:
      if (!c.half.chunks.SkipLost(bytes)) break;
      c.half.lossy = true;
      return;
    case State::kUntilClose:
    case State::kTunnelWait:
    case State::kResync:
    case State::kRaw: c.half.lossy = true; return;
    case State::kBetween:
    case State::kHead: break;
  }
  // Heads were lost with it: which response answers which request is not known any more.
  requests_.Clear();
  requested_name_.Clear();
  Fail(c, AnomalyKind::kProtocolGap, State::kResync);
}

void Http1Session::End(Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], halves_[Index(Opposite(direction))], direction, IsRequestSide(direction),
            PieceWriter(out)};
  const bool open_ended = c.half.state == State::kUntilClose || c.half.state == State::kRaw ||
                          c.half.state == State::kResync || c.half.state == State::kTunnelWait;
  EndObjects(c, open_ended && !c.half.lossy);
  if (c.is_request) EndParted(c.out);
  RetireHead(c.half);
  c.half.state = State::kRaw;
}

}  // namespace sluice::protocol
