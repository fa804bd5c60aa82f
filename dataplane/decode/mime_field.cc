#include "dataplane/decode/mime_field.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "dataplane/decode/base64_text.h"
#include "dataplane/decode/declared_charset.h"
#include "dataplane/decode/markup_names.h"
#include "dataplane/decode/text_reading.h"

namespace sluice::decode {
namespace {

// A word has 75 characters (RFC 2047, 2), of which its charset has few; what is longer stays in its charset.
constexpr size_t kLongestConverted = 256, kLongestCharset = 40;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

uint8_t Hex(char c) { return HexValue(static_cast<uint8_t>(c)); }

// The next parameter of `rest`, which begins behind a semicolon; false where there is none.
bool NextParameter(std::string_view& rest, MimeField& parameter) {
  const size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  parameter.name = Trim(rest.substr(0, equals));
  rest = Trim(rest.substr(equals + 1));
  if (!rest.empty() && rest.front() == '"') {
    size_t end = 1;
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    end = std::min(end, rest.size());
    parameter.value = rest.substr(1, end - 1);
    rest.remove_prefix(end);
  } else {
    parameter.value = Trim(rest.substr(0, rest.find(';')));
  }
  const size_t next = rest.find(';');
  rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next + 1);
  return true;
}

// Undoes %HH (RFC 2231, 4); what stands before the second quote is charset and language. Returns the charset where it says one.
std::string_view AppendExtended(std::string_view value, bool first, InlineText<160>& text) {
  std::string_view charset;
  if (first) {
    const size_t quote = value.find('\'');
    const size_t second = quote == std::string_view::npos ? quote : value.find('\'', quote + 1);
    if (second != std::string_view::npos) {
      charset = value.substr(0, quote);
      value.remove_prefix(second + 1);
    }
  }
  for (size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    if (c == '%' && i + 2 < value.size() && Hex(value[i + 1]) < 16 && Hex(value[i + 2]) < 16) {
      c = static_cast<char>(Hex(value[i + 1]) << 4 | Hex(value[i + 2]));
      i += 2;
    }
    text.Append({&c, 1});
  }
  return charset;
}

// "=?charset?B?text?=": where it ends, or 0. `text` begins with "=?".
struct EncodedWord {
  size_t size = 0;
  bool is_base64 = false;
  std::string_view charset, text;
};
EncodedWord FindWord(std::string_view text) {
  EncodedWord word;
  const size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return word;
  const char encoding = static_cast<char>(text[charset_end + 1] | 0x20);
  if (encoding != 'b' && encoding != 'q') return word;
  const size_t begin = charset_end + 3;
  const size_t end = text.find("?=", begin);
  if (end == std::string_view::npos) return word;
  word.is_base64 = encoding == 'b';
  word.charset = text.substr(2, charset_end - 2);
  word.text = text.substr(begin, end - begin);
  word.size = end + 2;
  return word;
}

// Never longer than the word.
size_t UndoEncoding(const EncodedWord& word, char* to) {
  size_t written = 0;
  if (word.is_base64) {
    uint32_t bits = 0;
    int held = 0;
    for (const char c : word.text) {
      const uint8_t value = kBase64Values[static_cast<uint8_t>(c)];
      if (value == kNotBase64) continue;
      bits = bits << 6 | value;
      held += 6;
      if (held < 8) continue;
      held -= 8;
      to[written++] = static_cast<char>(bits >> held);
    }
    return written;
  }
  for (size_t i = 0; i < word.text.size(); ++i) {
    char c = word.text[i];
    if (c == '_') c = ' ';
    if (c == '=' && i + 2 < word.text.size() + 0 && Hex(word.text[i + 1]) < 16 && Hex(word.text[i + 2]) < 16) {
      c = static_cast<char>(Hex(word.text[i + 1]) << 4 | Hex(word.text[i + 2]));
      i += 2;
    }
    to[written++] = c;
  }
  return written;
}

size_t DecodeWord(const EncodedWord& word, char* to) {
  // `to` may be where the word stands, and its charset is then written over.
  std::array<char, kLongestCharset> charset;
  const size_t charset_size = word.charset.copy(charset.data(), charset.size());
  std::array<char, kLongestConverted> utf8;
  const size_t written = UndoEncoding(word, to);
  const size_t converted = ToUtf8({to, written}, {charset.data(), charset_size}, std::span(utf8).first(std::min(word.size, utf8.size())));
  if (converted == 0) return written;
  std::memcpy(to, utf8.data(), converted);
  return converted;
}

}  // namespace

MimeField SplitField(std::string_view line) noexcept {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {Trim(line.substr(0, colon)), Trim(line.substr(colon + 1))};
}

size_t RemoveComments(std::span<char> field) noexcept {
  const std::string_view text(field.data(), field.size());
  size_t written = 0;
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted && c == '(') {
      size_t depth = 0, end = i;
      for (; end < text.size(); ++end) {
        if (text[end] == '\\') ++end;
        else if (text[end] == '(') ++depth;
        else if (text[end] == ')' && --depth == 0) break;
      }
      if (end < text.size()) {
        i = end;
        continue;
      }
    }
    field[written++] = c;
    // What is escaped ends no string.
    if (is_quoted && c == '\\' && i + 1 < text.size()) field[written++] = text[++i];
  }
  return written;
}

std::string_view MainValue(std::string_view value) noexcept { return Trim(value.substr(0, value.find(';'))); }

std::string_view Parameter(std::string_view value, std::string_view name) noexcept {
  const size_t begin = value.find(';');
  if (begin == std::string_view::npos) return {};
  std::string_view rest = value.substr(begin + 1);
  MimeField parameter;
  while (NextParameter(rest, parameter)) {
    if (EqualsIgnoringCase(parameter.name, name)) return parameter.value;
  }
  return {};
}

void DecodeParameter(std::string_view value, std::string_view name, InlineText<160>& text) noexcept {
  const size_t begin = value.find(';');
  if (begin == std::string_view::npos) return;
  std::string_view rest = value.substr(begin + 1);
  MimeField parameter;
  InlineText<160> plain;
  std::string_view charset;
  while (NextParameter(rest, parameter)) {
    if (!EqualsIgnoringCase(parameter.name.substr(0, name.size()), name)) continue;
    const std::string_view suffix = parameter.name.substr(name.size());
    if (suffix.empty()) plain.Assign(parameter.value);
    else if (suffix.front() == '*' && suffix.back() == '*') {
      const std::string_view said = AppendExtended(parameter.value, text.empty(), text);
      if (!said.empty()) charset = said;
    }
    else if (suffix.front() == '*') text.Append(parameter.value);
  }
  if (!text.empty()) {
    std::array<char, 160> utf8;
    if (const size_t converted = ToUtf8(text.view(), charset, utf8); converted > 0) text.Assign({utf8.data(), converted});
    return;
  }
  char words[160];
  const std::string_view raw = plain.view();
  if (!raw.empty()) std::memcpy(words, raw.data(), raw.size());
  text.Assign({words, DecodeWords({words, raw.size()})});
}

bool HasEncodedWord(std::string_view text) noexcept {
  const size_t begin = text.find("=?");
  return begin != std::string_view::npos && text.find("?=", begin + 2) != std::string_view::npos;
}

size_t DecodeWords(std::span<char> text) noexcept {
  const std::string_view all(text.data(), text.size());
  size_t read = 0, written = 0, after_word = SIZE_MAX;
  while (read < all.size()) {
    EncodedWord word;
    if (all.substr(read, 2) == "=?") word = FindWord(all.substr(read));
    if (word.size == 0) {
      text[written++] = text[read++];
      continue;
    }
    // White space between two words is none (RFC 2047, 6.2).
    if (after_word != SIZE_MAX && Trim({text.data() + after_word, written - after_word}).empty()) written = after_word;
    written += DecodeWord(word, text.data() + written);
    read += word.size;
    after_word = written;
  }
  return written;
}

}  // namespace sluice::decode
