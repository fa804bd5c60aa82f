#include "rules/evaluate/confirm.h"

#include <algorithm>
#include <array>

#include "rules/evaluate/confirm_marking.h"
#include "rules/validator/validator.h"

namespace sluice::evaluate {
namespace {

using model::Encoding;
using model::Pattern;
using model::TransferForm;

// Beginnings further back are not tried.
constexpr size_t kFarthestBegin = 128;

int HexDigit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Text in percent or quoted-printable form, as the bytes it stands for, nearest last. Goes back as far as escapes and the
// buffer reach; `whole` says that it stopped at something that is no escape, behind which a character begins.
ByteView Unescape(ByteView text, uint8_t sign, std::array<uint8_t, 64>& buffer, bool& whole) {
  size_t at = text.size(), begin = buffer.size();
  while (begin > 0 && at >= 3 && text[at - 3] == sign && HexDigit(text[at - 2]) >= 0 && HexDigit(text[at - 1]) >= 0) {
    buffer[--begin] = static_cast<uint8_t>(HexDigit(text[at - 2]) * 16 + HexDigit(text[at - 1]));
    at -= 3;
  }
  whole = begin > 0;
  return {buffer.data() + begin, buffer.size() - begin};
}

Alignment AlignmentBefore(const Pattern& pattern, ByteView before, bool from_start) {
  if (pattern.form == TransferForm::kPlain) return CheckAlignment(pattern.encoding, before, from_start);
  if (pattern.form != TransferForm::kPercent && pattern.form != TransferForm::kQuotedPrintable) return Alignment::kUnknown;
  std::array<uint8_t, 64> buffer;
  bool whole = false;
  const ByteView bytes = Unescape(before, pattern.form == TransferForm::kPercent ? '%' : '=', buffer, whole);
  return CheckAlignment(pattern.encoding, bytes, whole);
}

// Of a match whose length is known.
Confirmation ConfirmFixed(const Pattern& pattern, ByteView window, bool from_start) {
  Confirmation c{true, true, pattern.length};
  if (!pattern.confirm_alignment) return c;
  if (pattern.length > window.size()) {
    c.alignment_known = false;
    return c;
  }
  const Alignment alignment = AlignmentBefore(pattern, window.First(window.size() - pattern.length), from_start);
  c.stands = alignment != Alignment::kAstride;
  c.alignment_known = alignment != Alignment::kUnknown;
  return c;
}

// Of a match whose length is not: it stands if it can have begun at some character's beginning.
Confirmation ConfirmVariable(const Pattern& pattern, ByteView window, bool from_start) {
  Confirmation c{!pattern.confirm_alignment, true, 0};
  if (!pattern.confirm_alignment) return c;
  const size_t farthest = std::min({window.size(), kFarthestBegin, static_cast<size_t>(pattern.max_length)});
  for (size_t length = pattern.min_length; length <= farthest; ++length) {
    const size_t begin = window.size() - length;
    if (length == 0 || !pattern.CanBeginWith(window[begin])) continue;
    const Alignment alignment = CheckAlignment(pattern.encoding, window.First(begin), from_start);
    if (alignment == Alignment::kAligned) return {true, true, 0};
    if (alignment == Alignment::kUnknown) c = {true, false, 0};
  }
  // The beginning may lie outside what is seen.
  if (!c.stands && farthest < pattern.max_length && !(from_start && farthest == window.size())) c = {true, false, 0};
  return c;
}

size_t UnitBytes(Encoding encoding) { return encoding == Encoding::kUtf16Le || encoding == Encoding::kUtf16Be ? 2 : 1; }

// The last characters of the window as ASCII; what is not ASCII becomes a byte that no value has.
std::string_view AsAscii(Encoding encoding, ByteView window, std::array<char, kConfirmWindow>& buffer) {
  const size_t unit = UnitBytes(encoding);
  if (unit == 1) return window.AsText();
  const size_t count = std::min(window.size() / 2, buffer.size());
  const ByteView tail = window.From(window.size() - count * 2);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t low = tail[i * 2 + (encoding == Encoding::kUtf16Be ? 1 : 0)];
    const uint8_t high = tail[i * 2 + (encoding == Encoding::kUtf16Be ? 0 : 1)];
    buffer[i] = high == 0 ? static_cast<char>(low) : '\x01';
  }
  return {buffer.data(), count};
}

// FNV-1a (Fowler, Noll, Vo): tells matched values apart, nothing more.
uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

// Of the match, or of as much of its end as every match has.
uint64_t ValueOf(const Pattern& pattern, const Confirmation& c, ByteView window) {
  const ByteView known = window.First(window.size() - std::min<size_t>(c.behind, window.size()));
  const size_t length = std::min<size_t>(c.length > 0 ? c.length : pattern.min_length, known.size());
  std::array<char, kConfirmWindow> buffer;
  return HashOf(AsAscii(pattern.encoding, known.From(known.size() - length), buffer));
}

}  // namespace

Confirmation Confirm(const Pattern& pattern, const model::Detector& detector, ByteView window, bool from_start) noexcept {
  Confirmation c = pattern.length > 0 ? ConfirmFixed(pattern, window, from_start) : ConfirmVariable(pattern, window, from_start);
  const bool has_checks = detector.validator != model::ValidatorKind::kNone || detector.min_entropy_millibits > 0;
  if (!c.stands) return c;
  if (!has_checks || pattern.form != TransferForm::kPlain) {
    c.value = ValueOf(pattern, c, window);
    return c;
  }
  std::array<char, kConfirmWindow> buffer;
  const std::string_view text = AsAscii(pattern.encoding, window, buffer);
  if (detector.validator != model::ValidatorKind::kNone) {
    const size_t behind = validator::BytesBehindValue(detector.validator, text);
    const size_t value = validator::ValidateSuffix(detector.validator, text.substr(0, text.size() - behind));
    c.stands = value > 0;
    c.length = static_cast<uint32_t>(value * UnitBytes(pattern.encoding));
    c.behind = static_cast<uint32_t>(behind * UnitBytes(pattern.encoding));
  }
  if (detector.min_entropy_millibits > 0) {
    c.stands = c.stands && validator::EntropyMillibits(validator::TokenAtEnd(text)) >= detector.min_entropy_millibits;
  }
  c.value = ValueOf(pattern, c, window);
  return c;
}

Confirmation Confirm(const Pattern& pattern, const model::Detector& detector, const HitText& hit) noexcept {
  const Confirmation c = Confirm(pattern, detector, hit.bytes.First(hit.end), hit.from_start);
  return c.stands && detector.marking.nation != model::Nation::kNone ? ConfirmMarking(pattern, detector.marking, hit, c) : c;
}

}  // namespace sluice::evaluate
