#include "dataplane/decode/markup_decoder.h"

#include "dataplane/decode/markup_names.h"

namespace sluice::decode {
namespace {

bool IsSpace(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
// The first byte of such a character, of three bytes, in UTF-8.
bool MayBeInvisible(uint8_t c) { return c == 0xE2 || c == 0xEF || c == 0xE1; }
bool IsNameStart(uint8_t c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80; }

}  // namespace

size_t MarkupDecoder::Take(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  switch (at_) {
    case At::kText: return TakeText(rest, sink);
    case At::kCharacter: return TakeCharacter(c, sink);
    case At::kEntity: return TakeEntity(c, sink);
    case At::kTagOpen: TakeTagOpen(c, sink); return at_ == At::kText ? 0 : 1;
    case At::kTagName: return TakeTagName(rest);
    case At::kInTag: return TakeInTag(rest, sink);
    case At::kDeclaration: return TakeDeclaration(c);
    case At::kComment: return TakeUntil(rest, "-->");
    case At::kInstruction: return TakeUntil(rest, "?>");
    case At::kCdata: return TakeCdata(rest, sink);
  }
  return 1;
}

void MarkupDecoder::Put(uint8_t c, TextSink& sink) noexcept {
  sink.Put(c);
  last_out_ = c;
}

// Between tags of a vocabulary for documents, an indented line is nothing; in HTML, and within a line, it is a space.
void MarkupDecoder::PutSpaces(TextSink& sink, bool before_text) noexcept {
  const bool counts = spaces_ && (before_text || is_html_ || !line_break_);
  if (counts && !skips_ && last_out_ != '\n' && last_out_ != ' ') Put(' ', sink);
  spaces_ = line_break_ = false;
}

size_t MarkupDecoder::TakeText(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  if (c == '<') {
    at_ = At::kTagOpen;
    return 1;
  }
  if (skips_ || is_annotation_) {
    const auto* tag = static_cast<const uint8_t*>(std::memchr(rest.data(), '<', rest.size()));
    return tag == nullptr ? rest.size() : static_cast<size_t>(tag - rest.data());
  }
  if (after_tag_) {
    if (IsSpace(c)) {
      spaces_ = true;
      line_break_ = line_break_ || c == '\n';
      return 1;
    }
    PutSpaces(sink, true);
    after_tag_ = false;
  }
  if (c == '&') {
    at_ = At::kEntity;
    entity_.Clear();
    return 1;
  }
  if (MayBeInvisible(c)) {
    character_[0] = c;
    character_size_ = 1;
    at_ = At::kCharacter;
    return 1;
  }
  size_t plain = 1;
  while (plain < rest.size() && rest[plain] != '<' && rest[plain] != '&' && !MayBeInvisible(rest[plain])) ++plain;
  const size_t copied = sink.Copy(rest.First(plain));
  last_out_ = rest[copied - 1];
  return copied;
}

// The second and third byte of a character in UTF-8. What is none was text of another charset.
size_t MarkupDecoder::TakeCharacter(uint8_t c, TextSink& sink) noexcept {
  const bool goes_on = (c & 0xC0) == 0x80;
  if (goes_on && character_size_ < 2) {
    character_[character_size_++] = c;
    return 1;
  }
  const uint32_t character = (character_[0] & 0x0Fu) << 12 | (character_[1] & 0x3Fu) << 6 | (c & 0x3Fu);
  at_ = At::kText;
  const bool is_whole = goes_on && character_size_ == 2;
  if (is_whole && IsInvisible(character)) {
    character_size_ = 0;
    return 1;
  }
  LetCharacterGo(sink);
  if (is_whole) Put(c, sink);
  return is_whole ? 1 : 0;
}

void MarkupDecoder::LetCharacterGo(TextSink& sink) noexcept {
  for (uint8_t i = 0; i < character_size_; ++i) Put(character_[i], sink);
  character_size_ = 0;
}

size_t MarkupDecoder::TakeEntity(uint8_t c, TextSink& sink) noexcept {
  const bool part = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c == '#' && entity_.empty());
  if (part && entity_.view().size() < kMaxEntity) {
    const char as_char = static_cast<char>(c);
    entity_.Append({&as_char, 1});
    return 1;
  }
  at_ = At::kText;
  // The semicolon may be missing (HTML, 13.2.5.73).
  if (const uint32_t character = CharacterOf(entity_.view()); character != 0) {
    if (!IsInvisible(character)) {
      sink.PutCharacter(character);
      last_out_ = 'x';
    }
    return c == ';' ? 1 : 0;
  }
  Put('&', sink);
  (void)sink.Copy(ByteView(entity_.view()));
  return 0;
}

// Behind '<'. Where no tag follows it was text, and this character is looked at anew.
void MarkupDecoder::TakeTagOpen(uint8_t c, TextSink& sink) noexcept {
  if (skips_ && c != '/' && !closing_) {
    at_ = At::kText;
  } else if (c == '/' && !closing_) {
    closing_ = true;
  } else if (IsNameStart(c)) {
    const char as_char = static_cast<char>(c);
    name_.Assign({&as_char, 1});
    quote_ = last_in_tag_ = 0;
    at_ = At::kTagName;
  } else if (c == '!' && !closing_) {
    name_.Clear();
    at_ = At::kDeclaration;
  } else if (c == '?' && !closing_) {
    matched_ = 0;
    at_ = At::kInstruction;
  } else {
    if (!skips_ && !is_annotation_) Put('<', sink);
    closing_ = false;
    at_ = At::kText;
  }
}

size_t MarkupDecoder::TakeTagName(ByteView rest) noexcept {
  size_t size = 0;
  while (size < rest.size() && !IsSpace(rest[size]) && rest[size] != '>' && rest[size] != '/') ++size;
  name_.Append(rest.First(size).AsText());
  if (size < rest.size()) at_ = At::kInTag;
  return size;
}

// Quotes count only where a value begins; what stands in them does not end the tag.
size_t MarkupDecoder::TakeInTag(ByteView rest, TextSink& sink) noexcept {
  if (quote_ != 0) {
    const auto* end = static_cast<const uint8_t*>(std::memchr(rest.data(), quote_, rest.size()));
    if (end == nullptr) return rest.size();
    quote_ = 0;
    last_in_tag_ = '"';
    return static_cast<size_t>(end - rest.data()) + 1;
  }
  size_t taken = 0;
  while (taken < rest.size()) {
    const uint8_t c = rest[taken++];
    if (c == '>') {
      EndTag(sink);
      break;
    }
    if ((c == '"' || c == '\'') && last_in_tag_ == '=') {
      quote_ = c;
      break;
    }
    if (!IsSpace(c)) last_in_tag_ = c;
  }
  return taken;
}

void MarkupDecoder::EndTag(TextSink& sink) noexcept {
  at_ = At::kText;
  const bool closing = std::exchange(closing_, false);
  last_in_tag_ = 0;
  is_annotation_ = !closing && IsAnnotation(name_.view());
  if (skips_) {
    skips_ = !(closing && HidesText(name_.view()));
    return;
  }
  is_html_ = is_html_ || EqualsIgnoringCase(name_.view(), "html") || EqualsIgnoringCase(name_.view(), "body");
  PutSpaces(sink, false);
  if (BreaksText(name_.view(), is_html_)) {
    if (last_out_ != '\n') Put('\n', sink);
  } else if (!closing && name_.view() == "text:s") {
    Put(' ', sink);
  }
  after_tag_ = true;
  skips_ = !closing && HidesText(name_.view());
}

// Behind "<!": a comment, a section of character data, or a declaration.
size_t MarkupDecoder::TakeDeclaration(uint8_t c) noexcept {
  constexpr std::string_view kComment = "--", kCdata = "[CDATA[";
  const char as_char = static_cast<char>(c);
  name_.Append({&as_char, 1});
  matched_ = 0;
  if (name_.view() == kComment) {
    at_ = At::kComment;
  } else if (name_.view() == kCdata) {
    at_ = At::kCdata;
  } else if (!kComment.starts_with(name_.view()) && !kCdata.starts_with(name_.view())) {
    is_html_ = is_html_ || EqualsIgnoringCase(name_.view(), "doctype html");
    if (c == '>') at_ = At::kText;
  }
  return 1;
}

size_t MarkupDecoder::TakeUntil(ByteView rest, std::string_view end) noexcept {
  size_t taken = 0;
  while (taken < rest.size() && matched_ < end.size()) {
    const char c = static_cast<char>(rest[taken++]);
    if (c == end[matched_]) {
      ++matched_;
    } else {
      // "--->": one more of the repeated character does not undo the match.
      const bool repeats = matched_ > 0 && c == end[matched_ - 1] && matched_ + 1u == end.size() && end[0] == c;
      matched_ = repeats ? matched_ : c == end[0] ? uint8_t{1} : uint8_t{0};
    }
  }
  if (matched_ == end.size()) {
    matched_ = 0;
    at_ = At::kText;
    after_tag_ = true;
  }
  return taken;
}

size_t MarkupDecoder::TakeCdata(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  if (c == ']') {
    if (matched_ < 2) ++matched_;
    else Put(c, sink);
    return 1;
  }
  if (c == '>' && matched_ == 2) {
    matched_ = 0;
    at_ = At::kText;
    return 1;
  }
  for (; matched_ > 0; --matched_) Put(']', sink);
  const auto* bracket = static_cast<const uint8_t*>(std::memchr(rest.data(), ']', rest.size()));
  const size_t copied = sink.Copy(rest.First(bracket == nullptr ? rest.size() : static_cast<size_t>(bracket - rest.data())));
  if (copied > 0) last_out_ = rest[copied - 1];
  after_tag_ = false;
  return copied;
}

void MarkupDecoder::Finish(TextSink& sink) noexcept {
  if (at_ == At::kCharacter) return LetCharacterGo(sink);
  if (at_ != At::kEntity) return;
  if (const uint32_t character = CharacterOf(entity_.view()); character != 0) return sink.PutCharacter(character);
  Put('&', sink);
  (void)sink.Copy(ByteView(entity_.view()));
}

}  // namespace sluice::decode
