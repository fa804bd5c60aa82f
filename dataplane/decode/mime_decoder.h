// MimeDecoder: the parts of a mail or of a form with files (RFC 2045, 2046, 5322, 7578), nested ones as one flat list.
//
// A part is a member with its file name, its transfer encoding and its declared type; parts that are multipart themselves are
// gone through here, a forwarded mail is a member that is opened in turn. Fields with encoded words are members of their own.
// A body without a head learns its boundary from its first line that begins with two hyphens.
// Memory: this object; a boundary or a field that does not fit takes kLargeBytes of the BuddyHeap. Bounds: kMostNested,
// fields beyond kLargeBytes / 2 (cut). Thread: one worker. Allocates: from that heap only.
#pragma once

#include <array>

#include "base/inline_text.h"
#include "dataplane/decode/buddy_heap.h"
#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class MimeDecoder final : public Decoder {
 public:
  static constexpr size_t kMostNested = 16;
  static constexpr size_t kLargeBytes = 32 * 1024;

  enum class Begin : uint8_t { kWithHead, kWithBoundary };
  MimeDecoder(BuddyHeap& heap, Begin begin) noexcept;
  ~MimeDecoder() override;
  MimeDecoder(const MimeDecoder&) = delete;
  MimeDecoder& operator=(const MimeDecoder&) = delete;

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return true; }
  Member member() const noexcept override;

 private:
  enum class At : uint8_t {
    kFirstLine,      // looks for the boundary
    kHead,           // fields of a part, or of the mail
    kWordsBegin,     // a field with encoded words, or the subject, is handed out
    kWords,
    kPartBegins,
    kPart,           // content of a part
    kIgnored,        // before the first part and behind the last
    kDelimiterTail,  // behind a boundary, to the end of its line
  };
  struct Boundary {
    uint16_t at = 0, size = 0;  // in boundaries()
  };

  std::span<char> field_space() noexcept;
  std::span<char> boundaries() noexcept;
  bool Grow() noexcept;
  void AppendToField(char c) noexcept;
  void PushBoundary(std::string_view boundary) noexcept;
  std::string_view BoundaryOf(size_t level) noexcept;

  size_t TakeFirstLine(ByteView input) noexcept;
  size_t TakeHead(ByteView input) noexcept;
  void EndField() noexcept;
  void EndHead() noexcept;
  bool FieldIsDelimiter(std::string_view field) noexcept;
  DecodeStep HandOutWords(size_t consumed, std::span<uint8_t> scratch) noexcept;
  DecodeOutcome PartOutcome() const noexcept;
  DecodeStep TakeBody(ByteView input, std::span<uint8_t> scratch) noexcept;
  bool TakeDelimiter(uint8_t c) noexcept;
  bool HoldsDelimiter() const noexcept { return held_cr_ || held_lf_ || hyphens_ > 0; }
  size_t HoldLine(ByteView rest, uint8_t* to, size_t& written) noexcept;
  size_t FlushHeld(uint8_t* to, size_t room) noexcept;
  char HeldAt(uint32_t i) noexcept;
  void DropHeld() noexcept;
  size_t TakeDelimiterTail(ByteView input) noexcept;
  void BeginLevel(size_t level) noexcept;

  BuddyHeap& heap_;
  char* large_ = nullptr;
  At at_;
  bool part_open_ = false;
  bool is_words_ = false;        // the last member was a field, not a part
  bool is_subject_ = false;      // the field at hand
  bool line_start_ = true;       // nothing of the field's next line was read yet
  bool field_over_ = false;      // a line break was read: the next character tells whether the field goes on
  bool has_boundary_ = false;    // the head at hand named one: stack_[levels_]
  bool closing_ = false;         // of a delimiter: two hyphens behind it
  uint8_t tail_ = 0;             // characters behind the boundary
  uint8_t matched_level_ = 0;
  // Held of what may be a delimiter: a line break, hyphens, and `matched_` characters of the boundaries in `candidates_`.
  bool held_cr_ = false, held_lf_ = false;
  uint8_t hyphens_ = 0;
  bool at_line_ = true;          // of a body: a line begins here
  uint16_t matched_ = 0;
  uint32_t candidates_ = 0;
  bool flushing_ = false;        // what was held is content
  uint32_t flushed_ = 0;         // of it
  uint8_t levels_ = 0;
  std::array<Boundary, kMostNested> stack_;
  size_t field_size_ = 0, words_at_ = 0;
  // Of the part at hand.
  InlineText<160> name_;
  InlineText<96> type_;
  InlineText<24> transfer_;
  std::array<char, 600> field_;
  std::array<char, 240> boundaries_;
};

// Begins with fields of a mail.
bool LooksLikeMail(ByteView prefix) noexcept;

}  // namespace sluice::decode
