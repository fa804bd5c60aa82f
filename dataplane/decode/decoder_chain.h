// DecoderChain: one object's codings undone, one within the other, as views that a person could read.
//
//   DecoderChain* chain = room.Open(description);
//   chain->Feed(bytes);          // a run of the object
//   ViewPiece piece;
//   while (chain->Next(piece)) … // until false, before anything else is fed to any chain of this room
//   if (chain->finished()) …     // nothing more will come: Close it at once (most objects, after their first bytes)
//   chain->End();                // then Next until false, then Close
//
// The object's own bytes are no view (the caller has them). A view's content may itself be coded: then views of it follow,
// whose `parent` it is: one, or for a container one for each member, one after the other. By content of the first bytes, or
// by declaration where content has no sign (coding_table.h). Bytes that nothing undoes are searched for containers within them
// (embedded_seeker.h), whose views then are views of the bytes around them. A document that an extractor reads in its own time goes on in a chain of
// its own (kDeferred), and this one takes what stands behind it.
// Thread: one worker. Allocates: never. Failure: each view ends with a DecodeOutcome; what came out before stands.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/inline_text.h"
#include "dataplane/content/media_type.h"
#include "dataplane/decode/coding_table.h"
#include "dataplane/decode/decode_room.h"
#include "dataplane/decode/embedded_seeker.h"

namespace sluice::decode {

// Number of a view within its object, from 1; 0 is the object itself.
using ViewNumber = uint32_t;

class DecoderChain;

struct ViewPiece {
  enum class Kind : uint8_t {
    kBegin,    // `view`, `parent`, `element`, `type`
    kData,     // `bytes` of `view`; valid until the next call
    kEnd,      // of `view`, with `outcome`
    kRefused,  // the content of `view` (0: of the object) is coded by `element` and was not opened, or not to its end
    kDeferred, // the content of `view` (0: of the object) is with an extractor: `deferred` will say what it holds
  };
  Kind kind = Kind::kData;
  ViewNumber view = 0;
  ViewNumber parent = 0;
  std::string_view element;  // the next element of a finding's path: "gzip", "zip:word/document.xml"; until the next call
  std::string_view name;     // of a member, as it stands in its container; may be empty
  std::string_view readable_name;  // the same as a person reads it, within `element`
  ByteView bytes;
  content::MediaType type;   // of the view's content
  DecodeOutcome outcome = DecodeOutcome::kComplete;
  bool is_reading = false;   // of kBegin: another reading of what `parent` holds (the text of a page), not content within it
  uint64_t opaque_bytes = 0; // of kEnd and kRefused: coded bytes that could not be looked into
  DecoderChain* deferred = nullptr;  // of kDeferred: the receiver's, to be asked with Next in turns until finished(), then closed
};

// Bytes of the object itself that could not be looked into; of those withheld, it is said once End was called.
struct OpaqueInput {
  uint64_t encrypted = 0, unopened = 0, withheld = 0;
};

class DecoderChain {
 public:
  static constexpr size_t kMaxDepth = 16;

  // REQUIRES: Next has returned false since the last call; End was not called.
  void Feed(ByteView bytes) noexcept;
  void End() noexcept;
  bool Next(ViewPiece& piece) noexcept;
  // Instead of looking at the first bytes: what follows was searched by `seeker` and begins with what it has found, or with what
  // follows on the end of its tail. REQUIRES: nothing was fed.
  void BeginWithin(const EmbeddedSeeker& seeker, const EmbeddedSeeker::Found& found) noexcept;
  // Instead of looking at the first bytes: what follows is from the middle of something coded so. For a container that can
  // find its next member (zip) behind lost bytes. REQUIRES: nothing was fed.
  void ResumeAs(Coding coding) noexcept;

  // What is fed is plain: no view is open, and none will be unless a container begins within what is yet to be fed. Who closes it then goes on
  // with its seeker.
  bool finished() const noexcept { return depth_ == 0 && nodes_[0].decided && nodes_[0].decoder == nullptr; }
  uint64_t output_bytes() const noexcept { return output_bytes_; }
  // How the object's own bytes are coded. REQUIRES: is_open().
  bool is_open() const noexcept { return nodes_[0].decoder != nullptr; }
  Coding coding() const noexcept { return nodes_[0].coding; }
  // A container for what was found within other bytes: it may be none, and those are matched as they are.
  CodingKind kind() const noexcept { return nodes_[0].is_embedded ? CodingKind::kContainer : EntryOf(nodes_[0].coding).kind; }
  bool is_embedded() const noexcept { return nodes_[0].is_embedded; }
  const EmbeddedSeeker& seeker() const noexcept { return seeker_; }
  // Of what was fed since the last call.
  OpaqueInput TakeOpaqueInput() noexcept { return std::exchange(opaque_input_, OpaqueInput()); }

 private:
  friend class DecodeRoom;
  enum class Progress : uint8_t { kPiece, kAgain, kIdle };

  // The bytes at one depth: of the object (0), or of the view that the decoder one depth above gives.
  struct Node {
    Decoder* decoder = nullptr;  // undoes these bytes; its output is the next node, while there is one
    ByteView pending;            // to be handed out and decoded
    ByteView after;              // what stands behind `pending`
    ViewNumber view = 0;
    Coding coding = Coding::kGzip;  // of `decoder`
    ChosenCoding chosen;
    uint64_t opaque = 0;         // that `decoder` could not look into, since it was last reported
    ByteView from_sign;          // where `decoder` began within other bytes, while they are here: `pending` before it took any
    uint64_t consumed = 0, produced = 0;  // by `decoder`
    size_t emitted = 0;          // the first bytes of what is gathered, pending and behind it that were handed out as they are
    bool is_embedded = false;    // `decoder`, or the last one, began within other bytes
    bool is_base64 = false;      // what was found within other bytes is a value in base64
    bool is_false_sign = false;  // once over
    bool is_given_up = false;    // it was said that these bytes are not looked into
    bool passes_sign = false;    // `pending` begins with a sign that was looked at
    bool is_reading = false;     // of the node above
    bool decided = false;        // the first bytes were looked at
    bool opened = false;         // and acted upon
    bool more_output = false;    // the decoder has more, without input
    bool over = false;           // the decoder has stopped
    bool input_over = false;     // nothing follows `pending` and `after`
    DecodeOutcome outcome = DecodeOutcome::kComplete;  // once input_over
    DecodeOutcome stopped = DecodeOutcome::kComplete;  // once over
  };

  DecoderChain(DecodeRoom::Impl& room, const content::ObjectDescription& description) noexcept;
  // Goes on with the decoder at `depth` of another chain, which loses it.
  DecoderChain(DecoderChain& from, size_t depth) noexcept;
  ~DecoderChain();

  Progress Advance(ViewPiece& piece) noexcept;
  bool GatherPrefix(Node& node) noexcept;
  size_t WantedPrefix(const Node& node) const noexcept;
  Progress Decide(Node& node, ViewPiece& piece) noexcept;
  std::string_view DescribeMember(const Node& above, ViewPiece& piece) noexcept;
  Progress OpenDecoder(Node& node, ViewPiece& piece) noexcept;
  Progress Produce(ViewPiece& piece) noexcept;
  void BeginChild(bool is_reading) noexcept;
  Progress Apply(size_t depth, const DecodeStep& step, ViewPiece& piece) noexcept;
  Progress Defer(size_t depth, ViewPiece& piece) noexcept;
  Progress Stop(size_t depth, DecodeOutcome outcome) noexcept;
  Progress FinishDeepest(ViewPiece& piece) noexcept;
  Progress FinishDecoder(Node& node, ViewPiece& piece) noexcept;
  Progress Refuse(Node& node, std::string_view element, DecodeOutcome outcome, ViewPiece& piece) noexcept;
  Progress PassPlain(Node& node, ViewPiece& piece) noexcept;
  void EnterEmbedded(Node& node, const EmbeddedSeeker::Found& found) noexcept;
  static bool IsFalseSign(const Node& node, DecodeOutcome outcome) noexcept;
  static void Take(Node& node, size_t bytes) noexcept;
  static void NextPending(Node& node) noexcept;
  static bool Emit(Node& node, size_t bytes, ViewPiece& piece) noexcept;
  Progress EndFalseSign(Node& node, ViewPiece& piece) noexcept;
  void SpendDeclaredCoding() noexcept;
  bool OverBudget() const noexcept;
  bool TooManyViews() const noexcept;
  void ReleaseDecoder(Node& node) noexcept;

  DecodeRoom::Impl& room_;
  const bool is_deferred_ = false;
  const size_t depth_before_ = 0;  // of a deferred one: codings around it
  size_t depth_ = 0;  // of the deepest node
  ViewNumber last_view_ = 0;
  uint64_t input_bytes_ = 0, output_bytes_ = 0;
  OpaqueInput opaque_input_;
  InlineText<32> declared_;      // of the deepest node: codings that are still to be undone, the outermost last
  InlineText<96> claimed_type_;  // likewise
  InlineText<192> element_;
  EmbeddedSeeker seeker_;  // in the plain bytes of the deepest node
  uint16_t prefix_size_ = 0;  // of the deepest node, while it is not decided
  std::array<uint8_t, kRecogniseBytes> prefix_;
  std::array<Node, kMaxDepth + 1> nodes_;
};

}  // namespace sluice::decode
