// The procedures of NFS 3 that name files and carry their bytes (RFC 1813, 3.3).
#include "dataplane/protocol/rpc_session.h"

namespace sluice::protocol {
namespace {

enum Procedure : uint32_t { kLookup = 3, kRead = 6, kWrite = 7, kCreate = 8, kCommit = 21 };
constexpr size_t kAttributes = 84;  // RFC 1813, 2.6: fattr3

bool SkipAttributes(XdrReader& xdr) {
  uint32_t follow = 0;
  return xdr.U32(follow) && (follow == 0 || xdr.Skip(kAttributes));
}

}  // namespace

MessageSession::Part RpcSession::OnCall3(Context& c, Message& message, uint32_t procedure, XdrReader& xdr) noexcept {
  std::string_view handle, name;
  uint64_t offset = 0;
  uint32_t count = 0, stable = 0, size = 0;
  switch (procedure) {
    case kLookup:
    case kCreate:
      if (!xdr.Opaque(handle) || !xdr.Opaque(name)) return {};
      pending_.Add(message.id, static_cast<uint8_t>(procedure), files().Open(name, c.out), 0);
      break;
    case kRead:
      if (!xdr.Opaque(handle) || !xdr.U64(offset) || !xdr.U32(count)) return {};
      pending_.Add(message.id, kRead, files().FindOrOpen(handle, c.out), offset);
      break;
    case kWrite: {
      if (!xdr.Opaque(handle) || !xdr.U64(offset) || !xdr.U32(count) || !xdr.U32(stable) || !xdr.U32(size)) return {};
      if (size == 0) break;
      File file = files().FindOrOpen(handle, c.out);
      // Where answers are not seen, the file is taken to be the one that was asked for last.
      if (!HasSeen(Opposite(c.direction)) && files().At(file)->name.empty()) file = files().Identify(files().Awaiting(), handle);
      const content::ObjectNumber number = files().PieceAt(file, c.direction, offset, c.out);
      if (stable != 0) message.reaches_end = number;
      return Bytes(xdr, size, number);
    }
    case kCommit:
      if (!xdr.Opaque(handle)) return {};
      files().ReachEnd(files().FindOrOpen(handle, c.out), c.direction);
      break;
    default: break;
  }
  return {.rest = kToTheEnd};
}

MessageSession::Part RpcSession::OnAnswer3(Context& c, Message& message, uint32_t procedure, XdrReader& xdr) noexcept {
  uint32_t status = 0, follows = 1;
  if (!xdr.U32(status)) return {};
  if (status != 0) return {.rest = kToTheEnd};
  if (procedure == kRead) return OnReadAnswer3(c, message, xdr);
  if (procedure != kLookup && procedure != kCreate) return {.rest = kToTheEnd};
  std::string_view handle;
  if (procedure == kCreate && !xdr.U32(follows)) return {};
  if (follows != 0 && !xdr.Opaque(handle)) return {};
  PendingRequest* asked = pending_.Find(message.id, static_cast<uint8_t>(procedure));
  if (asked != nullptr) {
    asked->waits = false;
    files().Identify(asked->file, handle);
  }
  return {.rest = kToTheEnd};
}

MessageSession::Part RpcSession::OnReadAnswer3(Context& c, Message& message, XdrReader& xdr) noexcept {
  uint32_t count = 0, at_end = 0, size = 0;
  if (!SkipAttributes(xdr) || !xdr.U32(count) || !xdr.U32(at_end) || !xdr.U32(size)) return {};
  const PendingRequest asked = pending_.Take(message.id, kRead);
  if (size == 0) return {.rest = kToTheEnd};
  const content::ObjectNumber number = files().PieceAt(asked.file, c.direction, asked.offset, c.out);
  if (at_end != 0) message.reaches_end = number;
  return Bytes(xdr, size, number);
}

}  // namespace sluice::protocol
