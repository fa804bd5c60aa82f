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

namespace sluice::protocol {

enum class Certainty : uint8_t { kNo, kUnsure, kYes };

enum class ProtocolId : uint8_t { kRawTcp, kRawUdp, kIcmp, kHttp1, kTls, kSsh, kCount };
std::string_view Name(ProtocolId id);  // the `app` of records: "http", "tls", "ssh", "tcp", "udp", "icmp"

struct ProtocolEntry {
  ProtocolId id;
  // `prefix`: the first bytes of one direction, at least one. kUnsure asks for more, at most kProbePrefix.
  Certainty (*probe)(content::Direction direction, ByteView prefix) noexcept;
  size_t session_bytes;
  Session* (*construct)(void* slot) noexcept;  // placement new
};

constexpr size_t kProbePrefix = 256;

// The first that says kYes wins; kUnsure while any is unsure and the prefix is shorter than kProbePrefix; else raw.
struct ProbeOutcome {
  Certainty certainty = Certainty::kNo;
  ProtocolId id = ProtocolId::kRawTcp;
};
ProbeOutcome Probe(content::Direction direction, ByteView prefix) noexcept;

// Slots for sessions, by protocol. Full: Open returns nullptr, counted; the flow is then inspected as raw.
class SessionPool {
 public:
  struct Options {
    uint32_t max_sessions = 1u << 20;  // of all protocols together; memory is touched as it is used
  };
  static Result<SessionPool> Create(const Options& options);
  SessionPool(SessionPool&&) noexcept;
  SessionPool& operator=(SessionPool&&) noexcept;
  ~SessionPool();

  Session* Open(ProtocolId id) noexcept;
  void Close(ProtocolId id, Session* session) noexcept;
  uint64_t full_count() const noexcept;

 private:
  struct Impl;
  explicit SessionPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::protocol
