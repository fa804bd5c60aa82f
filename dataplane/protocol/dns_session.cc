#include "dataplane/protocol/dns_session.h"

#include <algorithm>
#include <cstring>

namespace sluice::protocol {
namespace {

using content::Part;

constexpr size_t kHeader = 12, kMaxName = 255, kQuestionTail = 4;
constexpr uint8_t kPointer = 0xc0;
constexpr size_t kPiecesPerStep = 8;

// RFC 1035, 4.1.1, RFC 6895: opcode and counts that a real message has. Z is zero.
bool IsHeader(ByteView message) {
  if (message.size() < kHeader) return false;
  const uint8_t opcode = message[2] >> 3 & 0xf, z = message[3] >> 6 & 1;
  const uint16_t questions = LoadBe16(message.data() + 4), answers = LoadBe16(message.data() + 6);
  const uint16_t authorities = LoadBe16(message.data() + 8), additional = LoadBe16(message.data() + 10);
  const bool is_answer = (message[2] & 0x80) != 0;
  if (z != 0 || opcode > 6 || opcode == 3 || questions > 1 || answers > 512 || authorities > 512 || additional > 512) return false;
  if (!is_answer) return questions == 1 && (message[3] & 0xf) == 0 && (opcode != 0 || (answers == 0 && authorities == 0));
  return questions == 1 || (questions == 0 && answers > 0);
}

// The question's name into `text`, labels joined; false: it breaks RFC 1035, 3.1. `end` is behind it.
bool ReadName(ByteView message, std::array<char, 256>& text, size_t& size, size_t& end) {
  size = 0;
  size_t at = kHeader;
  while (at < message.size()) {
    const size_t length = message[at];
    if (length == 0) {
      end = at + 1;
      return true;
    }
    if ((length & kPointer) != 0 || at + 1 + length > message.size() || at + 1 + length - kHeader > kMaxName) return false;
    std::memcpy(text.data() + size, message.data() + at + 1, length);
    size += length;
    at += 1 + length;
  }
  return false;
}

bool HasQuestion(ByteView message) { return message.size() >= kHeader && LoadBe16(message.data() + 4) == 1; }

// A class that exists behind the question's name (RFC 6895, 3.2).
bool IsMessage(ByteView message) {
  if (!IsHeader(message)) return false;
  if (!HasQuestion(message)) return true;
  std::array<char, 256> text;
  size_t size = 0, end = 0;
  if (!ReadName(message, text, size, end) || message.size() < end + kQuestionTail) return false;
  const uint16_t cls = LoadBe16(message.data() + end + 2) & 0x7fff;  // RFC 6762: the top bit is multicast's
  return cls == 1 || cls == 3 || cls == 4 || cls == 254 || cls == 255;
}

}  // namespace

Certainty ProbeDns(content::Direction, ByteView datagram) noexcept { return IsMessage(datagram) ? Certainty::kYes : Certainty::kNo; }

Certainty ProbeDnsOverTcp(content::Direction, ByteView prefix) noexcept {
  constexpr size_t kLength = 2;
  if (prefix.size() >= 1 && prefix[0] > 0x10) return Certainty::kNo;  // what first messages on TCP do not reach: 4 KiB
  if (prefix.size() < kLength + kHeader) return Certainty::kUnsure;
  const size_t length = LoadBe16(prefix.data());
  const ByteView message = prefix.From(kLength).First(length);
  if (length < kHeader || !IsHeader(message)) return Certainty::kNo;
  if (IsMessage(message)) return Certainty::kYes;
  return message.size() < length && message.size() < kHeader + kMaxName + kQuestionTail ? Certainty::kUnsure : Certainty::kNo;
}

DnsSession::~DnsSession() {
  for (Half& half : halves_) {
    if (half.scratch != nullptr) memory_.Release(half.scratch);
  }
}

bool DnsSession::Prepare(Half& half) noexcept {
  if (half.scratch == nullptr) half.scratch = static_cast<DnsScratch*>(memory_.Claim());
  return half.scratch != nullptr;  // SessionMemory is sized so that it is
}

content::ObjectNumber DnsSession::ObjectOf(Context& c, content::ObjectNumber& number, Part part) noexcept {
  if (number == 0) {
    number = ++last_object_;
    c.out.Begin(memory_.Describe(part, c.direction, number));
  }
  return number;
}

FeedResult DnsSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], direction, PieceWriter(out)};
  if (input.empty()) return {};
  if (carrier_ == Carrier::kDatagrams) {
    c.out.Data(ObjectOf(c, c.half.messages, Part::kDnsMessage), input);
    if (!IsMessage(input)) c.out.Anomaly(AnomalyKind::kMalformedProtocol);
    else if (Prepare(c.half)) ReadQuestion(c, input, *c.half.scratch);
    return {input.size(), false};
  }
  size_t consumed = 0;
  while (consumed < input.size() && c.out.room() >= kPiecesPerStep && !c.pause) consumed += Advance(c, input.From(consumed));
  return {consumed, false};
}

size_t DnsSession::Advance(Context& c, ByteView input) noexcept {
  Half& half = c.half;
  switch (half.state) {
    case State::kLength:
      half.length = static_cast<uint16_t>(half.length << 8 | input[0]);
      c.out.Framing(input.First(1));
      if (++half.length_bytes < 2) return 1;
      half.length_bytes = 0;
      half.seen = half.kept = 0;
      if (half.length >= kHeader && Prepare(half)) {
        half.state = State::kMessage;
      } else {
        c.out.Anomaly(AnomalyKind::kMalformedProtocol);
        half.state = State::kRaw;
      }
      return 1;
    case State::kMessage: {
      const ByteView bytes = input.First(static_cast<size_t>(half.length - half.seen));
      c.out.Data(ObjectOf(c, half.messages, Part::kDnsMessage), bytes);
      const ByteView kept = bytes.First(DnsScratch::kKept - half.kept);
      std::memcpy(half.scratch->message.data() + half.kept, kept.data(), kept.size());
      half.kept = static_cast<uint16_t>(half.kept + kept.size());
      half.seen = static_cast<uint16_t>(half.seen + bytes.size());
      if (half.seen < half.length) return bytes.size();
      half.state = State::kLength;
      half.length = 0;
      const ByteView message(half.scratch->message.data(), half.kept);
      if (IsMessage(message)) {
        ReadQuestion(c, message, *half.scratch);
      } else {
        c.out.Anomaly(AnomalyKind::kMalformedProtocol);
        half.state = State::kRaw;
      }
      return bytes.size();
    }
    case State::kRaw: break;
  }
  c.out.Data(ObjectOf(c, half.messages, Part::kDnsMessage), input);
  return input.size();
}

namespace {

// As base32 and hexadecimal digits look, and neither words nor addresses written backwards do (RFC 3596, 2.5: 32 digits and "ip6arpa").
bool LooksEncoded(std::string_view name) {
  constexpr size_t kShortest = 64;
  size_t run = 0, digits = 0;
  for (const char c : name) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    run = is_digit || is_letter ? run + 1 : 0;
    digits = run == 0 ? 0 : digits + (is_digit ? 1 : 0);
    if (run >= kShortest && digits * 8 >= run) return true;
  }
  return false;
}

}  // namespace

// REQUIRES: IsMessage(message).
void DnsSession::ReadQuestion(Context& c, ByteView message, DnsScratch& scratch) noexcept {
  size_t size = 0, end = 0;
  if (!HasQuestion(message) || !ReadName(message, scratch.name, size, end) || size == 0) return;
  if (c.direction == content::Direction::kUpload && !c.half.said_encoded && LooksEncoded({scratch.name.data(), size})) {
    c.half.said_encoded = true;
    c.out.Anomaly(AnomalyKind::kEncodedName);
  }
  c.out.Inserted(ObjectOf(c, c.half.names, Part::kDnsName), ByteView(std::string_view(scratch.name.data(), size)));
  c.pause = true;  // the text stands in the scratch
}

void DnsSession::Gap(content::Direction direction, uint64_t, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  half.lossy = true;
  if (half.state == State::kRaw) return;
  half.state = State::kRaw;
  PieceWriter(out).Anomaly(AnomalyKind::kProtocolGap);
}

void DnsSession::End(content::Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.messages != 0) writer.End(half.messages, !half.lossy);
  if (half.names != 0) writer.End(half.names, !half.lossy);
  half.messages = half.names = 0;
  half.state = State::kRaw;
}

}  // namespace sluice::protocol
