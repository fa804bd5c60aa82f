#include "dataplane/protocol/smb_session.h"

#include <algorithm>

namespace sluice::protocol {
namespace {

using content::Direction;

// MS-SMB2, 2.2.1, 2.2.41, 2.2.42; MS-CIFS, 2.2.3.1: a byte, and then "SMB".
constexpr uint8_t kSmb1 = 0xff, kSmb2 = 0xfe, kTransform = 0xfd, kCompression = 0xfc;
constexpr uint8_t kMagic[] = {'S', 'M', 'B'};
// RFC 1002, 4.3.1.
constexpr uint8_t kSessionMessage = 0, kSessionRequest = 0x81, kKeepAlive = 0x85;

bool IsFirstByte(uint8_t byte) { return byte >= kCompression; }

bool HasMagic(ByteView message) {
  return message.size() >= 4 && IsFirstByte(message[0]) && std::equal(std::begin(kMagic), std::end(kMagic), message.begin() + 1);
}

}  // namespace

// A message whose first bytes say SMB, at once or behind the session request of port 139.
Certainty ProbeSmb(Direction, ByteView prefix) noexcept {
  if (prefix[0] == kSessionRequest) {
    // Two names of 34 bytes each, the first of which begins with its length.
    constexpr uint8_t kRequest[] = {kSessionRequest, 0, 0, 0x44, 0x20};
    const size_t n = std::min(prefix.size(), sizeof(kRequest));
    if (!std::equal(kRequest, kRequest + n, prefix.begin())) return Certainty::kNo;
    return n == sizeof(kRequest) ? Certainty::kYes : Certainty::kUnsure;
  }
  if (prefix[0] != kSessionMessage) return Certainty::kNo;
  const ByteView message = prefix.From(4);
  if (message.empty()) return Certainty::kUnsure;
  const size_t n = std::min<size_t>(message.size() - 1, sizeof(kMagic));
  if (!IsFirstByte(message[0]) || !std::equal(kMagic, kMagic + n, message.begin() + 1)) return Certainty::kNo;
  return HasMagic(message) ? Certainty::kYes : Certainty::kUnsure;
}

MessageSession::Prefix SmbSession::ReadPrefix(const uint8_t* prefix) const noexcept {
  const bool valid = prefix[0] == kSessionMessage || (prefix[0] >= kSessionRequest && prefix[0] <= kKeepAlive);
  return {valid, LoadBe32(prefix) & 0xffffff, true};
}

bool SmbSession::IsMessage(ByteView run) const noexcept { return run.size() >= 8 && run[0] == kSessionMessage && HasMagic(run.From(4)); }

MessageSession::Part SmbSession::OnHead(Context& c, ByteView head, bool is_all) noexcept {
  if (head.size() < 4) return {.wanted = is_all ? 0u : 4u};
  // A session request and its answers are no SMB; within SMB everything begins with its name.
  if (!HasMagic(head)) return c.first_part && head[0] != 0x20 ? Part{.malformed = true} : Part{.rest = kToTheEnd};
  switch (head[0]) {
    case kSmb1: return OnSmb1(c, head, is_all);
    case kSmb2: return OnSmb2(c, head, is_all);
    case kTransform: return {.encrypted = true};
    default: return OnCompressed(c, head);
  }
}

// MS-SMB2, 2.2.42: the whole message, its plain part included, as one object for each direction.
MessageSession::Part SmbSession::OnCompressed(Context& c, ByteView) noexcept {
  content::ObjectNumber& number = compressed_[Index(c.direction)];
  if (number == 0) number = files().Coded("smb", c.direction, c.out);
  return {.file = kToTheEnd, .number = number};
}

void SmbSession::OnMessageEnd(Context& c) noexcept { related_[Index(c.direction)] = File(); }

void SmbSession::Place(Part& part, ByteView head, uint64_t at, uint64_t bytes, uint64_t command, content::ObjectNumber number) noexcept {
  part.control = at - head.size();
  part.file = bytes;
  part.number = number;
  part.rest = command == kToTheEnd ? kToTheEnd : command - at - bytes;
}

}  // namespace sluice::protocol
