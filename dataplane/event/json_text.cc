#include "dataplane/event/json_text.h"

#include <array>
#include <charconv>

#include "base/visible_text.h"

namespace sluice::event {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";     // U+2026
constexpr char kHexDigits[] = "0123456789abcdef";

// Bytes that stand for themselves: printable ASCII without the two that JSON wants escaped (RFC 8259, 7).
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void AppendEscape(std::string& out, char32_t c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHexDigits[(c >> shift) & 0xf];
}

void AppendDecimal(std::string& out, uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

// Zero-padded. REQUIRES: value < 10^width, width ≤ 9.
void AppendPadded(std::string& out, uint64_t value, size_t width) {
  char digits[9];
  for (size_t i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, width);
}

struct Date {
  int64_t year;
  unsigned month, day;
};

// Days since 1970-01-01 to a date of the proleptic Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date
// Algorithms", civil_from_days).
Date DateOf(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

}  // namespace

void JsonText::Key(std::string_view key) {
  Separate();
  out_ += '"';
  out_ += key;
  out_ += "\":";
}

void JsonText::Number(std::string_view key, uint64_t value) {
  Key(key);
  AppendDecimal(out_, value);
}

void JsonText::Hex64(std::string_view key, uint64_t value) {
  uint8_t bytes[8];
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(value >> (56 - 8 * i));
  HexBytes(key, bytes, sizeof bytes);
}

void JsonText::HexBytes(std::string_view key, const uint8_t* bytes, size_t size) {
  Key(key);
  out_ += '"';
  for (size_t i = 0; i < size; ++i) {
    out_ += kHexDigits[bytes[i] >> 4];
    out_ += kHexDigits[bytes[i] & 0xf];
  }
  out_ += '"';
}

void JsonText::Time(std::string_view key, Timestamp time) {
  constexpr int64_t kPerSecond = 1'000'000'000, kPerDay = 86400 * kPerSecond;
  int64_t days = time.nanoseconds() / kPerDay;
  int64_t rest = time.nanoseconds() % kPerDay;
  if (rest < 0) {
    rest += kPerDay;
    --days;
  }
  const Date date = DateOf(days);  // 64 bits of nanoseconds span 1677 to 2262: four digits do
  const auto seconds = static_cast<uint64_t>(rest / kPerSecond);
  Key(key);
  out_ += '"';
  AppendPadded(out_, static_cast<uint64_t>(date.year), 4);
  out_ += '-';
  AppendPadded(out_, date.month, 2);
  out_ += '-';
  AppendPadded(out_, date.day, 2);
  out_ += 'T';
  AppendPadded(out_, seconds / 3600, 2);
  out_ += ':';
  AppendPadded(out_, seconds / 60 % 60, 2);
  out_ += ':';
  AppendPadded(out_, seconds % 60, 2);
  out_ += '.';
  AppendPadded(out_, static_cast<uint64_t>(rest % kPerSecond), 9);
  out_ += "Z\"";
}

void JsonText::Quoted(std::string_view text, bool truncated) {
  out_ += '"';
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && kPlain[static_cast<uint8_t>(text[plain])]) ++plain;
    out_ += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;

    const Utf8Character character = FirstUtf8Character(text);
    if (character.kind == Utf8Character::Kind::kCutOff && truncated) break;  // we cut it ourselves
    if (character.kind != Utf8Character::Kind::kValid) {
      out_ += kReplacement;
    } else if (character.code_point < 0x80 || ActsOnTheReader(character.code_point)) {
      AppendEscape(out_, character.code_point);
    } else {
      out_ += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  if (truncated) out_ += kEllipsis;
  out_ += '"';
}

}  // namespace sluice::event
