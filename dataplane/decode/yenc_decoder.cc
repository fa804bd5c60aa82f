#include "dataplane/decode/yenc_decoder.h"

#include <string_view>

namespace sluice::decode {
namespace {

constexpr std::string_view kBeginWord = "=ybegin ", kPartWord = "=ypart ", kEndWord = "=yend";
constexpr uint8_t kShift = 42, kEscapeShift = 64;
constexpr uint16_t kLongestLine = 2048;  // behind a word: a name and numbers

bool IsLineEnd(uint8_t c) { return c == '\r' || c == '\n'; }

}  // namespace

bool LooksLikeYenc(ByteView prefix) noexcept {
  std::string_view text = prefix.AsText();
  while (!text.empty() && IsLineEnd(static_cast<uint8_t>(text[0]))) text.remove_prefix(1);
  if (!text.starts_with(kBeginWord) || text.size() < 13) return false;
  text.remove_prefix(kBeginWord.size());
  return text.starts_with("line=") || text.starts_with("part=") || text.starts_with("total");
}

// A character of what may be a word, behind "=". kCorrupt: it is none.
DecodeState YencDecoder::TakeWord(uint8_t c) noexcept {
  if (word_size_ == word_.size()) return DecodeState::kCorrupt;
  word_[word_size_++] = c;
  const std::string_view word(reinterpret_cast<const char*>(word_.data()), word_size_);
  if (word == kBeginWord && !has_begun_) at_ = At::kBeginTail;
  else if (word == kPartWord && has_begun_) at_ = At::kPartTail;
  else if (word == kEndWord && has_begun_) at_ = At::kEndTail;
  else if (!kBeginWord.starts_with(word) && !kPartWord.starts_with(word) && !kEndWord.starts_with(word)) return DecodeState::kCorrupt;
  tail_ = 0;
  return DecodeState::kNeedsInput;
}

DecodeStep YencDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t used = 0;
  const auto step = [&](size_t consumed, DecodeState state) { return DecodeStep{consumed, {scratch.data(), used}, state}; };
  for (size_t i = 0; i < input.size(); ++i) {
    const uint8_t c = input[i];
    if (used == scratch.size()) return step(i, DecodeState::kMoreOutput);
    switch (at_) {
      case At::kBegin:
        if (IsLineEnd(c)) break;
        if (c != '=') return step(i, DecodeState::kCorrupt);
        word_[0] = c;
        word_size_ = 1;
        at_ = At::kWord;
        break;
      case At::kWord:
        if (TakeWord(c) == DecodeState::kCorrupt) return step(i, DecodeState::kCorrupt);
        break;
      case At::kBeginTail:
      case At::kPartTail:
      case At::kEndTail:
        if (c == '\n') {
          has_begun_ = true;
          is_part_ = is_part_ || at_ == At::kPartTail;
          at_ = at_ == At::kEndTail ? At::kOver : At::kData;
        } else if (++tail_ > kLongestLine) {
          return step(i, DecodeState::kCorrupt);
        }
        break;
      case At::kData:
        if (c == '=') at_ = At::kEscape;
        else if (!IsLineEnd(c)) scratch[used++] = static_cast<uint8_t>(c - kShift);
        break;
      case At::kEscape:
        // "=y" is no escape that an encoder writes, but the beginning of a word.
        if (c == 'y') {
          word_[0] = '=';
          word_[1] = c;
          word_size_ = 2;
          at_ = At::kWord;
        } else {
          if (!IsLineEnd(c)) scratch[used++] = static_cast<uint8_t>(c - kEscapeShift - kShift);
          at_ = At::kData;
        }
        break;
      case At::kOver: return step(i, is_part_ ? DecodeState::kTruncated : DecodeState::kEnd);
    }
  }
  if (at_ == At::kOver) return step(input.size(), is_part_ ? DecodeState::kTruncated : DecodeState::kEnd);
  return step(input.size(), DecodeState::kNeedsInput);
}

}  // namespace sluice::decode
