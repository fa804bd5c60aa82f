// DecoderChain: one object's codings undone, one within the other, as views that a person could read.
//
//   DecoderChain* chain = room.Open(description);
//   chain->Feed(bytes);          // a run of the object
//   ViewPiece piece;
//   while (chain->Next(piece)) … // until false, before anything else is fed to any chain of this room
//   if (chain->finished()) …     // nothing more will come: Close it at once (most objects, after their first bytes)
//   chain->End();                // then Next until false, then Close
//
// The object's own bytes are no view (the caller has them). A view's content may itself be coded: then a view of it follows,
// whose `parent` it is. By content of the first bytes, or by declaration where content has no sign (coding_table.h).
// Thread: one worker. Allocates: never. Failure: each view ends with a DecodeOutcome; what came out before stands.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/inline_text.h"
#include "dataplane/content/media_type.h"
#include "dataplane/decode/coding_table.h"
#include "dataplane/decode/decode_room.h"

namespace sluice::decode {

// Number of a view within its object, from 1; 0 is the object itself.
using ViewNumber = uint32_t;

struct ViewPiece {
  enum class Kind : uint8_t {
    kBegin,    // `view`, `parent`, `element`, `type`
    kData,     // `bytes` of `view`; valid until the next call
    kEnd,      // of `view`, with `outcome`
    kRefused,  // the content of `view` (0: of the object) is coded by `element` and was not opened, for `outcome`
  };
  Kind kind = Kind::kData;
  ViewNumber view = 0;
  ViewNumber parent = 0;
  std::string_view element;  // the next element of a finding's path: "gzip"; static text or the chain's
  ByteView bytes;
  content::MediaType type;   // of the view's content
  DecodeOutcome outcome = DecodeOutcome::kComplete;
};

class DecoderChain {
 public:
  static constexpr size_t kMaxDepth = 16;

  // REQUIRES: Next has returned false since the last call; End was not called.
  void Feed(ByteView bytes) noexcept;
  void End() noexcept;
  bool Next(ViewPiece& piece) noexcept;

  // The rest of the object is plain, or nothing but trailing bytes: no view is open and none will be.
  bool finished() const noexcept { return depth_ == 0 && nodes_[0].decided && nodes_[0].decoder == nullptr; }
  uint64_t output_bytes() const noexcept { return output_bytes_; }

 private:
  friend class DecodeRoom;
  enum class Progress : uint8_t { kPiece, kAgain, kIdle };

  // The bytes at one depth: of the object (0), or of the view that the decoder one depth above gives.
  struct Node {
    Decoder* decoder = nullptr;  // undoes these bytes; its output is the next node
    ByteView pending;            // to be handed out and decoded
    ByteView after;              // what stands behind `pending`
    ViewNumber view = 0;
    Coding coding = Coding::kGzip;       // of `decoder`
    ChosenCoding chosen;
    bool decided = false;        // the first bytes were looked at
    bool opened = false;         // and acted upon
    bool emitted = false;        // `pending` was handed out
    bool more_output = false;    // the decoder has more, without input
    bool input_over = false;     // nothing follows `pending` and `after`
    DecodeOutcome outcome = DecodeOutcome::kComplete;  // once input_over
  };

  DecoderChain(DecodeRoom::Impl& room, const content::ObjectDescription& description) noexcept;
  ~DecoderChain();

  Progress Advance(ViewPiece& piece) noexcept;
  bool GatherPrefix(Node& node) noexcept;
  Progress Decide(Node& node, ViewPiece& piece) noexcept;
  Progress OpenDecoder(Node& node, ViewPiece& piece) noexcept;
  Progress Produce(ViewPiece& piece) noexcept;
  Progress RunDecoder(size_t depth) noexcept;
  Progress FinishDeepest(ViewPiece& piece) noexcept;
  Progress Refuse(Node& node, std::string_view element, DecodeOutcome outcome, ViewPiece& piece) noexcept;
  static void EmitPending(Node& node, ViewPiece& piece) noexcept;
  std::string_view DeclaredCoding() const noexcept;
  void SpendDeclaredCoding() noexcept;
  bool OverBudget() const noexcept;
  void ReleaseDecoder(Node& node) noexcept;

  DecodeRoom::Impl& room_;
  size_t depth_ = 0;  // of the deepest node
  ViewNumber last_view_ = 0;
  uint64_t input_bytes_ = 0, output_bytes_ = 0;
  InlineText<32> declared_;   // content codings that are still to be undone, the outermost last
  uint16_t prefix_size_ = 0;  // of the deepest node, while it is not decided
  std::array<uint8_t, content::kMediaTypePrefix> prefix_;
  std::array<Node, kMaxDepth + 1> nodes_;
};

}  // namespace sluice::decode
