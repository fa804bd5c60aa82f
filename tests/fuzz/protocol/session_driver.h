// Drives a session with the bytes of a fuzz input: a control byte, then what it says, until the input ends.
//
// Control: bit 0 the direction, bit 1 a gap instead of bytes, bit 2 the end of the direction; the upper five bits the length
// of the run (times 8; the top value means all the rest). Checks that every byte is in exactly one piece, in order, that
// objects begin before their data and end once, and that the session makes progress.
#pragma once

#include <cstdlib>
#include <set>
#include <vector>

#include "dataplane/protocol/protocol_table.h"

namespace sluice::protocol {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

class SessionDriver {
 public:
  explicit SessionDriver(ProtocolId id) : id_(id) {}

  void Run(const uint8_t* data, size_t size) {
    session_ = pool_.Open(id_);
    size_t at = 0;
    while (at < size && !handed_over_) {
      const uint8_t control = data[at++];
      const auto direction = static_cast<content::Direction>(control & 1);
      const size_t wanted = (control >> 3) == 31 ? size : static_cast<size_t>(control >> 3) * 8 + 1;
      PieceList pieces;
      if ((control & 2) != 0) {
        session_->Gap(direction, wanted, pieces);
        Check(pieces, {});
      } else if ((control & 4) != 0) {
        session_->End(direction, pieces);
        Check(pieces, {});
      } else {
        const size_t n = wanted < size - at ? wanted : size - at;
        const std::vector<uint8_t> exact(data + at, data + at + n);  // its own allocation: a read past it is seen
        Feed(direction, ByteView(exact.data(), exact.size()));
        at += n;
      }
    }
    for (size_t d = 0; d < content::kDirections; ++d) {
      PieceList pieces;
      session_->End(static_cast<content::Direction>(d), pieces);
      Check(pieces, {});
    }
    Require(open_.empty());
    pool_.Close(id_, session_);
  }

 private:
  void Feed(content::Direction direction, ByteView input) {
    while (!input.empty() && !handed_over_) {
      PieceList pieces;
      const FeedResult result = session_->Feed(direction, input, pieces);
      Require(result.consumed <= input.size() && (result.consumed > 0 || result.hand_over));
      Check(pieces, input.First(result.consumed));
      handed_over_ = result.hand_over;
      input = input.From(result.consumed);
    }
  }

  void Check(const PieceList& pieces, ByteView input) {
    const uint8_t* next = input.data();
    for (const Piece& piece : pieces) {
      if (piece.kind == Piece::Kind::kObjectBegin) {
        Require(piece.object != nullptr && piece.object->number == piece.number && piece.number > last_);
        last_ = piece.number;
        open_.insert(piece.number);
      }
      if (piece.kind == Piece::Kind::kData) Require(open_.count(piece.number) == 1);
      if (piece.kind == Piece::Kind::kObjectEnd) Require(open_.erase(piece.number) == 1);
      if (piece.kind == Piece::Kind::kName) touched_ = piece.text.empty() ? 0 : static_cast<uint8_t>(piece.text.back());
      if (piece.kind == Piece::Kind::kExpect) Require(piece.expectation != nullptr);
      if (piece.kind == Piece::Kind::kInserted) {
        Require(open_.count(piece.number) == 1);
        continue;
      }
      if (piece.bytes.empty()) continue;
      Require(piece.bytes.data() == next);
      next += piece.bytes.size();
    }
    Require(next == input.end());
  }

  // One for all inputs, since its mappings cost more than most of them. Each input gives its session back.
  static SessionPool& Pool() {
    static SessionPool pool = SessionPool::Create({.max_sessions = 1}).value();
    return pool;
  }

  SessionPool& pool_ = Pool();
  ProtocolId id_;
  Session* session_ = nullptr;
  bool handed_over_ = false;
  content::ObjectNumber last_ = 0;
  std::set<content::ObjectNumber> open_;
  volatile unsigned touched_ = 0;
};

}  // namespace sluice::protocol
