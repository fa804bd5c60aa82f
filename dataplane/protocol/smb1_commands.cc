// The commands of SMB 1 that name files and carry their bytes (MS-CIFS, 2.2.4).
#include <algorithm>

#include "dataplane/protocol/smb_session.h"
#include "dataplane/protocol/utf16_text.h"

namespace sluice::protocol {
namespace {

// MS-CIFS, 2.2.3.1: the header, a count of words, the words. Offsets within a message count from its header.
constexpr size_t kHeader = 32, kCommandAt = 4, kStatusAt = 5, kFlagsAt = 9, kFlags2At = 10, kMultiplexAt = 30;
constexpr size_t kWords = kHeader + 1, kByteCount = 2;
constexpr uint8_t kIsResponse = 0x80;
constexpr uint16_t kIsUnicode = 0x8000;
constexpr uint32_t kSuccess = 0, kBufferOverflow = 0x80000005;
enum Command : uint8_t { kClose = 0x04, kReadAndX = 0x2e, kWriteAndX = 0x2f, kNtCreateAndX = 0xa2 };

bool IsResponse(ByteView head) { return (head[kFlagsAt] & kIsResponse) != 0; }
size_t BehindWords(ByteView head) { return kWords + size_t{2} * head[kHeader] + kByteCount; }
uint16_t WordAt(ByteView head, size_t at) { return LoadLe16(head.data() + kWords + at); }

}  // namespace

MessageSession::Part SmbSession::OnSmb1(Context& c, ByteView head, bool is_all) noexcept {
  if (head.size() < kWords) return {.wanted = kWords};
  size_t wanted = BehindWords(head);
  if (head[kCommandAt] == kNtCreateAndX && !IsResponse(head) && head[kHeader] == 24) {
    // The name stands behind the words, which say how long it is, and in UTF-16 behind a byte of padding.
    if (head.size() >= wanted) wanted += 1 + size_t{WordAt(head, 5)};
  }
  wanted = std::min(wanted, kMaxHead);
  if (wanted > head.size() && !is_all) return {.wanted = wanted};
  Part part;
  part.rest = kToTheEnd;
  if (head.size() >= BehindWords(head)) ReadSmb1(c, head, part);
  return part;
}

void SmbSession::ReadSmb1(Context& c, ByteView head, Part& part) noexcept {
  const bool response = IsResponse(head);
  const uint32_t status = LoadLe32(head.data() + kStatusAt);
  const uint8_t words = head[kHeader];
  switch (head[kCommandAt]) {
    case kNtCreateAndX:
      if (!response && words == 24) OnCreate1(c, head);
      else if (response && words >= 34 && status == kSuccess) OnCreated1(head);
      break;
    case kClose:
      if (!response && words == 3) files().Close(FileOf1(c, head, 0), c.out);
      break;
    case kReadAndX:
      if (!response && words >= 10) {
        const uint64_t high = words >= 12 ? LoadLe32(head.data() + kWords + 20) : 0;
        pending_.Add(LoadLe16(head.data() + kMultiplexAt), kReadAndX, FileOf1(c, head, 4), high << 32 | LoadLe32(head.data() + kWords + 6));
      } else if (response && words == 12 && (status == kSuccess || status == kBufferOverflow)) {
        OnReadAnswer1(c, head, part);
      }
      break;
    case kWriteAndX:
      if (!response && words >= 12) OnWrite1(c, head, part);
      break;
    default: break;
  }
}

void SmbSession::OnCreate1(Context& c, ByteView head) noexcept {
  InlineText<252> name;
  const size_t behind = BehindWords(head), size = WordAt(head, 5);
  const bool is_unicode = (LoadLe16(head.data() + kFlags2At) & kIsUnicode) != 0;
  const ByteView stored = is_unicode ? head.Sub(behind + behind % 2, size) : head.Sub(behind, size);
  if (is_unicode) AppendUtf16Le(stored, name);
  else name.Assign(stored.AsText().substr(0, stored.AsText().find('\0')));
  pending_.Add(LoadLe16(head.data() + kMultiplexAt), kNtCreateAndX, files().Open(name.view(), c.out), 0);
}

void SmbSession::OnCreated1(ByteView head) noexcept {
  PendingRequest* asked = pending_.Find(LoadLe16(head.data() + kMultiplexAt), kNtCreateAndX);
  if (asked == nullptr) return;
  asked->waits = false;
  const File file = files().Identify(asked->file, head.Sub(kWords + 5, 2).AsText());
  if (FileBook::File* known = files().At(file); known != nullptr) {
    known->size = LoadLe64(head.data() + kWords + 55);
    // MS-CIFS, 2.2.4.64.2: pipes of bytes and of messages.
    const uint16_t type = WordAt(head, 63);
    known->is_pipe = type == 1 || type == 2;
  }
}

void SmbSession::OnWrite1(Context& c, ByteView head, Part& part) noexcept {
  const uint64_t bytes = uint64_t{WordAt(head, 18)} << 16 | WordAt(head, 20), at = WordAt(head, 22);
  if (bytes == 0) return;
  if (at < head.size()) {
    part.malformed = true;
    return;
  }
  const uint64_t high = head[kHeader] >= 14 ? LoadLe32(head.data() + kWords + 24) : 0;
  const uint64_t offset = high << 32 | LoadLe32(head.data() + kWords + 6);
  Place(part, head, at, bytes, kToTheEnd, files().PieceAt(FileOf1(c, head, 4), c.direction, offset, c.out));
}

void SmbSession::OnReadAnswer1(Context& c, ByteView head, Part& part) noexcept {
  const uint64_t bytes = uint64_t{WordAt(head, 14)} << 16 | WordAt(head, 10), at = WordAt(head, 12);
  if (bytes == 0) return;
  if (at < head.size()) {
    part.malformed = true;
    return;
  }
  const PendingRequest asked = pending_.Take(LoadLe16(head.data() + kMultiplexAt), kReadAndX);
  Place(part, head, at, bytes, kToTheEnd, files().PieceAt(asked.file, c.direction, asked.offset, c.out));
}

SmbSession::File SmbSession::FileOf1(Context& c, ByteView head, size_t at) noexcept {
  const std::string_view id = head.Sub(kWords + at, 2).AsText();
  const File awaiting = HasSeen(Opposite(c.direction)) ? File() : files().Awaiting();
  return awaiting.index != UINT8_MAX ? files().Identify(awaiting, id) : files().FindOrOpen(id, c.out);
}

}  // namespace sluice::protocol
