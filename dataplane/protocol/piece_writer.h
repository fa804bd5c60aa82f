// PieceWriter: how sessions append pieces; neighbouring bytes of the same kind become one piece.
//
// Thread: one worker. Allocates: never. REQUIRES throughout: room in the list (sessions check before they consume).
#pragma once

#include <string_view>

#include "dataplane/protocol/session.h"
#include "dataplane/protocol/session_memory.h"

namespace sluice::protocol {

class PieceWriter {
 public:
  explicit PieceWriter(PieceList& out) : out_(out) {}

  size_t room() const noexcept { return out_.room(); }

  void Begin(const content::ObjectDescription& description) noexcept {
    Piece& piece = out_.Add(Piece::Kind::kObjectBegin);
    piece.number = description.number;
    piece.object = &description;
  }
  // The object `open`, which begins now, as the next after `last`, where it is not open yet (0).
  content::ObjectNumber BeginOnce(content::ObjectNumber& open, content::ObjectNumber& last, SessionMemory& memory, content::Part part,
                                  content::Direction direction) noexcept {
    if (open != 0) return open;
    open = ++last;
    Begin(memory.Describe(part, direction, open));
    return open;
  }
  void Data(content::ObjectNumber number, ByteView bytes) noexcept { AddBytes(Piece::Kind::kData, number, bytes); }
  void Framing(ByteView bytes) noexcept { AddBytes(Piece::Kind::kFraming, 0, bytes); }
  void Opaque(ByteView bytes) noexcept { AddBytes(Piece::Kind::kOpaque, 0, bytes); }
  void End(content::ObjectNumber number, bool complete) noexcept {
    Piece& piece = out_.Add(Piece::Kind::kObjectEnd);
    piece.number = number;
    piece.complete = complete;
  }
  void Name(NameKind kind, std::string_view text) noexcept {
    if (text.empty()) return;
    Piece& piece = out_.Add(Piece::Kind::kName);
    piece.name_kind = kind;
    piece.text = text;
  }
  void Inserted(content::ObjectNumber number, ByteView bytes) noexcept {
    Piece& piece = out_.Add(Piece::Kind::kInserted);
    piece.number = number;
    piece.bytes = bytes;
  }
  // `expectation` lives until the next call to the session.
  void Expect(const Expectation& expectation) noexcept { out_.Add(Piece::Kind::kExpect).expectation = &expectation; }
  void Anomaly(AnomalyKind kind) noexcept { out_.Add(Piece::Kind::kAnomaly).anomaly = kind; }

 private:
  void AddBytes(Piece::Kind kind, content::ObjectNumber number, ByteView bytes) noexcept {
    if (bytes.empty()) return;
    Piece* last = out_.last();
    if (last != nullptr && last->kind == kind && last->number == number && last->bytes.end() == bytes.data()) {
      last->bytes = ByteView(last->bytes.data(), last->bytes.size() + bytes.size());
      return;
    }
    Piece& piece = out_.Add(kind);
    piece.number = number;
    piece.bytes = bytes;
  }

  PieceList& out_;
};

}  // namespace sluice::protocol
