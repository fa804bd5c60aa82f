// Conversation: feeds a session and keeps what it says: objects put together, framing, anomalies, names, byte counts.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/protocol/protocol_table.h"

namespace sluice::protocol {

using content::Direction;
using content::Part;

struct SeenObject {
  Part part = Part::kTcpStream;
  Direction direction = Direction::kUpload;
  std::string name, type, encoding, bytes;
  bool ended = false, complete = false;

  bool operator==(const SeenObject&) const = default;
};

// One thing that happens on the wire.
struct Event {
  enum class Kind { kBytes, kGap, kEnd } kind = Kind::kBytes;
  Direction direction = Direction::kUpload;
  std::string bytes;
  uint64_t lost = 0;
};
inline Event Up(std::string bytes) { return {Event::Kind::kBytes, Direction::kUpload, std::move(bytes), 0}; }
inline Event Down(std::string bytes) { return {Event::Kind::kBytes, Direction::kDownload, std::move(bytes), 0}; }
inline Event LostUp(uint64_t n) { return {Event::Kind::kGap, Direction::kUpload, {}, n}; }
inline Event LostDown(uint64_t n) { return {Event::Kind::kGap, Direction::kDownload, {}, n}; }
inline Event EndUp() { return {Event::Kind::kEnd, Direction::kUpload, {}, 0}; }
inline Event EndDown() { return {Event::Kind::kEnd, Direction::kDownload, {}, 0}; }

class Conversation {
 public:
  explicit Conversation(ProtocolId id, uint32_t max_sessions = 2)
      : pool_(SessionPool::Create({.max_sessions = max_sessions}).value()), id_(id), session_(pool_.Open(id)) {}
  ~Conversation() { pool_.Close(id_, session_); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void Play(const Event& event) {
    PieceList pieces;
    switch (event.kind) {
      case Event::Kind::kBytes: Feed(event.direction, event.bytes); return;
      case Event::Kind::kGap: session_->Gap(event.direction, event.lost, pieces); break;
      case Event::Kind::kEnd: session_->End(event.direction, pieces); break;
    }
    Take(pieces, event.direction, {});
  }

  void Feed(Direction direction, std::string_view bytes) {
    while (!bytes.empty() && !handed_over) {
      const std::string exact(bytes);  // its own allocation, so that AddressSanitizer sees a read past the end
      const ByteView input{std::string_view(exact)};
      PieceList pieces;
      const FeedResult result = session_->Feed(direction, input, pieces);
      Take(pieces, direction, input.First(result.consumed));
      ASSERT_LE(result.consumed, bytes.size());
      handed_over = result.hand_over;
      to_websocket = result.websocket;
      if (handed_over) rest = std::string(bytes.substr(result.consumed));
      ASSERT_TRUE(handed_over || result.consumed > 0) << "no progress";
      bytes.remove_prefix(result.consumed);
    }
  }

  std::vector<SeenObject> Objects(Part part) const {
    std::vector<SeenObject> found;
    for (const auto& [number, object] : objects) {
      if (object.part == part) found.push_back(object);
    }
    return found;
  }
  std::string NameOf(NameKind kind) const {
    for (const auto& [seen, text] : names) {
      if (seen == kind) return text;
    }
    return {};
  }
  bool Has(AnomalyKind kind) const {
    for (AnomalyKind seen : anomalies) {
      if (seen == kind) return true;
    }
    return false;
  }

  std::map<content::ObjectNumber, SeenObject> objects;
  std::string framing[content::kDirections], opaque[content::kDirections];
  std::vector<AnomalyKind> anomalies;
  std::vector<std::pair<NameKind, std::string>> names;
  std::vector<std::string> expectations;
  bool handed_over = false, to_websocket = false;
  std::string rest;

 private:
  // "announce client:1025", "describe server:1025 report.docx by alice"
  static std::string Words(const Expectation& e) {
    std::string words = e.step == Expectation::Step::kAnnounce ? "announce " : "describe ";
    words += e.client_listens ? "client:" : "server:";
    words += std::to_string(e.port);
    if (!e.name.empty()) words += " " + std::string(e.name.view());
    if (!e.user.empty()) words += " by " + std::string(e.user.view());
    return words;
  }

  // Every input byte is in exactly one piece, in order.
  void Take(const PieceList& pieces, Direction direction, ByteView input) {
    const uint8_t* next = input.data();
    for (const Piece& piece : pieces) {
      switch (piece.kind) {
        case Piece::Kind::kObjectBegin: Begin(piece, direction); break;
        case Piece::Kind::kObjectEnd:
          ASSERT_TRUE(objects.count(piece.number) == 1 && !objects[piece.number].ended);
          objects[piece.number].ended = true;
          objects[piece.number].complete = piece.complete;
          break;
        case Piece::Kind::kData:
          ASSERT_TRUE(objects.count(piece.number) == 1 && !objects[piece.number].ended);
          objects[piece.number].bytes += piece.bytes.AsText();
          break;
        case Piece::Kind::kFraming: framing[Index(direction)] += piece.bytes.AsText(); break;
        case Piece::Kind::kOpaque: opaque[Index(direction)] += piece.bytes.AsText(); break;
        case Piece::Kind::kName: names.emplace_back(piece.name_kind, piece.text); break;
        case Piece::Kind::kExpect: expectations.push_back(Words(*piece.expectation)); break;
        case Piece::Kind::kInserted: objects[piece.number].bytes += piece.bytes.AsText(); continue;
        case Piece::Kind::kAnomaly: anomalies.push_back(piece.anomaly); break;
      }
      if (piece.bytes.empty()) continue;
      ASSERT_EQ(piece.bytes.data(), next) << "a byte is in no piece or in two";
      next += piece.bytes.size();
    }
    ASSERT_EQ(next, input.end()) << "consumed bytes are missing from the pieces";
  }

  void Begin(const Piece& piece, Direction direction) {
    ASSERT_NE(piece.object, nullptr);
    ASSERT_EQ(piece.object->number, piece.number);
    ASSERT_EQ(objects.count(piece.number), 0u) << "numbers are not used twice";
    ASSERT_EQ(piece.object->direction, direction);
    SeenObject& object = objects[piece.number];
    object.part = piece.object->part;
    object.direction = piece.object->direction;
    object.name = piece.object->name.view();
    object.type = piece.object->claimed_type.view();
    object.encoding = piece.object->content_encoding.view();
  }

  SessionPool pool_;
  ProtocolId id_;
  Session* session_;
};

inline void PlayAll(Conversation& conversation, const std::vector<Event>& events) {
  for (const Event& event : events) conversation.Play(event);
}

// The same events with every run of bytes cut: `cut` bytes each, or at random when 0.
inline std::vector<Event> CutUp(const std::vector<Event>& events, size_t cut, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Event> result;
  for (const Event& event : events) {
    if (event.kind != Event::Kind::kBytes) {
      result.push_back(event);
      continue;
    }
    for (size_t at = 0; at < event.bytes.size();) {
      const size_t n = cut > 0 ? cut : 1 + random() % 40;
      result.push_back({event.kind, event.direction, event.bytes.substr(at, n), 0});
      at += n;
    }
  }
  return result;
}

// Any cut of the same events gives the same objects, anomalies, names and framing (numbers may differ where directions meet).
inline void ExpectSameInAnyCut(ProtocolId id, const std::vector<Event>& events) {
  Conversation whole(id);
  PlayAll(whole, events);
  for (uint32_t i = 0; i < 24; ++i) {
    SCOPED_TRACE("cut " + std::to_string(i));
    Conversation cut(id);
    PlayAll(cut, CutUp(events, i < 8 ? i + 1 : 0, i));
    EXPECT_EQ(cut.objects, whole.objects);
    EXPECT_EQ(cut.anomalies, whole.anomalies);
    EXPECT_EQ(cut.names, whole.names);
    EXPECT_EQ(cut.expectations, whole.expectations);
    for (size_t d = 0; d < content::kDirections; ++d) {
      EXPECT_EQ(cut.framing[d], whole.framing[d]);
      EXPECT_EQ(cut.opaque[d], whole.opaque[d]);
    }
    EXPECT_EQ(cut.handed_over, whole.handed_over);
  }
}

}  // namespace sluice::protocol
