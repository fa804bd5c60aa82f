// MarkupDecoder: what a person reads in HTML and XML: text without tags, with its characters for entities.
//
// Tags that begin a line of their own break the text; those that only dress characters (a run of a word processor, <b>) do
// not, so that a marking split over them is one text again. Scripts and styles are left out: they are in the raw bytes.
// Characters that nobody sees (soft hyphens, joiners of no width) and how ruby is read are left out, too: they would part a marking.
// Knows the vocabularies of HTML, OOXML, ODF and OFD; elements of others break the text unless they have a prefix.
// Thread: one worker. Allocates: never. Failure: none; what is no markup is text. Bounds: kMaxTagName, kMaxEntity.
#pragma once

#include "base/inline_text.h"
#include "dataplane/decode/text_reading.h"

namespace sluice::decode {

class MarkupDecoder final : public TextReading<MarkupDecoder> {
 public:
  static constexpr size_t kMaxTagName = 40;
  static constexpr size_t kMaxEntity = 14;

  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink& sink) noexcept;

 private:
  enum class At : uint8_t { kText, kCharacter, kEntity, kTagOpen, kTagName, kInTag, kDeclaration, kComment, kCdata, kInstruction };

  size_t TakeText(ByteView rest, TextSink& sink) noexcept;
  size_t TakeCharacter(uint8_t c, TextSink& sink) noexcept;
  void LetCharacterGo(TextSink& sink) noexcept;
  size_t TakeEntity(uint8_t c, TextSink& sink) noexcept;
  void TakeTagOpen(uint8_t c, TextSink& sink) noexcept;
  size_t TakeTagName(ByteView rest) noexcept;
  size_t TakeInTag(ByteView rest, TextSink& sink) noexcept;
  size_t TakeDeclaration(uint8_t c) noexcept;
  size_t TakeUntil(ByteView rest, std::string_view end) noexcept;
  size_t TakeCdata(ByteView rest, TextSink& sink) noexcept;
  void EndTag(TextSink& sink) noexcept;
  void PutSpaces(TextSink& sink, bool before_text) noexcept;
  void Put(uint8_t c, TextSink& sink) noexcept;

  At at_ = At::kText;
  bool closing_ = false;       // the tag at hand is an end tag
  bool is_html_ = false;
  bool skips_ = false;         // in a script or a style
  bool is_annotation_ = false; // in how a word is read, up to the next tag
  uint8_t character_size_ = 0; // bytes held of what may be a character that nobody sees
  uint8_t character_[2] = {};
  bool after_tag_ = false;     // no text since the last tag
  bool spaces_ = false;        // white space stands between the tag and what comes
  bool line_break_ = false;    // and a line break is part of it
  uint8_t quote_ = 0;          // of the attribute's value at hand
  uint8_t last_in_tag_ = 0;    // last character that was no space
  uint8_t last_out_ = '\n';
  uint8_t matched_ = 0;        // of what ends a comment, a section or an instruction
  InlineText<kMaxTagName> name_;
  InlineText<kMaxEntity> entity_;
};

}  // namespace sluice::decode
