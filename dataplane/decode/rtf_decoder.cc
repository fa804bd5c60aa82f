#include "dataplane/decode/rtf_decoder.h"

#include <iterator>

namespace sluice::decode {
namespace {

constexpr std::string_view kHidden[] = {
    "fonttbl", "colortbl", "stylesheet", "pict", "objdata", "themedata", "colorschememapping", "datastore", "latentstyles", "listtable",
    "listoverridetable", "rsidtbl", "xmlnstbl", "blipuid", "generator", "filetbl", "revtbl", "pgptbl", "mmathPr", "sp", "atnid", "atnauthor", "atndate",
};
// Destinations whose text stands apart from what is around it, some of them such that readers may pass over.
constexpr std::string_view kShown[] = {"annotation", "shpinst", "shptxt", "footnote", "ftnsep", "header", "footer"};
constexpr std::string_view kBreaks[] = {"par", "line", "row", "cell", "tab", "sect", "page", "nestcell", "nestrow", "column"};

template <size_t n>
bool IsOneOf(std::string_view word, const std::string_view (&words)[n]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}
bool IsLetter(uint8_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsDigit(uint8_t c) { return c >= '0' && c <= '9'; }

}  // namespace

void RtfDecoder::PutText(uint8_t c, TextSink& sink) noexcept {
  is_optional_ = false;
  if (skip_ > 0) --skip_;
  else if (hidden()) return;
  else if (aside_depth_ != 0) PutAside({&c, 1});
  else sink.Put(c);
}

void RtfDecoder::PutCharacter(uint32_t character, TextSink& sink) noexcept {
  if (hidden()) return;
  if (aside_depth_ == 0) return sink.PutCharacter(character);
  std::array<uint8_t, 4> bytes;
  TextSink one(bytes);
  one.PutCharacter(character);
  PutAside(one.view());
}

// REQUIRES: there is room; Take sees to it.
void RtfDecoder::PutAside(ByteView bytes) noexcept {
  std::memcpy(aside_.data() + aside_size_, bytes.data(), bytes.size());
  aside_size_ = static_cast<uint16_t>(aside_size_ + bytes.size());
}

// A few bytes of it, on lines of its own.
void RtfDecoder::LetAsideGo(TextSink& sink) noexcept {
  if (!std::exchange(aside_begun_, true)) sink.Put('\n');
  const size_t n = std::min<size_t>(kMostPerTake - 2, aside_size_ - aside_out_);
  (void)sink.Copy(ByteView(aside_.data() + aside_out_, n));
  aside_out_ = static_cast<uint16_t>(aside_out_ + n);
  if (aside_out_ < aside_size_) return;
  // Where it is still being read it was too long: the rest follows at once.
  if (std::exchange(aside_depth_, 0) == 0) sink.Put('\n');
  aside_size_ = aside_out_ = 0;
  aside_begun_ = lets_aside_go_ = false;
}

void RtfDecoder::CloseGroup() noexcept {
  if (hidden_depth_ == depth_) hidden_depth_ = 0;
  if (aside_depth_ == depth_ && aside_depth_ != 0) {
    aside_depth_ = 0;
    if (aside_size_ > 0) PutAside(ByteView(std::string_view("\n")));
  }
  if (depth_ > 0) --depth_;
  skip_ = 0;
  is_optional_ = false;
}

size_t RtfDecoder::Take(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  if (lets_aside_go_ || aside_size_ + kMostPerTake > kMostAside) {
    LetAsideGo(sink);
    return 0;
  }
  switch (at_) {
    case At::kText:
      if (c == '\\') at_ = At::kControl;
      else if (c == '{') ++depth_;
      else if (c == '}') CloseGroup();
      else if (c != '\r' && c != '\n') PutText(c, sink);
      return 1;
    case At::kControl:
      at_ = At::kText;
      if (IsLetter(c)) {
        word_.Assign(rest.First(1).AsText());
        number_ = 0;
        negative_ = has_number_ = false;
        at_ = At::kWord;
      } else if (c == '\'') {
        at_ = At::kHex1;
      } else if (c == '*') {
        is_optional_ = true;
      } else if (c == '\\' || c == '{' || c == '}') {
        PutText(c, sink);
      } else if (c == '~') {
        PutText(' ', sink);
      } else if (c == '\r' || c == '\n') {
        PutText('\n', sink);
      }
      return 1;
    case At::kWord:
      if (IsLetter(c)) {
        word_.Append(rest.First(1).AsText());
        return 1;
      }
      at_ = At::kNumber;
      if (c != '-') return 0;
      negative_ = true;
      return 1;
    case At::kNumber:
      if (IsDigit(c) && number_ < 100'000'000) {
        number_ = number_ * 10 + static_cast<uint32_t>(c - '0');
        has_number_ = true;
        return 1;
      }
      at_ = At::kText;
      EndWord(sink);
      return c == ' ' ? 1 : 0;  // a space ends the word and is part of it
    case At::kHex1:
      hex_ = HexValue(c);
      at_ = hex_ < 16 ? At::kHex2 : At::kText;
      return 1;
    case At::kHex2:
      at_ = At::kText;
      if (HexValue(c) < 16) PutText(static_cast<uint8_t>(hex_ << 4 | HexValue(c)), sink);
      return 1;
    case At::kBinary: {
      const size_t taken = rest.First(binary_left_).size();
      binary_left_ -= taken;
      if (binary_left_ == 0) at_ = At::kText;
      return taken;
    }
  }
  return 1;
}

void RtfDecoder::EndWord(TextSink& sink) noexcept {
  const std::string_view word = word_.view();
  const bool optional = std::exchange(is_optional_, false);
  if (word == "u" && has_number_) {
    // A signed number of 16 bits.
    const uint32_t unit = (negative_ ? 0x10000 - number_ : number_) & 0xFFFF;
    const uint32_t character = surrogates_.Add(unit);
    if (character != 0) PutCharacter(character, sink);
    skip_ = fallback_;
    return;
  }
  skip_ = 0;
  if (word == "uc") {
    fallback_ = number_ < 16 ? number_ : 16;
  } else if (word == "bin") {
    binary_left_ = number_;
    if (binary_left_ > 0) at_ = At::kBinary;
  } else if (IsOneOf(word, kBreaks)) {
    PutText('\n', sink);
    lets_aside_go_ = aside_depth_ == 0 && aside_size_ > 0 && !hidden();
  } else if (IsOneOf(word, kShown)) {
    if (!hidden() && aside_depth_ == 0 && depth_ > 0) aside_depth_ = depth_;
  } else if ((optional || IsOneOf(word, kHidden)) && !hidden() && depth_ > 0) {
    hidden_depth_ = depth_;
  }
}

}  // namespace sluice::decode
