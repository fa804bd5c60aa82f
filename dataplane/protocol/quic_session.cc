#include "dataplane/protocol/quic_session.h"

#include <algorithm>
#include <new>

#include "dataplane/protocol/tls_hello.h"

namespace sluice::protocol {
// The first datagram of a client, which is padded to 1,200 bytes (RFC 9000, 14.1).
Certainty ProbeQuic(content::Direction, ByteView datagram) noexcept {
  constexpr size_t kSmallest = 1200;
  QuicLongHeader header;
  return datagram.size() >= kSmallest && ReadQuicLongHeader(datagram, header) ? Certainty::kYes : Certainty::kNo;
}

QuicSession::~QuicSession() {
  if (scratch_ != nullptr) memory_.Release(scratch_);
}

FeedResult QuicSession::Feed(content::Direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  PieceWriter writer(out);
  if (!done_) ReadDatagram(input, writer);
  writer.Opaque(input);
  return {input.size(), false};
}

void QuicSession::ReadDatagram(ByteView datagram, PieceWriter& out) noexcept {
  QuicLongHeader header;
  std::array<uint8_t, kMaxQuicPacket> room;
  for (; ReadQuicLongHeader(datagram, header); datagram = datagram.From(header.end)) {
    if (version_.empty()) {
      version_ = QuicVersionName(header.version);
      out.Name(NameKind::kVersion, version_.view());
    }
    if (header.type != QuicPacketType::kInitial) continue;
    ++tries_;
    done_ = TakeFrames(Open(datagram, header, room)) || tries_ == kMaxTries;
    if (done_) return Report(out);
  }
}

// With the keys that opened one before, or with those of its own connection ID: the first, and the first after a Retry.
ByteView QuicSession::Open(ByteView packet, const QuicLongHeader& header, std::span<uint8_t> room) noexcept {
  if (key_id_size_ > 0) {
    const ByteView frames = OpenQuicInitial(packet, header, {key_id_.data(), key_id_size_}, room);
    if (!frames.empty()) return frames;
  }
  const ByteView frames = OpenQuicInitial(packet, header, header.destination, room);
  if (!frames.empty()) {
    std::copy(header.destination.begin(), header.destination.end(), key_id_.begin());
    key_id_size_ = static_cast<uint8_t>(header.destination.size());
  }
  return frames;
}

bool QuicSession::TakeFrames(ByteView frames) noexcept {
  if (frames.empty()) return false;
  if (scratch_ == nullptr) {
    void* const slot = memory_.Claim();
    if (slot == nullptr) return false;  // SessionMemory is sized so that this cannot be
    scratch_ = new (slot) QuicScratch;
  }
  scratch_->hello.Take(frames);
  return scratch_->hello.IsWhole();
}

// Of a hello that never became whole, what its beginning says.
void QuicSession::Report(PieceWriter& out) noexcept {
  if (scratch_ == nullptr) return;
  QuicScratch& scratch = *scratch_;
  const ByteView message = scratch.hello.message();
  if (!message.empty() && message[0] == kTlsClientHello) {
    const TlsHello hello = ReadTlsHello(message);
    scratch.alpn = hello.alpn;
    scratch.fingerprint = Ja4Of(message, 'q');
    out.Name(NameKind::kFingerprint, scratch.fingerprint.view());
    out.Name(NameKind::kSni, hello.server_name);
    out.Name(NameKind::kAlpn, scratch.alpn.view());
  }
  memory_.Retire(scratch_);
  scratch_ = nullptr;
}

void QuicSession::End(content::Direction, PieceList& out) noexcept {
  memory_.BeginCall();
  PieceWriter writer(out);
  Report(writer);
  done_ = true;
}

}  // namespace sluice::protocol
