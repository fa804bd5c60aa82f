// The protocols that Sluice knows, in order of probing, and how to tell them apart by content, never by port alone.
//
// Thread: constant data; SessionPool belongs to one worker. Allocates: SessionPool::Create only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/byte_view.h"
#include "base/result.h"
#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

enum class Certainty : uint8_t { kNo, kUnsure, kYes };

enum class ProtocolId : uint8_t {
  kRawTcp, kRawUdp, kIcmp, kFtpData, kHttp1, kTls, kSsh, kSmtp, kFtp, kHttp2, kWebSocket, kPop3, kImap, kSyslogTcp, kDnsTcp, kOpenVpnTcp, kSmb, kNfs, kRpc, kRsync,
  kDns, kTftp, kQuic, kWireGuard, kOpenVpn, kIke, kSyslog, kNfsDatagrams, kRpcDatagrams, kCount
};
std::string_view Name(ProtocolId id);  // the `app` of records: "http", "tls", "ssh", "tcp", "udp", "icmp", …

// What a session is fed: the runs of a stream, or datagrams, each in one call and each with its own beginning.
enum class Carrier : uint8_t { kStream, kDatagrams };

struct ProtocolEntry {
  ProtocolId id;
  Carrier carrier;
  // `prefix`: the first bytes of one direction, at least one. kUnsure asks for more, at most kProbePrefix.
  // Of datagrams: a whole one, and there is no more.
  Certainty (*probe)(content::Direction direction, ByteView prefix) noexcept;
  size_t session_bytes;
  uint32_t share;           // of max_sessions, one in so many may be of this protocol
  size_t scratch_bytes;     // of one slot of pooled scratch; 0: the protocol needs none
  size_t scratch_slots;     // how many of them one session may hold at a time
  // Placement new into `slot`. The memory outlives the session.
  Session* (*construct)(void* slot, SessionMemory& memory) noexcept;
};
std::span<const ProtocolEntry> Protocols() noexcept;

constexpr size_t kProbePrefix = 256;

// The first that says kYes wins; kUnsure while any is unsure and the prefix is shorter than kProbePrefix; else raw. Which
// raw protocol stands for "nobody's" depends on the transport and is the caller's to say.
struct ProbeOutcome {
  Certainty certainty = Certainty::kNo;
  ProtocolId id = ProtocolId::kRawTcp;
};
ProbeOutcome Probe(content::Direction direction, ByteView prefix) noexcept;
// The first that knows this datagram. Never kUnsure.
ProbeOutcome ProbeDatagram(content::Direction direction, ByteView datagram) noexcept;

// Slots for sessions in a few sizes, and the scratch they borrow while a head or handshake is incomplete. One lazy mapping
// each: memory is touched as it is used. Full (all together, or a protocol's share): Open returns nullptr, counted; the flow is
// then inspected as raw.
class SessionPool {
 public:
  struct Options {
    uint32_t max_sessions = 1u << 20;  // of all protocols together
  };
  static Result<SessionPool> Create(const Options& options);
  SessionPool(SessionPool&&) noexcept;
  SessionPool& operator=(SessionPool&&) noexcept;
  ~SessionPool();

  // The session numbers its objects from 1. REQUIRES: id != kCount.
  Session* Open(ProtocolId id) noexcept;
  void Close(ProtocolId id, Session* session) noexcept;
  uint32_t open_sessions() const noexcept;
  uint64_t full_count() const noexcept;  // Open said nullptr

 private:
  struct Impl;
  explicit SessionPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::protocol
