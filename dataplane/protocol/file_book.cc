#include "dataplane/protocol/file_book.h"

#include <algorithm>
#include <utility>

namespace sluice::protocol {

using content::Direction;
using content::ObjectNumber;

uint8_t FileBook::IndexOf(const Reference& reference) const noexcept {
  const bool stands = reference.index < kFiles && files_[reference.index].used != 0 && opened_[reference.index] == reference.opened;
  return stands ? reference.index : kNobodys;
}

FileBook::File* FileBook::At(const Reference& reference) noexcept {
  const uint8_t index = IndexOf(reference);
  return index < kFiles ? &files_[index] : nullptr;
}

FileBook::Reference FileBook::Open(std::string_view name, PieceWriter& out) noexcept {
  const auto oldest = std::min_element(files_.begin(), files_.end(), [](const File& a, const File& b) { return a.used < b.used; });
  const auto index = static_cast<uint8_t>(oldest - files_.begin());
  if (oldest->used != 0) EndPieces(index, false, out);
  *oldest = File();
  oldest->name.Assign(name);
  oldest->used = opened_[index] = ++clock_;
  return {index, opened_[index]};
}

FileBook::Reference FileBook::FindOrOpen(std::string_view key, PieceWriter& out) noexcept {
  for (size_t i = 0; i < kFiles; ++i) {
    if (files_[i].used != 0 && files_[i].key.view() == key) {
      files_[i].used = ++clock_;
      return {static_cast<uint8_t>(i), opened_[i]};
    }
  }
  const Reference made = Open({}, out);
  files_[made.index].key.Assign(key);
  return made;
}

FileBook::Reference FileBook::Identify(const Reference& reference, std::string_view key) noexcept {
  File* file = At(reference);
  if (file == nullptr || key.empty()) return reference;
  for (size_t i = 0; i < kFiles; ++i) {
    File& known = files_[i];
    if (&known == file || known.used == 0 || known.key.view() != key) continue;
    if (HasPieces(reference.index)) {
      // Bytes came before the answer: they stay with the newer one, and the older one is asked for no more.
      known.key.Clear();
      known.is_superseded = true;
      break;
    }
    if (!file->name.empty()) known.name = file->name;
    known.used = ++clock_;
    *file = File();
    return {static_cast<uint8_t>(i), opened_[i]};
  }
  file->key.Assign(key);
  file->used = ++clock_;
  return reference;
}

bool FileBook::HasPieces(uint8_t file) const noexcept {
  return std::any_of(pieces_.begin(), pieces_.end(), [file](const Filed& piece) { return piece.number != 0 && piece.file == file; });
}

FileBook::Reference FileBook::Awaiting() const noexcept {
  Reference latest;
  for (size_t i = 0; i < kFiles; ++i) {
    const bool awaits = files_[i].used != 0 && files_[i].key.empty() && !files_[i].is_superseded;
    if (awaits && opened_[i] > latest.opened) latest = {static_cast<uint8_t>(i), opened_[i]};
  }
  return latest;
}

ObjectNumber FileBook::PieceAt(const Reference& reference, Direction direction, uint64_t offset, PieceWriter& out) noexcept {
  const uint8_t file = IndexOf(reference);
  const bool has_offsets = file != kNobodys && !files_[file].is_pipe;
  for (Filed& piece : pieces_) {
    if (piece.number == 0 || piece.file != file || piece.direction != direction) continue;
    if (has_offsets && piece.next != offset) continue;
    piece.used = ++clock_;
    if (file < kFiles) files_[file].used = clock_;
    return piece.number;
  }
  return Begin(file, direction, offset, out).number;
}

ObjectNumber FileBook::Coded(std::string_view coding, Direction direction, PieceWriter& out) noexcept {
  Filed& piece = MakeRoom(kCoded, out);
  piece = Filed();
  piece.number = ++last_object_;
  piece.file = kCoded;
  piece.direction = direction;
  piece.used = ++clock_;
  content::ObjectDescription& description = memory_.Describe(part_, direction, piece.number);
  description.declared_encoding = true;
  description.content_encoding.Assign(coding);
  out.Begin(description);
  return piece.number;
}

FileBook::Filed& FileBook::Begin(uint8_t file, Direction direction, uint64_t offset, PieceWriter& out) noexcept {
  Filed& piece = MakeRoom(file, out);
  piece = Filed();
  piece.number = ++last_object_;
  piece.file = file;
  piece.direction = direction;
  piece.start = piece.next = offset;
  piece.used = ++clock_;
  content::ObjectDescription& description = memory_.Describe(part_, direction, piece.number);
  if (file < kFiles) {
    File& known = files_[file];
    known.used = clock_;
    piece.alone = !known.seen[Index(direction)] || ReadsAgain(piece);
    known.seen[Index(direction)] = true;
    description.name.Assign(known.name.view());
    if (!piece.alone) {
      for (Filed& other : pieces_) {
        if (other.file == file && other.direction == direction) other.alone = false;
      }
      if (!std::exchange(known.scattered, true)) out.Anomaly(AnomalyKind::kScatteredFile);
    }
  }
  out.Begin(description);
  return piece;
}

// From its beginning once more, as others before it: nothing that is read changes what was read, and no seam lies between.
bool FileBook::ReadsAgain(const Filed& piece) const noexcept {
  if (piece.direction != Direction::kDownload || piece.start != 0) return false;
  return std::none_of(pieces_.begin(), pieces_.end(), [&piece](const Filed& other) {
    return other.number != 0 && other.file == piece.file && other.direction == piece.direction && other.start != 0;
  });
}

// A free place; else that of the piece which was used longest ago, of this file if it has its share.
FileBook::Filed& FileBook::MakeRoom(uint8_t file, PieceWriter& out) noexcept {
  Filed* free = nullptr;
  Filed* oldest = nullptr;
  Filed* oldest_of_file = nullptr;
  size_t of_file = 0;
  for (Filed& piece : pieces_) {
    if (piece.number == 0) {
      free = &piece;
      continue;
    }
    if (oldest == nullptr || piece.used < oldest->used) oldest = &piece;
    if (piece.file != file) continue;
    ++of_file;
    if (oldest_of_file == nullptr || piece.used < oldest_of_file->used) oldest_of_file = &piece;
  }
  if (of_file >= kPiecesOfFile) free = nullptr;
  if (free != nullptr) return *free;
  Filed& victim = of_file >= kPiecesOfFile ? *oldest_of_file : *oldest;
  if (&victim == oldest && of_file < kPiecesOfFile) out.Anomaly(AnomalyKind::kStreamLimit);
  End(victim, false, out);
  return victim;
}

FileBook::Filed* FileBook::Find(ObjectNumber number) noexcept {
  if (number == 0) return nullptr;
  for (Filed& piece : pieces_) {
    if (piece.number == number) return &piece;
  }
  return nullptr;
}

void FileBook::Advance(ObjectNumber number, uint64_t bytes) noexcept {
  Filed* piece = Find(number);
  if (piece == nullptr) return;
  piece->next += bytes;
  piece->at_end = false;
}

void FileBook::Lose(ObjectNumber number, uint64_t bytes) noexcept {
  Filed* piece = Find(number);
  if (piece == nullptr) return;
  piece->next += bytes;
  piece->lossy = true;
}

void FileBook::ReachEnd(ObjectNumber number) noexcept {
  Filed* piece = Find(number);
  if (piece != nullptr) piece->at_end = true;
}

void FileBook::ReachEnd(const Reference& reference, Direction direction) noexcept {
  const uint8_t file = IndexOf(reference);
  if (file == kNobodys) return;
  for (Filed& piece : pieces_) {
    if (piece.number != 0 && piece.file == file && piece.direction == direction) piece.at_end = true;
  }
}

void FileBook::End(Filed& piece, bool closed, PieceWriter& out) noexcept {
  const uint64_t size = piece.file < kFiles ? files_[piece.file].size : UINT64_MAX;
  // What is written is whole when its file is closed; what is read, when its end was reached.
  const bool ended = piece.at_end || (piece.direction == Direction::kUpload ? closed : size != UINT64_MAX && piece.next >= size);
  out.End(piece.number, ended && piece.start == 0 && piece.alone && !piece.lossy && piece.file < kFiles);
  piece.number = 0;
}

void FileBook::EndPieces(uint8_t file, bool closed, PieceWriter& out) noexcept {
  bool any_open = false;
  for (Filed& piece : pieces_) {
    if (piece.number == 0 || piece.file != file) continue;
    any_open = any_open || !piece.at_end;
    End(piece, closed, out);
  }
  if (any_open && !closed) out.Anomaly(AnomalyKind::kStreamLimit);
}

void FileBook::Close(const Reference& reference, PieceWriter& out) noexcept {
  const uint8_t file = IndexOf(reference);
  if (file == kNobodys) return;
  EndPieces(file, true, out);
  files_[file] = File();
}

void FileBook::EndAll(Direction direction, PieceWriter& out) noexcept {
  for (Filed& piece : pieces_) {
    if (piece.number != 0 && piece.direction == direction) End(piece, false, out);
  }
}

}  // namespace sluice::protocol
