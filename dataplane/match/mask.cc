#include "dataplane/match/mask.h"

#include <array>

#include "dataplane/match/transfer_form.h"
#include "rules/text/character.h"

namespace sluice::match {
namespace {

constexpr std::string_view kMarks = "****";

// UTF-8 (RFC 3629, 3). REQUIRES: IsPlainPrintable, hence a scalar value.
void AppendUtf8(MaskedText& text, char32_t c) noexcept {
  std::array<char, 4> units{};
  size_t size = 0;
  const auto add = [&](char32_t unit) { units[size++] = static_cast<char>(static_cast<uint8_t>(unit)); };
  const auto continuation = [&](int shift) { add(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6);
    continuation(0);
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12);
    continuation(6);
    continuation(0);
  } else {
    add(0xf0 | c >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
  text.Append({units.data(), size});
}

}  // namespace

char32_t ShownCharacter(ByteView matched, model::Encoding encoding, model::TransferForm form) noexcept {
  const Opened opened = OpenTransferForm(matched, form);
  text::Character first{opened.code_point, 0};
  if (first.code_point == 0) first = text::FirstCharacter({opened.bytes.data(), opened.size}, encoding);
  const bool is_all = !opened.more_follows && first.bytes >= opened.size;
  return !is_all && text::IsPlainPrintable(first.code_point) ? first.code_point : 0;
}

MaskedText Mask(char32_t shown) noexcept {
  MaskedText masked;
  if (text::IsPlainPrintable(shown)) AppendUtf8(masked, shown);
  masked.Append(kMarks);
  return masked;
}

}  // namespace sluice::match
