#include "dataplane/protocol/protocol_table.h"

#include <algorithm>
#include <bit>
#include <new>

#include "base/counter.h"
#include "base/slab.h"
#include "dataplane/protocol/dns_session.h"
#include "dataplane/protocol/ftp_session.h"
#include "dataplane/protocol/http1_head.h"
#include "dataplane/protocol/http1_probe.h"
#include "dataplane/protocol/http1_session.h"
#include "dataplane/protocol/http2_session.h"
#include "dataplane/protocol/imap_session.h"
#include "dataplane/protocol/opaque_session.h"
#include "dataplane/protocol/pop3_session.h"
#include "dataplane/protocol/quic_session.h"
#include "dataplane/protocol/raw_session.h"
#include "dataplane/protocol/rpc_session.h"
#include "dataplane/protocol/smb_session.h"
#include "dataplane/protocol/smtp_session.h"
#include "dataplane/protocol/ssh_session.h"
#include "dataplane/protocol/tftp_session.h"
#include "dataplane/protocol/tls_session.h"
#include "dataplane/protocol/websocket_session.h"

namespace sluice::protocol {
namespace {

template <typename S>
Session* Construct(void* slot, SessionMemory& memory) noexcept {
  return new (slot) S(memory);
}
using content::Part;
template <Part part>
Session* ConstructRaw(void* slot, SessionMemory& memory) noexcept {
  return new (slot) RawSession(memory, part);
}
Session* ConstructRsync(void* slot, SessionMemory& memory) noexcept {
  return new (slot) RawSession(memory, Part::kRsyncStream, "rsync");
}
Certainty Never(content::Direction, ByteView) noexcept { return Certainty::kNo; }

template <Carrier carrier>
Session* ConstructDns(void* slot, SessionMemory& memory) noexcept {
  return new (slot) DnsSession(memory, carrier);
}
template <Carrier carrier>
Session* ConstructRpc(void* slot, SessionMemory& memory) noexcept {
  return new (slot) RpcSession(memory, carrier);
}
constexpr char kOpenVpnName[] = "OpenVPN", kWireGuardName[] = "WireGuard", kIkeName[] = "IKE";
template <const char* version>
Session* ConstructOpaque(void* slot, SessionMemory& memory) noexcept {
  return new (slot) OpaqueSession(memory, version);
}

constexpr size_t kBothDirections = content::kDirections;

// Of what can be everything, and of what is rarer than the connections of a browser.
constexpr uint32_t kAll = 1, kSome = 16, kFew = 64;
constexpr Carrier kStream = Carrier::kStream, kDatagrams = Carrier::kDatagrams;

// In order of probing; one line a protocol. The index is the ProtocolId.
constexpr ProtocolEntry kProtocols[] = {
    {ProtocolId::kRawTcp, kStream, Never, sizeof(RawSession), kAll, 0, 0, ConstructRaw<Part::kTcpStream>},
    {ProtocolId::kRawUdp, kDatagrams, Never, sizeof(RawSession), kAll, 0, 0, ConstructRaw<Part::kUdpPayload>},
    {ProtocolId::kIcmp, kDatagrams, Never, sizeof(RawSession), kAll, 0, 0, ConstructRaw<Part::kIcmpPayload>},
    {ProtocolId::kFtpData, kStream, Never, sizeof(RawSession), kAll, 0, 0, ConstructRaw<Part::kFtpData>},
    {ProtocolId::kHttp1, kStream, ProbeHttp1, sizeof(Http1Session), kAll, sizeof(Http1Head), kBothDirections, Construct<Http1Session>},
    {ProtocolId::kTls, kStream, ProbeTls, sizeof(TlsSession), kAll, sizeof(TlsScratch), kBothDirections, Construct<TlsSession>},
    {ProtocolId::kSsh, kStream, ProbeSsh, sizeof(SshSession), kAll, 0, 0, Construct<SshSession>},
    {ProtocolId::kSmtp, kStream, ProbeSmtp, sizeof(SmtpSession), kSome, sizeof(LineScratch), kBothDirections, Construct<SmtpSession>},
    {ProtocolId::kFtp, kStream, ProbeFtp, sizeof(FtpSession), kSome, sizeof(LineScratch), kBothDirections, Construct<FtpSession>},
    {ProtocolId::kHttp2, kStream, ProbeHttp2, sizeof(Http2Session), kFew, sizeof(Http2Scratch), kBothDirections, Construct<Http2Session>},
    {ProtocolId::kWebSocket, kStream, Never, sizeof(WebSocketSession), kSome, sizeof(WebSocketScratch), 1, Construct<WebSocketSession>},
    {ProtocolId::kPop3, kStream, ProbePop3, sizeof(Pop3Session), kSome, sizeof(LineScratch), kBothDirections, Construct<Pop3Session>},
    {ProtocolId::kImap, kStream, ProbeImap, sizeof(ImapSession), kSome, sizeof(LineScratch), kBothDirections, Construct<ImapSession>},
    {ProtocolId::kSyslogTcp, kStream, ProbeSyslog, sizeof(RawSession), kAll, 0, 0, ConstructRaw<Part::kSyslogMessage>},
    {ProtocolId::kDnsTcp, kStream, ProbeDnsOverTcp, sizeof(DnsSession), kSome, sizeof(DnsScratch), kBothDirections, ConstructDns<kStream>},
    {ProtocolId::kOpenVpnTcp, kStream, ProbeOpenVpnOverTcp, sizeof(OpaqueSession), kAll, 0, 0, ConstructOpaque<kOpenVpnName>},
    {ProtocolId::kSmb, kStream, ProbeSmb, sizeof(SmbSession), kFew, 0, 0, Construct<SmbSession>},
    {ProtocolId::kNfs, kStream, ProbeNfs, sizeof(RpcSession), kFew, 0, 0, ConstructRpc<kStream>},
    {ProtocolId::kRpc, kStream, ProbeRpc, sizeof(RpcSession), kFew, 0, 0, ConstructRpc<kStream>},
    {ProtocolId::kRsync, kStream, ProbeRsync, sizeof(RawSession), kAll, 0, 0, ConstructRsync},
    {ProtocolId::kDns, kDatagrams, ProbeDns, sizeof(DnsSession), kAll, sizeof(DnsScratch), kBothDirections, ConstructDns<kDatagrams>},
    {ProtocolId::kTftp, kDatagrams, ProbeTftp, sizeof(TftpSession), kSome, 0, 0, Construct<TftpSession>},
    {ProtocolId::kQuic, kDatagrams, ProbeQuic, sizeof(QuicSession), kAll, sizeof(QuicScratch), 1, Construct<QuicSession>},
    {ProtocolId::kWireGuard, kDatagrams, ProbeWireGuard, sizeof(OpaqueSession), kAll, 0, 0, ConstructOpaque<kWireGuardName>},
    {ProtocolId::kOpenVpn, kDatagrams, ProbeOpenVpn, sizeof(OpaqueSession), kAll, 0, 0, ConstructOpaque<kOpenVpnName>},
    {ProtocolId::kIke, kDatagrams, ProbeIke, sizeof(OpaqueSession), kAll, 0, 0, ConstructOpaque<kIkeName>},
    {ProtocolId::kSyslog, kDatagrams, ProbeSyslog, sizeof(RawSession), kAll, 0, 0, ConstructRaw<Part::kSyslogMessage>},
    {ProtocolId::kNfsDatagrams, kDatagrams, ProbeNfsDatagram, sizeof(RpcSession), kFew, 0, 0, ConstructRpc<kDatagrams>},
    {ProtocolId::kRpcDatagrams, kDatagrams, ProbeRpcDatagram, sizeof(RpcSession), kFew, 0, 0, ConstructRpc<kDatagrams>},
};
constexpr size_t kProtocolCount = static_cast<size_t>(ProtocolId::kCount);
static_assert(std::size(kProtocols) == kProtocolCount);

constexpr bool IndexIsId() {
  for (size_t i = 0; i < kProtocolCount; ++i) {
    if (static_cast<size_t>(kProtocols[i].id) != i) return false;
  }
  return true;
}
static_assert(IndexIsId(), "the table is indexed by ProtocolId");

// Sizes of session slots: four to each doubling from 64 bytes, so that a session wastes a quarter of its slot at most.
constexpr size_t kSizeClasses = 37;
constexpr size_t SlotBytes(size_t size_class) { return (size_t{4} + size_class % 4) * 16 << (size_class / 4); }
constexpr size_t SizeClass(size_t bytes) {
  size_t size_class = 0;
  while (SlotBytes(size_class) < bytes) ++size_class;
  return size_class;
}
constexpr bool AllFit() {
  for (const ProtocolEntry& entry : kProtocols) {
    if (SizeClass(entry.session_bytes) >= kSizeClasses) return false;
  }
  return true;
}
static_assert(AllFit(), "a session is larger than the largest slot");

// The size class of each protocol's sessions.
constexpr std::array<uint8_t, kProtocolCount> kClassOf = [] {
  std::array<uint8_t, kProtocolCount> classes{};
  for (size_t i = 0; i < kProtocolCount; ++i) classes[i] = static_cast<uint8_t>(SizeClass(kProtocols[i].session_bytes));
  return classes;
}();

const ProtocolEntry& EntryOf(ProtocolId id) { return kProtocols[static_cast<size_t>(id)]; }

}  // namespace

std::string_view Name(ProtocolId id) {
  switch (id) {
    case ProtocolId::kRawTcp: return "tcp";
    case ProtocolId::kRawUdp: return "udp";
    case ProtocolId::kIcmp: return "icmp";
    case ProtocolId::kFtpData: return "ftp-data";
    case ProtocolId::kHttp1: return "http";
    case ProtocolId::kTls: return "tls";
    case ProtocolId::kSsh: return "ssh";
    case ProtocolId::kSmtp: return "smtp";
    case ProtocolId::kFtp: return "ftp";
    case ProtocolId::kHttp2: return "http2";
    case ProtocolId::kWebSocket: return "websocket";
    case ProtocolId::kPop3: return "pop3";
    case ProtocolId::kImap: return "imap";
    case ProtocolId::kDnsTcp:
    case ProtocolId::kDns: return "dns";
    case ProtocolId::kTftp: return "tftp";
    case ProtocolId::kQuic: return "quic";
    case ProtocolId::kWireGuard: return "wireguard";
    case ProtocolId::kOpenVpnTcp:
    case ProtocolId::kOpenVpn: return "openvpn";
    case ProtocolId::kIke: return "ipsec";
    case ProtocolId::kSmb: return "smb";
    case ProtocolId::kNfs:
    case ProtocolId::kNfsDatagrams: return "nfs";
    case ProtocolId::kRsync: return "rsync";
    case ProtocolId::kRpc:
    case ProtocolId::kRpcDatagrams: return "rpc";
    case ProtocolId::kSyslogTcp:
    case ProtocolId::kSyslog: return "syslog";
    case ProtocolId::kCount: break;
  }
  return "unknown";
}

std::string_view Name(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::kAmbiguousFraming: return "ambiguous_framing";
    case AnomalyKind::kMalformedProtocol: return "malformed_protocol";
    case AnomalyKind::kOversizedHeader: return "oversized_header";
    case AnomalyKind::kOversizedLine: return "oversized_line";
    case AnomalyKind::kStreamLimit: return "stream_limit";
    case AnomalyKind::kPartialObject: return "partial_object";
    case AnomalyKind::kProtocolGap: return "protocol_gap";
    case AnomalyKind::kScatteredFile: return "scattered_file";
    case AnomalyKind::kEncodedName: return "encoded_name";
    case AnomalyKind::kCount: break;
  }
  return "unknown";
}

std::string_view Name(NameKind kind) {
  switch (kind) {
    case NameKind::kHost: return "host";
    case NameKind::kSni: return "sni";
    case NameKind::kUser: return "user";
    case NameKind::kUserAgent: return "user_agent";
    case NameKind::kVersion: return "version";
    case NameKind::kAlpn: return "alpn";
    case NameKind::kSender: return "sender";
    case NameKind::kRecipient: return "recipient";
    case NameKind::kFingerprint: return "ja4";
    case NameKind::kCount: break;
  }
  return "unknown";
}

std::span<const ProtocolEntry> Protocols() noexcept { return kProtocols; }

ProbeOutcome Probe(content::Direction direction, ByteView prefix) noexcept {
  if (prefix.empty()) return {Certainty::kUnsure, ProtocolId::kRawTcp};
  bool unsure = false;
  for (const ProtocolEntry& entry : kProtocols) {
    if (entry.carrier != kStream) continue;
    const Certainty certainty = entry.probe(direction, prefix);
    if (certainty == Certainty::kYes) return {Certainty::kYes, entry.id};
    unsure = unsure || certainty == Certainty::kUnsure;
  }
  return {unsure && prefix.size() < kProbePrefix ? Certainty::kUnsure : Certainty::kNo, ProtocolId::kRawTcp};
}

ProbeOutcome ProbeDatagram(content::Direction direction, ByteView datagram) noexcept {
  for (const ProtocolEntry& entry : kProtocols) {
    if (entry.carrier == kDatagrams && entry.probe(direction, datagram) == Certainty::kYes) return {Certainty::kYes, entry.id};
  }
  return {Certainty::kNo, ProtocolId::kRawUdp};
}

struct SessionPool::Impl {
  std::array<Slab, kSizeClasses> slabs;
  std::array<SessionMemory, kProtocolCount> memory;
  std::array<uint32_t, kProtocolCount> open_of{};
  uint32_t max_sessions = 0;
  uint32_t open = 0;

  uint32_t MostOf(const ProtocolEntry& entry) const noexcept { return (max_sessions + entry.share - 1) / entry.share; }
  Counter full;
};

SessionPool::SessionPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SessionPool::SessionPool(SessionPool&&) noexcept = default;
SessionPool& SessionPool::operator=(SessionPool&&) noexcept = default;
SessionPool::~SessionPool() = default;

Result<SessionPool> SessionPool::Create(const Options& options) {
  if (options.max_sessions == 0) return Error(ErrorCode::kInvalidArgument, "max_sessions is 0; at least 1 is needed");
  auto impl = std::make_unique<Impl>();
  impl->max_sessions = options.max_sessions;
  for (const ProtocolEntry& entry : kProtocols) {
    const size_t index = static_cast<size_t>(entry.id);
    auto memory = SessionMemory::Create(entry.scratch_bytes, entry.scratch_slots, impl->MostOf(entry));
    if (!memory.ok()) return memory.error().WithContext(Name(entry.id));
    impl->memory[index] = std::move(memory).value();
  }
  for (size_t size_class = 0; size_class < kSizeClasses; ++size_class) {
    // As many as all protocols of this size together may have open.
    size_t slots = 0;
    for (const ProtocolEntry& entry : kProtocols) slots += kClassOf[static_cast<size_t>(entry.id)] == size_class ? impl->MostOf(entry) : 0;
    auto created = Slab::Create(SlotBytes(size_class), std::min<size_t>(slots, options.max_sessions));
    if (!created.ok()) return created.error().WithContext("session slots");
    impl->slabs[size_class] = std::move(created).value();
  }
  return SessionPool(std::move(impl));
}

Session* SessionPool::Open(ProtocolId id) noexcept {
  const ProtocolEntry& entry = EntryOf(id);
  uint32_t& open_of = impl_->open_of[static_cast<size_t>(id)];
  void* slot = impl_->open < impl_->max_sessions && open_of < impl_->MostOf(entry) ? impl_->slabs[kClassOf[static_cast<size_t>(id)]].Claim() : nullptr;
  if (slot == nullptr) {
    impl_->full.Add();
    return nullptr;
  }
  ++impl_->open;
  ++open_of;
  return entry.construct(slot, impl_->memory[static_cast<size_t>(id)]);
}

void SessionPool::Close(ProtocolId id, Session* session) noexcept {
  if (session == nullptr) return;
  session->~Session();
  --impl_->open;
  --impl_->open_of[static_cast<size_t>(id)];
  impl_->slabs[kClassOf[static_cast<size_t>(id)]].Release(session);
}

uint32_t SessionPool::open_sessions() const noexcept { return impl_->open; }
uint64_t SessionPool::full_count() const noexcept { return impl_->full.value(); }

}  // namespace sluice::protocol
