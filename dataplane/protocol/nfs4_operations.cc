// The operations of NFS 4 within their compounds (RFC 7530, 16; RFC 8881, 18): one is read at a time, so that none hides another.
#include <algorithm>

#include "dataplane/protocol/rpc_session.h"

namespace sluice::protocol {
namespace {

enum Operation : uint32_t {
  kClose = 4, kCommit = 5, kCreate = 6, kGetHandle = 10, kLock = 12, kLookup = 15, kOpen = 18, kPutHandle = 22, kPutPublic = 23,
  kPutRoot = 24, kRead = 25, kRestore = 31, kSave = 32, kSetAttributes = 34, kWrite = 38,
};

// What an operation says, and what its success answers (XdrReader::SkipLayout). nullptr: read by hand, or not read at all:
// what stands alone in its compound (RFC 8881, 18.35: sessions), and lists whose entries vary.
struct Layout {
  uint32_t operation;
  const char* call;
  const char* result;
};
constexpr Layout kLayouts[] = {
    {3, "i", "ii"}, {kClose, "is", "s"}, {kCommit, "hi", "h"}, {kCreate, nullptr, "ihhw"}, {7, "h", ""}, {8, "s", ""}, {9, "w", "wo"},
    {kGetHandle, "", nullptr}, {11, "o", "ihh"}, {kLock, nullptr, "s"}, {13, "ihhho", ""}, {14, "iishh", "s"}, {kLookup, nullptr, ""},
    {16, "", ""}, {17, "wo", ""}, {kOpen, nullptr, nullptr}, {19, "i", ""}, {20, "si", "s"}, {21, "siii", "s"}, {kPutHandle, nullptr, ""},
    {kPutPublic, "", ""}, {kPutRoot, "", ""}, {kRead, nullptr, nullptr}, {26, "hhiiw", nullptr}, {27, "", "o"}, {28, "o", "ihh"},
    {29, "oo", "ihhihh"}, {30, "h", ""}, {kRestore, "", ""}, {kSave, "", ""}, {33, "o", nullptr}, {kSetAttributes, "swo", "w"},
    {35, "hoiooi", "hh"}, {36, "hh", ""}, {37, "wo", ""}, {kWrite, nullptr, "iih"}, {39, "ho", ""}, {40, "iio", nullptr}, {41, "sii", nullptr},
    {42, nullptr, nullptr}, {43, nullptr, nullptr}, {44, "s", ""}, {45, "s", ""}, {46, nullptr, nullptr}, {47, nullptr, nullptr}, {48, nullptr, nullptr},
    {49, nullptr, nullptr}, {50, "iiihhhsi", nullptr}, {51, nullptr, nullptr}, {52, "i", nullptr}, {53, "siiii", "siiiii"}, {54, nullptr, nullptr},
    {55, nullptr, nullptr}, {56, nullptr, nullptr}, {57, "h", ""}, {58, "i", ""}, {59, "shh", ""}, {60, nullptr, nullptr}, {61, nullptr, nullptr},
    {62, "shh", ""}, {63, "shhw", "w"}, {64, nullptr, ""}, {65, nullptr, ""}, {66, "s", nullptr}, {67, "s", nullptr}, {68, nullptr, nullptr}, {69, "shi", "ih"},
    {70, nullptr, nullptr}, {71, "sshhh", nullptr},
};

const Layout* LayoutOf(uint32_t operation) {
  const auto* found = std::find_if(std::begin(kLayouts), std::end(kLayouts), [operation](const Layout& each) { return each.operation == operation; });
  return found == std::end(kLayouts) ? nullptr : found;
}

bool SkipLock(XdrReader& xdr) {
  uint32_t is_new = 0;
  return xdr.SkipLayout("iihh") && xdr.U32(is_new) && xdr.SkipLayout(is_new != 0 ? "isiho" : "si");
}

}  // namespace

// RFC 7530, 15.2: a call says its tag, its minor version, and how many; an answer its status, its tag, and how many.
MessageSession::Part RpcSession::OnCompound(Message& message, XdrReader& xdr) noexcept {
  uint32_t operations = 0;
  if (!xdr.SkipLayout(message.is_call ? "oi" : "io") || !xdr.U32(operations)) return {};
  message.operations = operations;
  return operations > 0 ? Part{} : Part{.rest = kToTheEnd};
}

MessageSession::Part RpcSession::OnOperation(Context& c, Message& message, XdrReader& xdr) noexcept {
  uint32_t operation = 0, stable = 0, size = 0, type = 0;
  uint64_t offset = 0;
  std::string_view text;
  if (!xdr.U32(operation)) return {};
  const Layout* layout = LayoutOf(operation);
  if (layout == nullptr) {
    // Nobody knows how long it is, and so not what stands behind it.
    message.operations = 0;
    c.out.Anomaly(AnomalyKind::kMalformedProtocol);
    return {.rest = kToTheEnd};
  }
  Part part;
  switch (operation) {
    case kPutHandle:
      if (!xdr.Opaque(text)) return {};
      message.current = files().FindOrOpen(text, c.out);
      break;
    case kPutPublic:
    case kPutRoot: message.current = File(); break;
    case kSave: message.saved = message.current; break;
    case kRestore: message.current = message.saved; break;
    case kLookup:
      if (!xdr.Opaque(text)) return {};
      Name4(c, message, operation, text);
      break;
    case kOpen:
      if (!ReadOpen(xdr, text)) return {};
      if (!text.empty()) Name4(c, message, operation, text);
      break;
    case kCreate:
      if (!xdr.U32(type) || !xdr.SkipLayout(type == 5 ? "o" : type == 3 || type == 4 ? "ii" : "") || !xdr.Opaque(text) || !xdr.SkipLayout("wo")) return {};
      break;
    case kLock:
      if (!SkipLock(xdr)) return {};
      break;
    case kRead:
      if (!xdr.SkipLayout("s") || !xdr.U64(offset) || !xdr.U32(size)) return {};
      pending_.Add(message.id, kRead, message.current, offset);
      break;
    case kWrite: {
      if (!xdr.SkipLayout("s") || !xdr.U64(offset) || !xdr.U32(stable) || !xdr.U32(size)) return {};
      if (size == 0) break;
      const content::ObjectNumber number = files().PieceAt(message.current, c.direction, offset, c.out);
      if (stable != 0) message.reaches_end = number;
      part = Bytes(xdr, size, number);
      break;
    }
    default:
      if (layout->call == nullptr) {
        message.operations = 0;
        return {.rest = kToTheEnd};
      }
      if (!xdr.SkipLayout(layout->call)) return {};
      if (operation == kCommit) files().ReachEnd(message.current, c.direction);
      if (operation == kClose) files().Close(message.current, c.out);
      break;
  }
  if (--message.operations == 0 && part.rest != kToTheEnd) part.rest = kToTheEnd;
  return part;
}

// What is asked for by name is the current file from here on; its handle comes with the answer, where GETFH asks for it.
void RpcSession::Name4(Context& c, Message& message, uint32_t operation, std::string_view name) noexcept {
  message.current = files().Open(name, c.out);
  pending_.Add(message.id, static_cast<uint8_t>(operation), message.current, 0);
}

// RFC 7530, 16.16.
bool RpcSession::ReadOpen(XdrReader& xdr, std::string_view& name) noexcept {
  constexpr uint32_t kCreates = 1, kExclusive = 2, kExclusiveWithAttributes = 3;
  enum Claim : uint32_t { kNull = 0, kPrevious = 1, kDelegated = 2, kDelegatedBefore = 3, kDelegatedHandle = 5 };
  uint32_t creates = 0, mode = 0, claim = 0;
  if (!xdr.SkipLayout("iiiho") || !xdr.U32(creates)) return false;
  if (creates == kCreates) {
    if (!xdr.U32(mode)) return false;
    if (!xdr.SkipLayout(mode == kExclusive ? "h" : mode == kExclusiveWithAttributes ? "hwo" : "wo")) return false;
  }
  if (!xdr.U32(claim)) return false;
  switch (claim) {
    case kNull:
    case kDelegatedBefore: return xdr.Opaque(name);
    case kPrevious: return xdr.Skip(4);
    case kDelegated: return xdr.SkipLayout("s") && xdr.Opaque(name);
    case kDelegatedHandle: return xdr.SkipLayout("s");
    default: return true;
  }
}

// RFC 7530, 16.16.4; RFC 8881, 18.16.2: what the server grants beside the file.
bool RpcSession::SkipOpened(XdrReader& xdr) noexcept {
  enum Delegation : uint32_t { kNone = 0, kReadOnly = 1, kReadWrite = 2, kNoneBecause = 3 };
  uint32_t delegation = 0, detail = 0;
  if (!xdr.SkipLayout("sihhiw") || !xdr.U32(delegation)) return false;
  if (delegation == kReadOnly) return xdr.SkipLayout("siiiio");
  if (delegation == kReadWrite) return xdr.SkipLayout("si") && xdr.U32(detail) && xdr.SkipLayout(detail == 1 ? "h" : "ii") && xdr.SkipLayout("iiio");
  if (delegation == kNoneBecause) return xdr.U32(detail) && (detail > 2 || detail == 0 || xdr.Skip(4));
  return true;
}

MessageSession::Part RpcSession::OnResult(Context& c, Message& message, XdrReader& xdr) noexcept {
  uint32_t operation = 0, status = 0, at_end = 0, size = 0;
  std::string_view handle;
  if (!xdr.U32(operation) || !xdr.U32(status)) return {};
  const Layout* layout = LayoutOf(operation);
  Part part;
  if (status != 0 || layout == nullptr) {
    // RFC 7530, 15.2.3: nothing follows an operation that failed.
    message.operations = 0;
    return {.rest = kToTheEnd};
  }
  if (operation == kLookup || operation == kOpen) {
    if (operation == kOpen && !SkipOpened(xdr)) return {};
    PendingRequest* asked = pending_.Find(message.id, static_cast<uint8_t>(operation));
    if (asked != nullptr) {
      asked->waits = false;
      message.current = asked->file;
    }
  } else if (operation == kGetHandle) {
    if (!xdr.Opaque(handle)) return {};
    files().Identify(message.current, handle);
  } else if (operation == kRead) {
    if (!xdr.U32(at_end) || !xdr.U32(size)) return {};
    const PendingRequest asked = pending_.Take(message.id, kRead);
    if (size > 0) {
      const content::ObjectNumber number = files().PieceAt(asked.file, c.direction, asked.offset, c.out);
      if (at_end != 0) message.reaches_end = number;
      part = Bytes(xdr, size, number);
    }
  } else if (layout->result == nullptr) {
    message.operations = 0;
    return {.rest = kToTheEnd};
  } else if (!xdr.SkipLayout(layout->result)) {
    return {};
  }
  if (--message.operations == 0) part.rest = kToTheEnd;
  return part;
}

}  // namespace sluice::protocol
