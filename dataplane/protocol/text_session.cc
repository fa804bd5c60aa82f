#include "dataplane/protocol/text_session.h"

#include <algorithm>

namespace sluice::protocol {
namespace {

constexpr size_t kPiecesPerStep = 12;  // of OnLine, and those around it

}  // namespace

TextSession::~TextSession() {
  for (Half& half : halves_) half.lines.Drop(memory_);
}

FeedResult TextSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], halves_[Index(Opposite(direction))], direction, PieceWriter(out)};
  c.half.seen = true;
  size_t consumed = 0;
  while (consumed < input.size() && c.out.room() >= kPiecesPerStep && !c.hand_over && !c.pause) {
    consumed += Advance(c, input.From(consumed));
  }
  return {consumed, c.hand_over};
}

size_t TextSession::Advance(Context& c, ByteView input) noexcept {
  switch (c.half.mode) {
    case Mode::kLines: return ReadLine(c, input);
    case Mode::kDotted: return ReadDotted(c, input);
    case Mode::kCounted: return ReadCounted(c, input);
    case Mode::kRaw: c.out.Data(ContentOf(c), input); return input.size();
  }
  return input.size();
}

size_t TextSession::ReadLine(Context& c, ByteView input) noexcept {
  const LineReader::Line line = c.half.lines.Next(input, memory_);
  c.out.Data(ControlOf(c), input.First(line.consumed));
  if (!line.whole) return line.consumed;
  if (line.oversized) c.out.Anomaly(AnomalyKind::kOversizedLine);
  if (IsTextLine(line.text)) OnLine(c, line.text);
  else Fail(c, AnomalyKind::kMalformedProtocol);
  return line.consumed;
}

size_t TextSession::ReadDotted(Context& c, ByteView input) noexcept {
  const content::ObjectNumber number = ContentOf(c);
  const DotReader::Step step = c.half.dots.Next(input);
  const ByteView bytes = input.First(step.consumed);
  if (step.framing) c.out.Framing(bytes);
  else c.out.Data(number, bytes);
  if (step.ambiguous && !c.half.ambiguous) {
    c.half.ambiguous = true;
    c.out.Anomaly(AnomalyKind::kAmbiguousFraming);
  }
  if (step.ended) {
    EndContent(c.half, !c.half.content_lossy, c.out);
    OnContentEnd(c);
  }
  return step.consumed;
}

size_t TextSession::ReadCounted(Context& c, ByteView input) noexcept {
  const size_t n = static_cast<size_t>(std::min<uint64_t>(c.half.remaining, input.size()));
  c.out.Data(ContentOf(c), input.First(n));
  c.half.remaining -= n;
  if (c.half.remaining > 0) return n;
  c.half.mode = Mode::kLines;
  if (c.half.is_last) EndContent(c.half, !c.half.content_lossy, c.out);
  OnContentEnd(c);
  return n;
}

content::ObjectNumber TextSession::TakeContent(content::Direction direction, size_t bytes) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.mode == Mode::kRaw) return half.content;
  if (half.mode != Mode::kCounted || half.remaining <= bytes || half.part == control_part_) return 0;
  if (half.content != 0) half.remaining -= bytes;
  return half.content;
}

void TextSession::ExpectDotted(Half& half, content::Part part) noexcept {
  half.mode = Mode::kDotted;
  half.part = part;
  half.dots = DotReader();
  half.begun = half.ambiguous = false;
  half.is_last = true;
  half.content_lossy = false;
}

void TextSession::ExpectCounted(Half& half, content::Part part, uint64_t bytes) noexcept {
  half.begun = half.ambiguous = false;
  half.is_last = true;
  if (half.content == 0) half.content_lossy = false;
  if (bytes == 0) return;
  half.mode = Mode::kCounted;
  half.part = part;
  half.remaining = bytes;
}

void TextSession::Refuse(Half& half, PieceWriter& out) noexcept {
  if (half.mode != Mode::kDotted && half.mode != Mode::kCounted) return;
  half.mode = Mode::kLines;
  if (!half.begun) return;
  out.Anomaly(AnomalyKind::kAmbiguousFraming);
  EndContent(half, false, out);
}

content::ObjectNumber TextSession::ControlOf(Context& c) noexcept {
  if (c.half.control == 0) {
    c.half.control = ++last_object_;
    c.out.Begin(memory_.Describe(control_part_, c.direction, c.half.control));
  }
  return c.half.control;
}

content::ObjectNumber TextSession::ContentOf(Context& c) noexcept {
  if (c.half.part == control_part_ && c.half.mode != Mode::kRaw) return ControlOf(c);
  c.half.begun = true;
  if (c.half.content != 0) return c.half.content;
  c.half.content = ++last_object_;
  const content::Part part = c.half.mode == Mode::kRaw ? content::Part::kTcpStream : c.half.part;
  content::ObjectDescription& description = memory_.Describe(part, c.direction, c.half.content);
  if (c.half.mode != Mode::kRaw) Describe(description);
  c.out.Begin(description);
  return c.half.content;
}

void TextSession::EndContent(Half& half, bool complete, PieceWriter& out) noexcept {
  if (half.content != 0) out.End(half.content, complete);
  half.content = 0;
  if (half.mode == Mode::kDotted || half.mode == Mode::kCounted) half.mode = Mode::kLines;
}

void TextSession::EndObjects(Half& half, PieceWriter& out) noexcept {
  // Counted or dotted content was not over; raw bytes are.
  EndContent(half, half.mode == Mode::kRaw && !half.content_lossy, out);
  if (half.control != 0) out.End(half.control, !half.control_lossy);
  half.control = 0;
}

void TextSession::Fail(Context& c, AnomalyKind anomaly) noexcept {
  EndContent(c.half, false, c.out);
  c.out.Anomaly(anomaly);
  c.half.lines.Drop(memory_);
  c.half.mode = Mode::kRaw;
}

void TextSession::HandOver(Context& c) noexcept {
  for (Half& half : halves_) EndObjects(half, c.out);
  c.hand_over = true;
}

void TextSession::Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], halves_[Index(Opposite(direction))], direction, PieceWriter(out)};
  Half& half = c.half;
  switch (half.mode) {
    case Mode::kRaw: half.content_lossy = true; return;
    case Mode::kDotted:
      half.content_lossy = true;
      half.dots.Skip();
      return;
    case Mode::kCounted:
      half.content_lossy = true;
      if (bytes < half.remaining) {
        half.remaining -= bytes;
        return;
      }
      half.mode = Mode::kLines;
      if (half.is_last || bytes > half.remaining) EndContent(half, false, c.out);
      if (bytes == half.remaining) return OnContentEnd(c);
      break;
    case Mode::kLines: break;
  }
  // What follows is read as lines again: mostly whole segments are lost, and what is no command is passed over.
  half.control_lossy = true;
  half.lines.Drop(memory_);
  c.out.Anomaly(AnomalyKind::kProtocolGap);
}

void TextSession::End(content::Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  EndObjects(half, writer);
  half.lines.Drop(memory_);
  half.mode = Mode::kRaw;
}

}  // namespace sluice::protocol
