#include "dataplane/protocol/rpc_session.h"

namespace sluice::protocol {
namespace {

using content::Direction;

constexpr uint32_t kLastFragment = 1u << 31;  // RFC 5531, 11
constexpr uint32_t kMaxFragment = 64u << 20;
constexpr uint32_t kCall = 0, kAnswer = 1, kVersion = 2;
constexpr uint32_t kGss = 6;
constexpr uint32_t kNfsProgram = 100003, kFirstProgram = 100000, kLastProgram = 100999;  // RFC 5531, 8.4; IANA: those that Unix has

enum class Program : uint8_t { kOther, kNfs, kRpc };

// Which program a call is for; `enough` is false while too little is there to tell.
Program ProgramOf(ByteView message, bool& enough) {
  enough = message.size() >= 20;
  const size_t n = message.size();
  if (n >= 8 && LoadBe32(message.data() + 4) != kCall) return Program::kOther;
  if (n >= 12 && LoadBe32(message.data() + 8) != kVersion) return Program::kOther;
  if (!enough) return n >= 8 ? Program::kRpc : Program::kOther;
  const uint32_t program = LoadBe32(message.data() + 12), version = LoadBe32(message.data() + 16);
  if (program < kFirstProgram || program > kLastProgram || version > 4) return Program::kOther;
  return program == kNfsProgram ? Program::kNfs : Program::kRpc;
}

Certainty ProbeStream(ByteView prefix, Program wanted) {
  constexpr size_t kMark = 4;
  if (prefix[0] != 0x80) return Certainty::kNo;  // a call of less than 16 MiB in one fragment
  if (prefix.size() < kMark + 8) return Certainty::kUnsure;
  bool enough = false;
  const Program program = ProgramOf(prefix.From(kMark), enough);
  if (program == Program::kOther) return Certainty::kNo;
  if (!enough) return Certainty::kUnsure;
  return program == wanted ? Certainty::kYes : Certainty::kNo;
}

Certainty ProbeWhole(ByteView datagram, Program wanted) {
  bool enough = false;
  const Program program = ProgramOf(datagram, enough);
  return enough && program == wanted ? Certainty::kYes : Certainty::kNo;
}

}  // namespace

Certainty ProbeNfs(Direction, ByteView prefix) noexcept { return ProbeStream(prefix, Program::kNfs); }
Certainty ProbeNfsDatagram(Direction, ByteView datagram) noexcept { return ProbeWhole(datagram, Program::kNfs); }
Certainty ProbeRpc(Direction, ByteView prefix) noexcept { return ProbeStream(prefix, Program::kRpc); }
Certainty ProbeRpcDatagram(Direction, ByteView datagram) noexcept { return ProbeWhole(datagram, Program::kRpc); }

MessageSession::Prefix RpcSession::ReadPrefix(const uint8_t* prefix) const noexcept {
  const uint32_t mark = LoadBe32(prefix), bytes = mark & ~kLastFragment;
  return {bytes <= kMaxFragment, bytes, (mark & kLastFragment) != 0};
}

bool RpcSession::IsMessage(ByteView run) const noexcept {
  if (run.size() < 16 || (run[0] & 0x80) == 0 || !ReadPrefix(run.data()).valid) return false;
  bool enough = false;
  const ByteView message = run.From(4);
  if (ProgramOf(message, enough) != Program::kOther) return enough;
  // An answer: to somebody who asked, if that was seen.
  return LoadBe32(message.data() + 4) == kAnswer && LoadBe32(message.data() + 8) <= 1;
}

MessageSession::Part RpcSession::OnHead(Context& c, ByteView head, bool is_all) noexcept {
  Message& message = messages_[Index(c.direction)];
  XdrReader xdr(head);
  Part part;
  if (c.first_part) {
    part = ReadHeader(c, message, xdr);
  } else if (message.operations > 0) {
    part = message.is_call ? OnOperation(c, message, xdr) : OnResult(c, message, xdr);
  } else {
    part.rest = kToTheEnd;
  }
  if (!xdr.failed()) return part;
  if (is_all && head.size() == kMaxHead) c.out.Anomaly(AnomalyKind::kOversizedHeader);
  return {.wanted = xdr.wanted()};
}

MessageSession::Part RpcSession::ReadHeader(Context& c, Message& message, XdrReader& xdr) noexcept {
  uint32_t type = 0;
  if (!xdr.U32(message.id) || !xdr.U32(type)) return {};
  if (type > kAnswer) return {.malformed = true};
  message.is_call = type == kCall;
  return message.is_call ? ReadCall(c, message, xdr) : ReadAnswer(c, message, xdr);
}

MessageSession::Part RpcSession::ReadCall(Context& c, Message& message, XdrReader& xdr) noexcept {
  uint32_t rpc = 0, program = 0, version = 0, procedure = 0, flavor = 0;
  std::string_view credential;
  if (!xdr.U32(rpc) || !xdr.U32(program) || !xdr.U32(version) || !xdr.U32(procedure) || !xdr.U32(flavor)) return {};
  if (rpc != kVersion) return {.malformed = true};
  if (!xdr.Opaque(credential) || !xdr.SkipLayout("io")) return {};
  Security security = Security::kNone;
  if (flavor == kGss && credential.size() >= 16) {
    // RFC 2203, 5: version, procedure, sequence number, service.
    const uint32_t service = LoadBe32(ByteView(credential).data() + 12), gss_procedure = LoadBe32(ByteView(credential).data() + 4);
    if (gss_procedure == 0 && service >= 2) security = service == 2 ? Security::kIntegrity : Security::kPrivacy;
  }
  if (program != kNfsProgram) return {.rest = kToTheEnd};
  // RFC 2203, 5.3.2.2: a length and the sequence number stand before the arguments.
  if (security == Security::kIntegrity && !xdr.Skip(8)) return {};
  // Read before anything is remembered: a head that wants more is read again from its beginning.
  Part part{.rest = kToTheEnd};
  if (security == Security::kPrivacy) part = {.encrypted = true};
  else if (version == 3) part = OnCall3(c, message, procedure, xdr);
  else if (version == 4 && procedure == 1) part = OnCompound(message, xdr);
  if (!xdr.failed()) calls_.Add(message.id, static_cast<uint8_t>(security), {}, uint64_t{version} << 32 | procedure);
  return part;
}

MessageSession::Part RpcSession::ReadAnswer(Context& c, Message& message, XdrReader& xdr) noexcept {
  constexpr uint32_t kAccepted = 0, kSuccess = 0;
  uint32_t accepted = 0, status = 0;
  if (!xdr.U32(accepted)) return {};
  if (accepted != kAccepted) return {.rest = kToTheEnd};
  if (!xdr.SkipLayout("io") || !xdr.U32(status)) return {};
  PendingRequest* call = nullptr;
  for (const Security each : {Security::kNone, Security::kIntegrity, Security::kPrivacy}) {
    if (call == nullptr) call = calls_.Find(message.id, static_cast<uint8_t>(each));
  }
  if (status != kSuccess || call == nullptr) return {.rest = kToTheEnd};
  const auto security = static_cast<Security>(call->command);
  if (security == Security::kIntegrity && !xdr.Skip(8)) return {};
  const auto version = static_cast<uint32_t>(call->offset >> 32), procedure = static_cast<uint32_t>(call->offset);
  Part part{.rest = kToTheEnd};
  if (security == Security::kPrivacy) part = {.encrypted = true};
  else if (version == 3) part = OnAnswer3(c, message, procedure, xdr);
  else if (version == 4 && procedure == 1) part = OnCompound(message, xdr);
  if (!xdr.failed()) call->waits = false;
  return part;
}

// The bytes of an opaque whose length was just read; zeros follow up to a multiple of four.
MessageSession::Part RpcSession::Bytes(XdrReader&, uint32_t size, content::ObjectNumber number) noexcept {
  return {.file = size, .number = number, .rest = XdrReader::Padded(size) - size};
}

void RpcSession::OnMessageEnd(Context& c) noexcept {
  Message& message = messages_[Index(c.direction)];
  files().ReachEnd(message.reaches_end);
  message = Message();
}

}  // namespace sluice::protocol
