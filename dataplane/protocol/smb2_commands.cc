// The commands of SMB 2 and 3 that name files and carry their bytes (MS-SMB2, 2.2).
#include <algorithm>

#include "dataplane/protocol/smb_session.h"
#include "dataplane/protocol/utf16_text.h"

namespace sluice::protocol {
namespace {

// MS-SMB2, 2.2.1.2. All offsets within a command count from its header.
constexpr size_t kHeader = 64, kStatusAt = 8, kCommandAt = 12, kFlagsAt = 16, kNextAt = 20, kMessageAt = 24, kTreeAt = 36;
constexpr uint32_t kIsResponse = 1;
constexpr uint32_t kSuccess = 0, kBufferOverflow = 0x80000005;
constexpr size_t kFileId = 16;
constexpr uint8_t kPipeShare = 2;  // MS-SMB2, 2.2.10
enum Command : uint16_t { kNegotiate = 0, kSessionSetup = 1, kTreeConnect = 3, kCreate = 5, kClose = 6, kRead = 8, kWrite = 9 };

bool IsResponse(ByteView head) { return (LoadLe32(head.data() + kFlagsAt) & kIsResponse) != 0; }
uint16_t CommandOf(ByteView head) { return LoadLe16(head.data() + kCommandAt); }
uint64_t MessageOf(ByteView head) { return LoadLe64(head.data() + kMessageAt); }

// What `length` at `length_at` and `offset` at `offset_at` point to, as far as it is there.
ByteView PointedTo(ByteView head, size_t offset_at, size_t length_at) {
  return head.Sub(LoadLe16(head.data() + offset_at), LoadLe16(head.data() + length_at));
}

// MS-SMB2, 2.2.4: what the server chose.
std::string_view DialectName(uint16_t dialect) {
  switch (dialect) {
    case 0x0202: return "SMB 2.0.2";
    case 0x0210: return "SMB 2.1";
    case 0x0300: return "SMB 3.0";
    case 0x0302: return "SMB 3.0.2";
    case 0x0311: return "SMB 3.1.1";
    default: return {};
  }
}

}  // namespace

// How much of a command must be together to be read: its fixed part, and names behind it.
size_t SmbSession::WantedOfSmb2(ByteView head) const noexcept {
  const bool response = IsResponse(head);
  switch (CommandOf(head)) {
    case kNegotiate: return response ? kHeader + 6 : kHeader;
    case kSessionSetup:
      if (response) return kHeader;
      return head.size() < kHeader + 16 ? kHeader + 16 : std::max<size_t>(kHeader + 16, LoadLe16(head.data() + 76) + size_t{LoadLe16(head.data() + 78)});
    case kTreeConnect:
      if (response) return kHeader + 4;
      return head.size() < kHeader + 8 ? kHeader + 8 : std::max<size_t>(kHeader + 8, LoadLe16(head.data() + 68) + size_t{LoadLe16(head.data() + 70)});
    case kCreate:
      if (response) return kHeader + 80;
      return head.size() < kHeader + 56 ? kHeader + 56 : std::max<size_t>(kHeader + 56, LoadLe16(head.data() + 108) + size_t{LoadLe16(head.data() + 110)});
    case kClose: return response ? kHeader : kHeader + 24;
    case kRead: return response ? kHeader + 16 : kHeader + 32;
    case kWrite: return response ? kHeader : kHeader + 48;
    default: return kHeader;
  }
}

MessageSession::Part SmbSession::OnSmb2(Context& c, ByteView head, bool is_all) noexcept {
  if (head.size() < kHeader) return {.wanted = kHeader};
  Part part;
  const uint32_t next = LoadLe32(head.data() + kNextAt);
  // A command may be shorter than its request would be: an error.
  const uint64_t command = LengthOf(head);
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>({WantedOfSmb2(head), kMaxHead, command}));
  if (wanted > head.size() && !is_all) return {.wanted = wanted};
  // MS-SMB2, 3.3.5.2.7: commands of a compound are aligned and do not overlap.
  if (next != 0 && (next < kHeader || next % 8 != 0)) return {.malformed = true};
  part.rest = command == kToTheEnd ? kToTheEnd : command - head.size();
  ReadSmb2(c, head, part);
  return part;
}

void SmbSession::ReadSmb2(Context& c, ByteView head, Part& part) noexcept {
  const bool response = IsResponse(head);
  const uint32_t status = response ? LoadLe32(head.data() + kStatusAt) : kSuccess;
  if (head.size() < std::min(WantedOfSmb2(head), kMaxHead)) return;  // an error, or cut short: nothing more is in it
  switch (CommandOf(head)) {
    case kNegotiate:
      if (response && status == kSuccess) c.out.Name(NameKind::kVersion, DialectName(LoadLe16(head.data() + kHeader + 4)));
      break;
    case kSessionSetup:
      if (!response) NameUser(c, head);
      break;
    case kTreeConnect:
      if (!response) NameHost(c, PointedTo(head, kHeader + 4, kHeader + 6));
      else if (status == kSuccess && head[kHeader + 2] == kPipeShare) pipes_tree_ = LoadLe32(head.data() + kTreeAt);
      break;
    case kCreate:
      if (!response) OnCreate2(c, head);
      else if (status == kSuccess) OnCreated2(head);
      break;
    case kClose:
      if (!response) files().Close(FileOf2(c, head.Sub(kHeader + 8, kFileId)), c.out);
      break;
    case kRead:
      if (!response) OnRead2(c, head);
      else if (status == kSuccess || status == kBufferOverflow) OnReadAnswer2(c, head, part);
      break;
    case kWrite:
      if (!response) OnWrite2(c, head, part);
      break;
    default: break;
  }
}

// Of the command; the last one of a message goes on to its end.
uint64_t SmbSession::LengthOf(ByteView head) noexcept {
  const uint32_t next = LoadLe32(head.data() + kNextAt);
  return next == 0 ? kToTheEnd : next;
}

// Whether there are bytes of a file, behind the head and within the command.
bool SmbSession::IsPlaced(ByteView head, uint64_t at, uint64_t bytes, Part& part) noexcept {
  if (bytes == 0) return false;
  const uint64_t command = LengthOf(head);
  part.malformed = at < head.size() || (command != kToTheEnd && at + bytes > command);
  return !part.malformed;
}

// MS-SMB2, 2.2.13.
void SmbSession::OnCreate2(Context& c, ByteView head) noexcept {
  InlineText<252> name;
  AppendUtf16Le(PointedTo(head, kHeader + 44, kHeader + 46), name);
  const File file = files().Open(name.view(), c.out);
  related_[Index(c.direction)] = file;
  pending_.Add(MessageOf(head), kCreate, file, 0);
}

// MS-SMB2, 2.2.14.
void SmbSession::OnCreated2(ByteView head) noexcept {
  PendingRequest* asked = pending_.Find(MessageOf(head), kCreate);
  if (asked == nullptr) return;
  asked->waits = false;
  const File file = files().Identify(asked->file, head.Sub(kHeader + 64, kFileId).AsText());
  if (FileBook::File* known = files().At(file); known != nullptr) {
    known->size = LoadLe64(head.data() + kHeader + 48);
    known->is_pipe = pipes_tree_ == LoadLe32(head.data() + kTreeAt);
  }
}

// MS-SMB2, 2.2.21.
void SmbSession::OnWrite2(Context& c, ByteView head, Part& part) noexcept {
  const uint64_t at = LoadLe16(head.data() + kHeader + 2), bytes = LoadLe32(head.data() + kHeader + 4);
  if (!IsPlaced(head, at, bytes, part)) return;
  const File file = FileOf2(c, head.Sub(kHeader + 16, kFileId));
  Place(part, head, at, bytes, LengthOf(head), files().PieceAt(file, c.direction, LoadLe64(head.data() + kHeader + 8), c.out));
}

// MS-SMB2, 2.2.19.
void SmbSession::OnRead2(Context& c, ByteView head) noexcept {
  pending_.Add(MessageOf(head), kRead, FileOf2(c, head.Sub(kHeader + 16, kFileId)), LoadLe64(head.data() + kHeader + 8));
}

// MS-SMB2, 2.2.20.
void SmbSession::OnReadAnswer2(Context& c, ByteView head, Part& part) noexcept {
  const uint64_t at = head[kHeader + 2], bytes = LoadLe32(head.data() + kHeader + 4);
  if (!IsPlaced(head, at, bytes, part)) return;
  const PendingRequest asked = pending_.Take(MessageOf(head), kRead);
  Place(part, head, at, bytes, LengthOf(head), files().PieceAt(asked.file, c.direction, asked.offset, c.out));
}

// MS-SMB2, 2.2.1.2: a related command may say "the file of the one before" with all bits set.
SmbSession::File SmbSession::FileOf2(Context& c, ByteView id) noexcept {
  File& related = related_[Index(c.direction)];
  const bool same = std::all_of(id.begin(), id.end(), [](uint8_t byte) { return byte == 0xff; });
  if (same && files().At(related) != nullptr) return related;
  // Where answers are not seen, the file is taken to be the one that was asked for last.
  const File awaiting = HasSeen(Opposite(c.direction)) ? File() : files().Awaiting();
  related = awaiting.index != UINT8_MAX ? files().Identify(awaiting, id.AsText()) : files().FindOrOpen(id.AsText(), c.out);
  return related;
}

// The third message of NTLM (MS-NLMP, 2.2.1.3) names who logs on.
void SmbSession::NameUser(Context& c, ByteView head) noexcept {
  constexpr std::string_view kNtlm("NTLMSSP\0\3\0\0\0", 12);
  constexpr size_t kUserAt = 36, kFixed = 64;
  const size_t at = head.AsText().find(kNtlm);
  if (at == std::string_view::npos) return;
  const ByteView ntlm = head.From(at);
  if (ntlm.size() < kFixed) return;
  name_.Clear();
  AppendUtf16Le(ntlm.Sub(LoadLe32(ntlm.data() + kUserAt + 4), LoadLe16(ntlm.data() + kUserAt)), name_);
  c.out.Name(NameKind::kUser, name_.view());
  c.pause = true;
}

// "\\host\share".
void SmbSession::NameHost(Context& c, ByteView path) noexcept {
  name_.Clear();
  AppendUtf16Le(path, name_);
  std::string_view host = name_.view();
  host.remove_prefix(std::min(host.find_first_not_of('\\'), host.size()));
  c.out.Name(NameKind::kHost, host.substr(0, std::min(host.find('\\'), host.size())));
  c.pause = true;
}

}  // namespace sluice::protocol
