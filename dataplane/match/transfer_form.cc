#include "dataplane/match/transfer_form.h"

#include <string_view>

#include "rules/text/character.h"

namespace sluice::match {
namespace {

using model::TransferForm;

int HexValue(uint8_t c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

void Append(Opened& opened, unsigned byte) noexcept { opened.bytes[opened.size++] = static_cast<uint8_t>(byte); }

Opened OpenPlain(ByteView matched) noexcept {
  Opened opened;
  for (const uint8_t b : matched.First(Opened::kCapacity)) Append(opened, b);
  opened.more_follows = matched.size() > Opened::kCapacity;
  return opened;
}

// %XX and =XX (RFC 3986, 2.1; RFC 2045, 6.7); other bytes stand for themselves.
Opened OpenEscaped(ByteView matched, uint8_t mark) noexcept {
  Opened opened;
  size_t i = 0;
  while (i < matched.size() && opened.size < Opened::kCapacity) {
    if (matched[i] != mark) {
      Append(opened, matched[i++]);
      continue;
    }
    if (matched.size() - i < 3) break;
    const int high = HexValue(matched[i + 1]), low = HexValue(matched[i + 2]);
    if (high < 0 || low < 0) break;
    Append(opened, static_cast<unsigned>(high * 16 + low));
    i += 3;
  }
  opened.more_follows = i < matched.size();
  return opened;
}

// A number of at most `digits` digits in `base`, ended by the first byte that is none; `text` moves behind the digits.
char32_t ReadNumber(ByteView& text, unsigned base, size_t digits) noexcept {
  char32_t number = 0;
  size_t i = 0;
  for (; i < text.size() && i < digits; ++i) {
    const int value = HexValue(text[i]);
    if (value < 0 || static_cast<unsigned>(value) >= base) break;
    number = number * base + static_cast<char32_t>(value);
  }
  text = text.From(i);
  return number;
}

Opened OpenNumbered(ByteView matched, std::string_view mark, unsigned base, size_t digits) noexcept {
  if (matched.First(mark.size()).AsText() != mark) return OpenPlain(matched);  // begins with a character that needs no form
  Opened opened;
  ByteView rest = matched.From(mark.size());
  opened.code_point = ReadNumber(rest, base, digits);
  if (!rest.empty() && rest[0] == ';') rest = rest.From(1);
  opened.more_follows = !rest.empty();
  return opened;
}

// \uXXXX (RFC 8259, 7). Half of a surrogate pair is no character; such a match shows nothing.
Opened OpenJson(ByteView matched) noexcept { return OpenNumbered(matched, "\\u", 16, 4); }

// Only the phase whose first digit carries the first bits of the text can be opened.
Opened OpenBase64(ByteView matched) noexcept {
  Opened opened;
  unsigned bits = 0, held = 0;
  size_t i = 0;
  for (; i < matched.size() && opened.size < Opened::kCapacity; ++i) {
    const int value = text::Base64Value(matched[i]);
    if (value < 0) break;
    bits = bits << 6 | static_cast<unsigned>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    Append(opened, bits >> held & 0xff);
  }
  opened.more_follows = i < matched.size();
  return opened;
}

}  // namespace

Opened OpenTransferForm(ByteView matched, TransferForm form) noexcept {
  switch (form) {
    case TransferForm::kPlain: return OpenPlain(matched);
    case TransferForm::kPercent: return OpenEscaped(matched, '%');
    case TransferForm::kQuotedPrintable: return OpenEscaped(matched, '=');
    case TransferForm::kHtmlDecimal: return OpenNumbered(matched, "&#", 10, 7);
    case TransferForm::kHtmlHex:
      return OpenNumbered(matched, matched.First(3).AsText() == "&#X" ? "&#X" : "&#x", 16, 6);
    case TransferForm::kJsonEscape: return OpenJson(matched);
    case TransferForm::kBase64Phase0: return OpenBase64(matched);
    case TransferForm::kBase64Phase1:
    case TransferForm::kBase64Phase2:
    case TransferForm::kCount: break;
  }
  return {};
}

}  // namespace sluice::match
