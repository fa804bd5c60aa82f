// What the frames of HTTP/2 carry: header blocks and their fields, bodies, and the streams they belong to (RFC 9113, 8).
#include <algorithm>
#include <cstring>

#include "dataplane/protocol/http2_frame.h"
#include "dataplane/protocol/http2_session.h"

namespace sluice::protocol {

using content::Direction;
using content::Part;

// One field at a time; REQUIRES: `input` is of this block and this frame.
size_t Http2Session::ReadBlock(Context& c, ByteView input) noexcept {
  Half& half = c.half;
  size_t taken = 0;
  bool more = true;
  while (more && !c.pause) {
    const ByteView rest = input.From(taken);
    const bool is_last = rest.size() == half.remaining && (half.flags & kFlagEndHeaders) != 0;
    const HpackReader::Step step = half.scratch->hpack.Next(rest, is_last);
    taken += step.consumed;
    half.remaining -= static_cast<uint32_t>(step.consumed);
    switch (step.outcome) {
      case HpackReader::Outcome::kField: TakeField(c, step.name, step.value); break;
      case HpackReader::Outcome::kMore: more = false; break;
      case HpackReader::Outcome::kEnd:
        more = false;
        half.in_block = false;
        break;
      case HpackReader::Outcome::kMalformed:
      case HpackReader::Outcome::kExhausted: {
        const bool exhausted = step.outcome == HpackReader::Outcome::kExhausted;
        c.out.Framing(input.First(taken));
        Fail(c, exhausted ? AnomalyKind::kOversizedHeader : AnomalyKind::kMalformedProtocol);
        return taken;
      }
    }
  }
  c.out.Framing(input.First(taken));
  FlushText(c);
  // A block that was paused before its end has bytes or its end still to come: `in_block` stays.
  if (!half.in_block) FinishBlock(c);
  return taken;
}

// The decoded field is inspected as a line. One that does not fit into the text stands where the library keeps it until the
// next is read.
void Http2Session::TakeField(Context& c, std::string_view name, std::string_view value) noexcept {
  Http2Scratch& scratch = *c.half.scratch;
  scratch.head.Take(name, value);
  constexpr std::string_view kColon = ": ", kEnd = "\r\n";
  const size_t size = name.size() + kColon.size() + value.size() + kEnd.size();
  if (size <= scratch.text.size() - scratch.text_size) {
    for (const std::string_view part : {name, kColon, value, kEnd}) {
      std::memcpy(scratch.text.data() + scratch.text_size, part.data(), part.size());
      scratch.text_size += part.size();
    }
    return;
  }
  FlushText(c);
  for (const std::string_view part : {name, kColon, value, kEnd}) {
    if (!part.empty()) c.out.Inserted(c.half.head, ByteView(part));
  }
  c.pause = true;
}

void Http2Session::FlushText(Context& c) noexcept {
  Http2Scratch& scratch = *c.half.scratch;
  const size_t begin = scratch.text_handed_on;
  if (scratch.text_size > begin) {
    const auto* text = reinterpret_cast<const uint8_t*>(scratch.text.data());
    c.out.Inserted(c.half.head, ByteView(text + begin, scratch.text_size - begin));
  }
  scratch.text_handed_on = scratch.text_size;
}

void Http2Session::FinishBlock(Context& c) noexcept {
  Half& half = c.half;
  Http2Head& head = half.scratch->head;
  c.out.End(half.head, true);
  half.head = 0;
  const bool is_request = c.direction == Direction::kUpload || half.type == kFramePushPromise;
  if (is_request) c.out.Name(NameKind::kHost, head.host());
  c.out.Name(is_request ? NameKind::kUserAgent : NameKind::kVersion, head.agent());
  if (head.ambiguous()) c.out.Anomaly(AnomalyKind::kAmbiguousFraming);
  c.pause = true;  // names point into the scratch
  Http2Stream* stream = StreamOf(c, half.stream);
  if (stream == nullptr) return;
  if (is_request) stream->path.Assign(head.path());
  // RFC 9110, 15.2: behind an interim response comes the response proper.
  const bool has_body = half.type != kFramePushPromise && !half.block_ends_stream && !head.is_interim();
  if (has_body && stream->halves[Index(c.direction)].body == 0) BeginBody(c, *stream);
  if (half.block_ends_stream) EndStream(c, *stream);
}

void Http2Session::BeginBody(Context& c, Http2Stream& stream) noexcept {
  if (!HasRoomForBody(c)) return;
  Http2Stream::Half& side = stream.halves[Index(c.direction)];
  Http2Head& head = c.half.scratch->head;
  content::ObjectDescription& description = head.description();
  if (description.name.empty()) description.name.Assign(stream.path.view());
  side.has_length = head.has_length() && !head.ambiguous();
  side.remaining = head.length();
  side.lossy = false;
  description.number = side.body = ++last_object_;
  description.part = c.direction == Direction::kUpload ? Part::kHttpRequestBody : Part::kHttpResponseBody;
  description.direction = c.direction;
  if (head.is_part()) c.out.Anomaly(AnomalyKind::kPartialObject);
  c.out.Begin(description);
}

size_t Http2Session::ReadData(Context& c, ByteView input) noexcept {
  Http2Stream* stream = StreamOf(c, c.half.stream);
  if (stream == nullptr) return ReadOther(c, input);
  Http2Stream::Half& side = stream->halves[Index(c.direction)];
  if (side.body == 0 && !HasRoomForBody(c)) return ReadOther(c, input);
  if (side.body == 0) {  // its head was not seen
    content::ObjectDescription& description =
        memory_.Describe(c.direction == Direction::kUpload ? Part::kHttpRequestBody : Part::kHttpResponseBody, c.direction, ++last_object_);
    description.name.Assign(stream->path.view());
    side.body = description.number;
    c.out.Begin(description);
  }
  // RFC 9113, 8.1.1: a length that is not that of the DATA frames. A translator to HTTP/1 makes two messages of it.
  if (side.has_length && input.size() > side.remaining) {
    c.out.Anomaly(AnomalyKind::kAmbiguousFraming);
    side.has_length = false;
  }
  if (side.has_length) side.remaining -= input.size();
  c.out.Data(side.body, input);
  return input.size();
}

// What is neither fields nor content, and could carry either.
size_t Http2Session::ReadOther(Context& c, ByteView input) noexcept {
  if (input.empty()) return 0;
  const Part part = c.direction == Direction::kUpload ? Part::kHttpRequestHead : Part::kHttpResponseHead;
  c.out.Data(c.out.BeginOnce(c.half.other, last_object_, memory_, part, c.direction), input);
  return input.size();
}

void Http2Session::EndStream(Context& c, Http2Stream& stream) noexcept {
  Http2Stream::Half& side = stream.halves[Index(c.direction)];
  if (side.body != 0) {
    const bool cut_short = side.has_length && side.remaining > 0;
    if (cut_short && !side.lossy) c.out.Anomaly(AnomalyKind::kAmbiguousFraming);
    c.out.End(side.body, !side.lossy && !cut_short);
  }
  side.body = 0;
  side.ended = true;
  if (stream.halves[Index(Opposite(c.direction))].ended) Http2Streams::Close(stream);
}

Http2Stream* Http2Session::StreamOf(Context& c, uint32_t id) noexcept {
  Http2Stream* stream = streams_.Find(id);
  if (stream == nullptr) stream = streams_.Open(id);
  if (stream == nullptr && streams_.Forget(c.direction)) stream = streams_.Open(id);
  if (stream == nullptr) NoteLimit(c);
  return stream;
}

bool Http2Session::HasRoomForBody(Context& c) noexcept {
  size_t open = 0;
  for (const Http2Stream& stream : streams_) open += stream.id != 0 && stream.halves[Index(c.direction)].body != 0 ? 1 : 0;
  if (open < kMaxBodies) return true;
  NoteLimit(c);
  return false;
}

// Once: what has no place is inspected all the same, in one object with everything else that has none.
void Http2Session::NoteLimit(Context& c) noexcept {
  if (!limit_noted_) c.out.Anomaly(AnomalyKind::kStreamLimit);
  limit_noted_ = true;
}

}  // namespace sluice::protocol
