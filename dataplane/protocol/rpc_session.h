// RpcSession: ONC RPC (RFC 5531) on TCP and UDP, and of it NFS 3 (RFC 1813) and 4 (RFC 7530, 8881): files that are written and read.
//
// LOOKUP, CREATE and OPEN give names to handles, WRITE and the answers to READ bytes to files. NFS 3 has no close: a file's
// object stays open until others need its place or the flow ends, and is complete when its last bytes were committed.
// What RPCSEC_GSS encrypts is opaque. All else is inspected as control. Thread: one worker. Allocates: never.
// Failure: see message_session.h; a head beyond kMaxHead: kOversizedHeader, and what follows in its message is control.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dataplane/protocol/message_session.h"
#include "dataplane/protocol/pending_requests.h"
#include "dataplane/protocol/xdr_reader.h"

namespace sluice::protocol {

// Calls only: an answer alone says too little of itself.
Certainty ProbeNfs(content::Direction direction, ByteView prefix) noexcept;
Certainty ProbeNfsDatagram(content::Direction direction, ByteView datagram) noexcept;
// Of other programs: the port mapper, mounts, locks.
Certainty ProbeRpc(content::Direction direction, ByteView prefix) noexcept;
Certainty ProbeRpcDatagram(content::Direction direction, ByteView datagram) noexcept;

class RpcSession final : public MessageSession {
 public:
  RpcSession(SessionMemory& memory, Carrier carrier) noexcept
      : MessageSession(memory, carrier, content::Part::kRpcControl, content::Part::kNfsFile) {}

 private:
  using File = FileBook::Reference;
  enum class Security : uint8_t { kNone, kIntegrity, kPrivacy };  // RFC 2203, 5.3.3

  // The message at hand of one direction.
  struct Message {
    bool is_call = false, is_compound = false;
    uint32_t id = 0;
    uint32_t operations = 0;               // of a compound, still to come
    File current, saved;                   // of a compound (RFC 7530, 14.2.1)
    content::ObjectNumber reaches_end = 0; // what its bytes end
  };

  Prefix ReadPrefix(const uint8_t* prefix) const noexcept override;
  Part OnHead(Context& c, ByteView head, bool is_all) noexcept override;
  bool IsMessage(ByteView run) const noexcept override;
  void OnMessageEnd(Context& c) noexcept override;

  Part ReadHeader(Context& c, Message& message, XdrReader& xdr) noexcept;
  Part ReadCall(Context& c, Message& message, XdrReader& xdr) noexcept;
  Part ReadAnswer(Context& c, Message& message, XdrReader& xdr) noexcept;
  static Part Bytes(XdrReader& xdr, uint32_t size, content::ObjectNumber number) noexcept;

  // NFS 3 (nfs3_calls.cc)
  Part OnCall3(Context& c, Message& message, uint32_t procedure, XdrReader& xdr) noexcept;
  Part OnAnswer3(Context& c, Message& message, uint32_t procedure, XdrReader& xdr) noexcept;
  Part OnReadAnswer3(Context& c, Message& message, XdrReader& xdr) noexcept;

  // NFS 4 (nfs4_operations.cc)
  Part OnCompound(Message& message, XdrReader& xdr) noexcept;
  Part OnOperation(Context& c, Message& message, XdrReader& xdr) noexcept;
  Part OnResult(Context& c, Message& message, XdrReader& xdr) noexcept;
  bool ReadOpen(XdrReader& xdr, std::string_view& name) noexcept;
  bool SkipOpened(XdrReader& xdr) noexcept;
  void Name4(Context& c, Message& message, uint32_t operation, std::string_view name) noexcept;

  PendingRequests pending_;
  PendingRequests calls_;  // which procedure of which version, and how secured: offset is the procedure, command the security
  std::array<Message, content::kDirections> messages_;
};

}  // namespace sluice::protocol
