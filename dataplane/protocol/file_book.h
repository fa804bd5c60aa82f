// FileBook: the files of a connection whose bytes come in pieces at offsets (SMB, NFS), and the objects they make.
//
// A piece that begins where another of the same file and direction ended goes on in its object. One that begins elsewhere is an
// object of its own, of the same name: all of it is inspected, but nothing across the seam, which kScatteredFile says once for
// each file. An object is complete when it began at offset 0, had no hole, no other piece lies beside it, and its end was seen.
// Thread: one worker. Allocates: never. Bounds: kFiles, kPieces, kPiecesOfFile; the one used longest ago makes room, and where
// bytes were still expected of it kStreamLimit says so.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/inline_text.h"
#include "dataplane/content/object.h"
#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

class FileBook {
 public:
  static constexpr size_t kFiles = 32;
  static constexpr size_t kPieces = 40;       // open at a time; all of a direction must end in one call
  static constexpr size_t kPiecesOfFile = 6;  // in both directions together
  // What one call of Open, PieceAt or Close may append.
  static constexpr size_t kPiecesPerCall = kPiecesOfFile + 4;

  struct File {
    uint64_t used = 0;                  // 0: free
    InlineText<128> key;                // a handle (NFSv4: at most 128 bytes), or nothing while the answer is awaited
    InlineText<252> name;
    uint64_t size = UINT64_MAX;         // where it was said
    std::array<bool, content::kDirections> seen{};
    bool scattered = false;
    bool is_superseded = false;         // another has its key now
    bool is_pipe = false;               // without offsets: what comes goes on
  };
  // Names a file across calls: another may have taken its place meanwhile.
  struct Reference {
    uint8_t index = UINT8_MAX;
    uint64_t opened = 0;
  };

  FileBook(SessionMemory& memory, content::Part part, content::ObjectNumber& last_object) noexcept
      : memory_(memory), part_(part), last_object_(last_object) {}

  // A file that was asked for by name; its key comes with the answer.
  Reference Open(std::string_view name, PieceWriter& out) noexcept;
  File* At(const Reference& reference) noexcept;
  // The file of this key, known or not.
  Reference FindOrOpen(std::string_view key, PieceWriter& out) noexcept;
  // The answer to Open: from here on `key` is what the file is called. A file that had this key before is the same one and
  // keeps its objects, unless bytes of the one that was asked for came already; the answer is who it is now.
  Reference Identify(const Reference& reference, std::string_view key) noexcept;
  // The latest that was asked for by name and has no key: whose it is where answers are not seen.
  Reference Awaiting() const noexcept;

  // The object to which the bytes at `offset` belong. A file that nobody knows: one object of all that is sent so.
  content::ObjectNumber PieceAt(const Reference& reference, content::Direction direction, uint64_t offset, PieceWriter& out) noexcept;
  // An object of bytes that stand for something else, and for which file is not known.
  content::ObjectNumber Coded(std::string_view coding, content::Direction direction, PieceWriter& out) noexcept;
  // `bytes` of the object came, or were lost.
  void Advance(content::ObjectNumber number, uint64_t bytes) noexcept;
  void Lose(content::ObjectNumber number, uint64_t bytes) noexcept;
  // What came of the object so far reaches the end of its file.
  void ReachEnd(content::ObjectNumber number) noexcept;
  void ReachEnd(const Reference& reference, content::Direction direction) noexcept;

  // The file was closed: its objects end.
  void Close(const Reference& reference, PieceWriter& out) noexcept;
  void EndAll(content::Direction direction, PieceWriter& out) noexcept;

 private:
  struct Filed {
    content::ObjectNumber number = 0;   // 0: free
    uint8_t file = 0;                   // kNobodys, kCoded
    content::Direction direction = content::Direction::kUpload;
    bool lossy = false, at_end = false, alone = true;
    uint64_t start = 0, next = 0, used = 0;
  };

  static constexpr uint8_t kNobodys = kFiles, kCoded = kFiles + 1;

  Filed* Find(content::ObjectNumber number) noexcept;
  uint8_t IndexOf(const Reference& reference) const noexcept;
  bool HasPieces(uint8_t file) const noexcept;
  bool ReadsAgain(const Filed& piece) const noexcept;
  Filed& Begin(uint8_t file, content::Direction direction, uint64_t offset, PieceWriter& out) noexcept;
  Filed& MakeRoom(uint8_t file, PieceWriter& out) noexcept;
  void End(Filed& piece, bool closed, PieceWriter& out) noexcept;
  void EndPieces(uint8_t file, bool closed, PieceWriter& out) noexcept;

  SessionMemory& memory_;
  const content::Part part_;
  content::ObjectNumber& last_object_;
  uint64_t clock_ = 0;  // of uses
  std::array<File, kFiles> files_;
  std::array<uint64_t, kFiles> opened_{};
  std::array<Filed, kPieces> pieces_;
};

}  // namespace sluice::protocol
