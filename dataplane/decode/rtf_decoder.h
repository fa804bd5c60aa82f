// RtfDecoder: the text of Rich Text Format (1.9.1): characters by \u and \', paragraphs as lines; no fonts, styles, pictures.
//
// Characters given as \'hh stay in the document's charset; \u becomes UTF-8. Destinations that are no text are passed over:
// they are in the raw bytes. Notes, annotations and the text of shapes come behind their paragraph, so that they part no word of it.
// Thread: one worker. Allocates: never. Failure: none. Bounds: control words of kMaxWord; a note of more than
// kMostAside bytes comes where it stands.
#pragma once

#include <array>

#include "base/inline_text.h"
#include "dataplane/decode/text_reading.h"

namespace sluice::decode {

class RtfDecoder final : public TextReading<RtfDecoder> {
 public:
  static constexpr size_t kMaxWord = 32;
  static constexpr size_t kMostAside = 600;

  size_t Take(ByteView rest, TextSink& sink) noexcept;
  void Finish(TextSink& sink) noexcept {
    while (holds_text() && sink.room() >= kMostPerTake) LetAsideGo(sink);
  }
  bool holds_text() const noexcept { return aside_size_ > 0; }

 private:
  enum class At : uint8_t { kText, kControl, kWord, kNumber, kHex1, kHex2, kBinary };

  bool hidden() const noexcept { return hidden_depth_ != 0; }
  void EndWord(TextSink& sink) noexcept;
  void PutText(uint8_t c, TextSink& sink) noexcept;
  void PutCharacter(uint32_t character, TextSink& sink) noexcept;
  void PutAside(ByteView bytes) noexcept;
  void LetAsideGo(TextSink& sink) noexcept;
  void CloseGroup() noexcept;

  At at_ = At::kText;
  bool negative_ = false, has_number_ = false;
  bool is_optional_ = false;      // behind \*: hidden unless it is known to be text
  uint8_t hex_ = 0;
  uint32_t depth_ = 0;
  uint32_t hidden_depth_ = 0;     // of the group that is no text; 0: none
  uint32_t aside_depth_ = 0;      // of the group whose text comes later; 0: none
  uint16_t aside_size_ = 0, aside_out_ = 0;
  bool lets_aside_go_ = false, aside_begun_ = false;
  uint32_t number_ = 0;
  uint32_t fallback_ = 1;         // \uc: characters that stand for \u where it is not understood
  uint32_t skip_ = 0;             // of them
  uint64_t binary_left_ = 0;
  SurrogatePair surrogates_;
  InlineText<kMaxWord> word_;
  std::array<uint8_t, kMostAside> aside_;
};

}  // namespace sluice::decode
