#include "dataplane/protocol/tls_session.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "dataplane/protocol/tls_hello.h"

namespace sluice::protocol {
namespace {

enum ContentType : uint8_t { kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23, kHeartbeat = 24 };

constexpr uint32_t kMaxRecord = (1u << 14) + 2048;  // RFC 5246, 6.2.3: 2^14 and what a cipher may add
constexpr size_t kPiecesPerStep = 8;
constexpr size_t kHandshakeHeader = 4;

// Whether byte `index` may stand where it does, given those before it.
bool MayBeHeader(const uint8_t* header, size_t index) {
  switch (index) {
    case 0: return header[0] >= kChangeCipherSpec && header[0] <= kHeartbeat;
    case 1: return header[1] == 3;
    case 2: return header[2] <= 4;
    case 3: return header[3] <= kMaxRecord >> 8;
    default: return LoadBe16(header + 3) > 0 && LoadBe16(header + 3) <= kMaxRecord;
  }
}

bool IsRecordHeader(const uint8_t* header) {
  for (size_t i = 0; i < 5; ++i) {
    if (!MayBeHeader(header, i)) return false;
  }
  return true;
}

}  // namespace

// A handshake record whose first message is a hello. Five bytes would do for a record; the sixth excludes chance.
Certainty ProbeTls(content::Direction, ByteView prefix) noexcept {
  constexpr size_t kNeeded = 6;
  const uint8_t expected[] = {kHandshake, 3};
  const size_t fixed = std::min(prefix.size(), sizeof(expected));
  if (!std::equal(expected, expected + fixed, prefix.begin())) return Certainty::kNo;
  if (prefix.size() < kNeeded) return Certainty::kUnsure;
  const bool is_hello = prefix[5] == kTlsClientHello || prefix[5] == kTlsServerHello;
  return IsRecordHeader(prefix.data()) && is_hello ? Certainty::kYes : Certainty::kNo;
}

TlsSession::~TlsSession() {
  for (Half& half : halves_) {
    if (half.scratch != nullptr) memory_.Release(half.scratch);
  }
}

FeedResult TlsSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  memory_.BeginCall();
  PieceWriter writer(out);
  size_t consumed = 0;
  while (consumed < input.size() && writer.room() >= kPiecesPerStep) {
    consumed += Advance(direction, input.From(consumed), consumed == 0, writer);
  }
  return {consumed, false};
}

size_t TlsSession::Advance(content::Direction direction, ByteView input, bool run_starts, PieceWriter& out) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.state == State::kLost && run_starts && input.size() >= kRecordHeader && IsRecordHeader(input.data())) {
    half.state = State::kHeader;
    half.header_bytes = 0;
  }
  switch (half.state) {
    case State::kHeader: return ReadHeader(half, input, out);
    case State::kBody: return ReadBody(half, input, out);
    case State::kLost:  // still encrypted, so there is nothing that could be looked at
      out.Opaque(input);
      return input.size();
    case State::kRaw:
      out.Data(out.BeginOnce(half.object, last_object_, memory_, content::Part::kTcpStream, direction), input);
      return input.size();
  }
  return input.size();
}

// Each byte is checked as it comes, so that what cannot be a header is left to raw from its first wrong byte.
size_t TlsSession::ReadHeader(Half& half, ByteView input, PieceWriter& out) noexcept {
  size_t taken = 0;
  bool wrong = false;
  while (taken < input.size() && half.header_bytes < kRecordHeader) {
    half.header[half.header_bytes] = input[taken];
    wrong = !MayBeHeader(half.header, half.header_bytes);
    if (wrong) break;
    ++half.header_bytes;
    ++taken;
  }
  if (half.encrypted) out.Opaque(input.First(taken));
  else out.Framing(input.First(taken));
  if (wrong) {
    Fail(half, AnomalyKind::kMalformedProtocol, State::kRaw, out);
  } else if (half.header_bytes == kRecordHeader) {
    half.header_bytes = 0;
    half.remaining = LoadBe16(half.header + 3);
    half.encrypted = half.encrypted || half.header[0] == kApplicationData;
    half.state = State::kBody;
  }
  return taken;
}

size_t TlsSession::ReadBody(Half& half, ByteView input, PieceWriter& out) noexcept {
  const ByteView bytes = input.First(half.remaining);
  if (half.encrypted) {
    out.Opaque(bytes);
  } else {
    out.Framing(bytes);
    if (half.header[0] == kHandshake && !half.hello_done) CollectHello(half, bytes, out);
  }
  half.remaining -= static_cast<uint32_t>(bytes.size());
  if (half.remaining == 0) {
    half.encrypted = half.encrypted || half.header[0] == kChangeCipherSpec;
    half.state = State::kHeader;
  }
  return bytes.size();
}

void TlsSession::CollectHello(Half& half, ByteView bytes, PieceWriter& out) noexcept {
  if (half.scratch == nullptr) {
    void* slot = memory_.Claim();
    if (slot == nullptr) return;  // SessionMemory is sized so that this cannot be
    half.scratch = new (slot) TlsScratch;
  }
  TlsScratch& scratch = *half.scratch;
  const ByteView fitting = bytes.First(TlsScratch::kMaxHello - scratch.size);
  std::memcpy(scratch.hello.data() + scratch.size, fitting.data(), fitting.size());
  scratch.size = static_cast<uint16_t>(scratch.size + fitting.size());
  if (scratch.size < kHandshakeHeader) return;
  const size_t message = kHandshakeHeader + (LoadBe32(scratch.hello.data()) & 0xFFFFFF);
  if (scratch.size >= std::min(message, TlsScratch::kMaxHello)) ReportHello(half, out);
}

void TlsSession::ReportHello(Half& half, PieceWriter& out) noexcept {
  TlsScratch& scratch = *half.scratch;
  const uint8_t type = scratch.hello[0];
  if (type == kTlsClientHello || type == kTlsServerHello) {
    const size_t message = kHandshakeHeader + (LoadBe32(scratch.hello.data()) & 0xFFFFFF);
    const TlsHello hello = ReadTlsHello(ByteView(scratch.hello.data(), scratch.size).First(message));
    scratch.alpn = hello.alpn;
    scratch.fingerprint = Ja4Of(ByteView(scratch.hello.data(), scratch.size), 't');
    out.Name(NameKind::kFingerprint, scratch.fingerprint.view());
    out.Name(NameKind::kSni, hello.server_name);
    out.Name(NameKind::kAlpn, scratch.alpn.view());
    // What the client offers is no version of the flow; what the server chooses is.
    if (type == kTlsServerHello) out.Name(NameKind::kVersion, TlsVersionName(hello.version));
  }
  half.hello_done = true;
  memory_.Retire(half.scratch);
  half.scratch = nullptr;
}

void TlsSession::Fail(Half& half, AnomalyKind anomaly, State next, PieceWriter& out) noexcept {
  out.Anomaly(anomaly);
  half.state = next;
  if (half.scratch != nullptr) memory_.Retire(half.scratch);
  half.scratch = nullptr;
}

void TlsSession::Gap(content::Direction direction, uint64_t bytes, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.state == State::kRaw || half.state == State::kLost) {
    half.lossy = true;
    return;
  }
  if (half.state == State::kBody && bytes < half.remaining && (half.encrypted || half.hello_done)) {
    half.remaining -= static_cast<uint32_t>(bytes);
    return;
  }
  // Behind a hello everything that matters is encrypted or soon will be; before it, nothing says that this is TLS.
  const bool may_be_encrypted = half.encrypted || half.hello_done;
  half.encrypted = may_be_encrypted;
  Fail(half, AnomalyKind::kProtocolGap, may_be_encrypted ? State::kLost : State::kRaw, writer);
}

void TlsSession::End(content::Direction direction, PieceList& out) noexcept {
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  if (half.object != 0) PieceWriter(out).End(half.object, !half.lossy);
  if (half.scratch != nullptr) memory_.Retire(half.scratch);
  half = Half();
  half.state = State::kRaw;
}

}  // namespace sluice::protocol
