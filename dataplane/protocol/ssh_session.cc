#include "dataplane/protocol/ssh_session.h"

#include <algorithm>

namespace sluice::protocol {
namespace {

constexpr std::string_view kMagic = "SSH-";
constexpr std::string_view kLegacy = "SSH-1.";
constexpr std::string_view kBoth = "SSH-1.99";  // RFC 4253, 5.1: speaks version 2 too
constexpr uint32_t kMaxPacket = 256 * 1024;    // RFC 4253, 6.1 asks for 35000; implementations take up to 256 KiB
constexpr uint32_t kMaxBannerBytes = 1024;     // RFC 4253, 4.2 allows 255 for the banner itself
constexpr uint32_t kMinPacket = 12;            // RFC 4253, 6: 16 bytes with the length itself
constexpr uint32_t kLegacyMinPacket = 5;       // a type and a checksum
constexpr uint8_t kNewKeys = 21;
constexpr size_t kPiecesPerStep = 4;

// Whether byte `index` of a packet may stand where it does, given those before it.
bool MayBePacketHeader(const uint8_t* header, size_t index, uint32_t min_packet) {
  switch (index) {
    case 0: return header[0] == 0;
    case 1: return header[1] <= kMaxPacket >> 16;
    case 2: return true;
    case 3: return LoadBe32(header) >= min_packet && LoadBe32(header) <= kMaxPacket;
    case 4: return header[4] < LoadBe32(header);
    default: return true;
  }
}

}  // namespace

Certainty ProbeSsh(content::Direction, ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  const size_t n = std::min(text.size(), kMagic.size());
  if (text.substr(0, n) != kMagic.substr(0, n)) return Certainty::kNo;
  if (text.size() < kMagic.size() + 2) return Certainty::kUnsure;
  return text[4] == '2' || text.substr(4, 2) == "1." ? Certainty::kYes : Certainty::kNo;
}

FeedResult SshSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  PieceWriter writer(out);
  size_t consumed = 0;
  while (consumed < input.size() && writer.room() >= kPiecesPerStep) {
    consumed += Advance(direction, input.From(consumed), writer);
  }
  return {consumed, false};
}

size_t SshSession::Advance(content::Direction direction, ByteView input, PieceWriter& out) noexcept {
  Half& half = halves_[Index(direction)];
  switch (half.state) {
    case State::kBanner: return ReadBanner(half, input, out);
    case State::kPacketHeader: return ReadPacketHeader(half, input, out);
    case State::kPacketBody: {
      const ByteView body = input.First(half.remaining);
      Emit(half, body, out);
      half.remaining -= static_cast<uint32_t>(body.size());
      const bool keys_taken = !half.legacy && half.header[5] == kNewKeys;
      if (half.remaining == 0) half.state = keys_taken ? State::kOpaque : State::kPacketHeader;
      return body.size();
    }
    case State::kOpaque: out.Opaque(input); return input.size();
    case State::kRaw:
      out.Data(out.BeginOnce(half.object, last_object_, memory_, content::Part::kTcpStream, direction), input);
      return input.size();
  }
  return input.size();
}

// RFC 4253, 4.2: a server may send other lines first; all of them together are bounded.
size_t SshSession::ReadBanner(Half& half, ByteView input, PieceWriter& out) noexcept {
  const size_t lf = input.AsText().find('\n');
  const bool whole = lf != std::string_view::npos;
  // One byte beyond the bound is enough to know; the rest is then raw in any cut.
  const size_t allowed = kMaxBannerBytes + 1 - half.banner_bytes;
  const ByteView line = input.First(std::min(whole ? lf + 1 : input.size(), allowed));
  half.banner.Append(line.AsText());
  half.banner_bytes += static_cast<uint32_t>(line.size());
  out.Framing(line);
  if (half.banner_bytes > kMaxBannerBytes) {
    out.Anomaly(AnomalyKind::kMalformedProtocol);
    half.state = State::kRaw;
    return line.size();
  }
  if (!whole) return line.size();
  std::string_view text = half.banner.view();
  text = text.substr(0, std::min(text.find_last_not_of("\r\n") + 1, text.size()));
  if (text.substr(0, kMagic.size()) == kMagic) {
    out.Name(NameKind::kVersion, text);
    half.legacy = text.substr(0, kLegacy.size()) == kLegacy && text.substr(0, kBoth.size()) != kBoth;
    half.state = State::kPacketHeader;
  } else {
    half.banner.Clear();
  }
  return line.size();
}

// Version 1 encrypts from its second packet on and shows nothing but lengths; the first is not told apart.
void SshSession::Emit(const Half& half, ByteView bytes, PieceWriter& out) noexcept {
  if (half.legacy) out.Opaque(bytes);
  else out.Framing(bytes);
}

// Each byte is checked as it comes, so that text in the place of a packet goes to raw whole.
size_t SshSession::ReadPacketHeader(Half& half, ByteView input, PieceWriter& out) noexcept {
  size_t taken = 0;
  bool wrong = false;
  const size_t wanted = half.legacy ? kLegacyHeader : kPacketHeader;
  while (taken < input.size() && half.header_bytes < wanted) {
    half.header[half.header_bytes] = input[taken];
    wrong = !MayBePacketHeader(half.header, half.header_bytes, half.legacy ? kLegacyMinPacket : kMinPacket);
    if (wrong) break;
    ++half.header_bytes;
    ++taken;
  }
  Emit(half, input.First(taken), out);
  if (wrong) {
    out.Anomaly(AnomalyKind::kMalformedProtocol);
    half.state = State::kRaw;
  } else if (half.header_bytes == wanted) {
    constexpr uint32_t kCounted = 2;  // padding length and message number are part of the packet's length
    const uint32_t length = LoadBe32(half.header);
    half.header_bytes = 0;
    half.remaining = half.legacy ? length + 8 - length % 8 : length - kCounted;
    half.state = State::kPacketBody;
  }
  return taken;
}

void SshSession::Gap(content::Direction direction, uint64_t, PieceList& out) noexcept {
  Half& half = halves_[Index(direction)];
  half.lossy = true;
  if (half.state == State::kOpaque || half.state == State::kRaw) return;
  PieceWriter(out).Anomaly(AnomalyKind::kProtocolGap);
  // Behind the banner what follows is encrypted, or will be within a few packets that nobody can find any more.
  half.state = half.state == State::kBanner ? State::kRaw : State::kOpaque;
}

void SshSession::End(content::Direction direction, PieceList& out) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.object != 0) PieceWriter(out).End(half.object, !half.lossy);
  half = Half();
  half.state = State::kRaw;
}

}  // namespace sluice::protocol
