#include "dataplane/decode/form_decoder.h"

namespace sluice::decode {
namespace {

// What may stand in a form without an escape (RFC 3986, 2.2 and 2.3, as browsers and clients send it).
bool IsFormByte(uint8_t c) {
  const bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  return letter || std::string_view("-._~*+%=&[]!$'(),;:@/").find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

bool LooksLikeForm(ByteView prefix) noexcept {
  size_t equals = 0, escapes = 0, fields = 0;
  for (const uint8_t c : prefix) {
    if (!IsFormByte(c)) return false;
    equals += c == '=' ? 1 : 0;
    fields += c == '&' ? 1 : 0;
    escapes += c == '%' ? 1 : 0;
  }
  return equals > 0 && prefix[0] != '=' && (escapes > 0 || fields > 0);
}

size_t FormDecoder::Take(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  if (held_size_ == 0) {
    size_t plain = 0;
    while (plain < rest.size() && rest[plain] != '%' && rest[plain] != '+' && rest[plain] != '&') ++plain;
    if (plain > 0) return sink.Copy(rest.First(plain));
    if (c == '%') held_[held_size_++] = c;
    else sink.Put(c == '+' ? ' ' : '\n');
    return 1;
  }
  if (HexValue(c) == 16) {  // no escape: what was held is text, and this byte is looked at anew
    Finish(sink);
    return 0;
  }
  if (held_size_ == 1) {
    held_[held_size_++] = c;
    return 1;
  }
  sink.Put(static_cast<uint8_t>(HexValue(held_[1]) << 4 | HexValue(c)));
  held_size_ = 0;
  return 1;
}

void FormDecoder::Finish(TextSink& sink) noexcept {
  (void)sink.Copy({held_.data(), held_size_});
  held_size_ = 0;
}

size_t JsonDecoder::Take(ByteView rest, TextSink& sink) noexcept {
  const uint8_t c = rest[0];
  if (held_size_ == 0) {
    const auto* escape = static_cast<const uint8_t*>(std::memchr(rest.data(), '\\', rest.size()));
    const size_t plain = escape == nullptr ? rest.size() : static_cast<size_t>(escape - rest.data());
    if (plain > 0) return sink.Copy(rest.First(plain));
    held_[held_size_++] = c;
    return 1;
  }
  if (held_size_ == 1 && c != 'u') {
    held_size_ = 0;
    TakeEscape(c, sink);
    return 1;
  }
  if (held_size_ > 1 && HexValue(c) == 16) {
    Finish(sink);
    return 0;
  }
  held_[held_size_++] = c;
  if (held_size_ < held_.size()) return 1;
  uint32_t unit = 0;
  for (size_t i = 2; i < held_.size(); ++i) unit = unit << 4 | HexValue(held_[i]);
  held_size_ = 0;
  if (const uint32_t character = surrogates_.Add(unit); character != 0) sink.PutCharacter(character);
  return 1;
}

void JsonDecoder::TakeEscape(uint8_t c, TextSink& sink) noexcept {
  switch (c) {
    case 'n': return sink.Put('\n');
    case 't': return sink.Put('\t');
    case 'r': return sink.Put('\r');
    case 'b':
    case 'f': return sink.Put(' ');
    case '"':
    case '\\':
    case '/': return sink.Put(c);
    default:
      sink.Put('\\');
      sink.Put(c);
  }
}

void JsonDecoder::Finish(TextSink& sink) noexcept {
  (void)sink.Copy({held_.data(), held_size_});
  held_size_ = 0;
}

}  // namespace sluice::decode
