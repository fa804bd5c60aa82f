#include "dataplane/protocol/tftp_session.h"

#include <utility>

#include "dataplane/protocol/http_text.h"
#include "dataplane/protocol/text_line.h"

namespace sluice::protocol {
namespace {

using content::Part;

enum Opcode : uint16_t { kRead = 1, kWrite = 2, kBlock = 3, kAcknowledgement = 4, kError = 5, kOptions = 6 };
constexpr size_t kHeader = 4;
constexpr uint64_t kMaxBlock = 65464;  // RFC 2348

// Cuts a text that ends in a zero byte off `rest`.
bool NextText(std::string_view& rest, std::string_view& text) {
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) return false;
  text = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

bool ReadRequest(ByteView datagram, std::string_view& name, std::string_view& options) {
  if (datagram.size() < kHeader || datagram[0] != 0 || (datagram[1] != kRead && datagram[1] != kWrite)) return false;
  std::string_view mode;
  options = datagram.From(2).AsText();
  if (!NextText(options, name) || !NextText(options, mode) || name.empty() || !IsTextLine(name)) return false;
  return EqualsIgnoringCase(mode, "octet") || EqualsIgnoringCase(mode, "netascii") || EqualsIgnoringCase(mode, "mail");
}

}  // namespace

Certainty ProbeTftp(content::Direction, ByteView datagram) noexcept {
  std::string_view name, options;
  return ReadRequest(datagram, name, options) ? Certainty::kYes : Certainty::kNo;
}

FeedResult TftpSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  Context c{halves_[Index(direction)], direction, PieceWriter(out)};
  const uint16_t opcode = input.size() >= 2 ? LoadBe16(input.data()) : 0;
  if (opcode == kBlock && input.size() >= kHeader) {
    TakeBlock(c, input);
  } else {
    TakeControl(c, input);
    if (opcode == kRead || opcode == kWrite) TakeRequest(c, input);
    else if (opcode < kAcknowledgement || opcode > kOptions) c.out.Anomaly(AnomalyKind::kMalformedProtocol);
  }
  return {input.size(), false};
}

void TftpSession::TakeControl(Context& c, ByteView datagram) noexcept {
  if (datagram.empty()) return;
  if (c.half.control == 0) {
    c.half.control = ++last_object_;
    c.out.Begin(memory_.Describe(Part::kTftpControl, c.direction, c.half.control));
  }
  c.out.Data(c.half.control, datagram);
  std::string_view rest = datagram.From(2).AsText(), name, value;
  if (datagram.size() < 2 || LoadBe16(datagram.data()) != kOptions) return;
  while (NextText(rest, name) && NextText(rest, value)) {
    uint64_t size = 0;
    if (EqualsIgnoringCase(name, "blksize") && ReadDecimal(value, size) && size > 0 && size <= kMaxBlock) block_bytes_ = static_cast<uint16_t>(size);
  }
}

void TftpSession::TakeRequest(Context& c, ByteView datagram) noexcept {
  std::string_view name, options;
  if (!ReadRequest(datagram, name, options)) return c.out.Anomaly(AnomalyKind::kMalformedProtocol);
  expectation_.step = Expectation::Step::kAnnounce;
  expectation_.client_listens = true;
  expectation_.port = 0;  // the one it asked from
  expectation_.name.Assign(name);
  c.out.Expect(expectation_);
}

void TftpSession::TakeBlock(Context& c, ByteView datagram) noexcept {
  Half& half = c.half;
  const uint16_t block = LoadBe16(datagram.data() + 2);
  const ByteView bytes = datagram.From(kHeader);
  if (half.any_block && block == half.last_block) return c.out.Framing(datagram);  // sent again
  if (half.file == 0) {
    half.file = ++last_object_;
    c.out.Begin(memory_.Describe(Part::kTftpFile, c.direction, half.file));
    half.lossy = false;
    half.last_block = 0;
  }
  // A block is missing, or came out of its order: what is put together is not what its reader gets.
  if (block != static_cast<uint16_t>(half.last_block + 1) && !std::exchange(half.lossy, true)) c.out.Anomaly(AnomalyKind::kScatteredFile);
  half.any_block = true;
  half.last_block = block;
  c.out.Framing(datagram.First(kHeader));
  c.out.Data(half.file, bytes);
  if (bytes.size() >= block_bytes_) return;
  c.out.End(half.file, !half.lossy);
  half.file = 0;
}

void TftpSession::End(content::Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.control != 0) writer.End(half.control, true);
  if (half.file != 0) writer.End(half.file, false);
  half = Half();
}

}  // namespace sluice::protocol
