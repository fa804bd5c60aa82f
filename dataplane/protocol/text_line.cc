#include "dataplane/protocol/text_line.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace sluice::protocol {
namespace {

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::string_view WithoutLineEnd(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

bool LineReader::Keep(ByteView bytes, SessionMemory& memory) noexcept {
  if (scratch_ == nullptr) {
    scratch_ = static_cast<LineScratch*>(memory.Claim());
    if (scratch_ == nullptr) return false;  // SessionMemory is sized so that this cannot be
    scratch_->size = 0;
  }
  const size_t n = std::min(bytes.size(), kMaxLine - scratch_->size);
  std::memcpy(scratch_->text.data() + scratch_->size, bytes.data(), n);
  scratch_->size += n;
  return n == bytes.size();
}

LineReader::Line LineReader::Next(ByteView input, SessionMemory& memory) noexcept {
  const void* lf = std::memchr(input.data(), '\n', input.size());
  const size_t taken = lf == nullptr ? input.size() : static_cast<size_t>(static_cast<const uint8_t*>(lf) - input.data()) + 1;
  Line line;
  line.consumed = taken;
  line.whole = lf != nullptr;
  const ByteView bytes = input.First(taken);
  if (!line.whole) {
    oversized_ = !Keep(bytes, memory) || oversized_;
    return line;
  }
  if (scratch_ == nullptr) {
    line.text = bytes.First(kMaxLine).AsText();
    line.oversized = taken > kMaxLine;
  } else {
    line.oversized = !Keep(bytes, memory) || oversized_;
    line.text = {scratch_->text.data(), scratch_->size};
    memory.Retire(std::exchange(scratch_, nullptr));
  }
  oversized_ = false;
  line.text = WithoutLineEnd(line.text);
  return line;
}

void LineReader::Drop(SessionMemory& memory) noexcept {
  if (scratch_ != nullptr) memory.Release(std::exchange(scratch_, nullptr));
  oversized_ = false;
}

bool StartsWithWord(std::string_view line, std::string_view upper) noexcept {
  if (line.size() < upper.size()) return false;
  for (size_t i = 0; i < upper.size(); ++i) {
    if (Upper(line[i]) != upper[i]) return false;
  }
  return line.size() == upper.size() || line[upper.size()] == ' ';
}

std::string_view ArgumentOf(std::string_view line) noexcept {
  line.remove_prefix(std::min(line.find(' '), line.size()));
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line;
}

bool IsTextLine(std::string_view line) noexcept {
  return std::all_of(line.begin(), line.end(), [](char c) { return static_cast<uint8_t>(c) >= ' ' || c == '\t'; });
}

bool ReadReplyCode(std::string_view line, uint16_t& code, bool& is_last) noexcept {
  constexpr size_t kDigits = 3;
  if (line.size() < kDigits || (line.size() > kDigits && line[kDigits] != ' ' && line[kDigits] != '-')) return false;
  code = 0;
  for (size_t i = 0; i < kDigits; ++i) {
    if (line[i] < '0' || line[i] > '9') return false;
    code = static_cast<uint16_t>(code * 10 + (line[i] - '0'));
  }
  is_last = line.size() == kDigits || line[kDigits] == ' ';
  return true;
}

bool ReadDecimal(std::string_view& text, uint64_t& value) noexcept {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  size_t digits = 0;
  value = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    const uint64_t digit = static_cast<uint64_t>(text[digits] - '0');
    if (value > (kMost - digit) / 10) return false;
    value = value * 10 + digit;
  }
  text.remove_prefix(digits);
  return digits > 0;
}

size_t DecodeBase64(std::string_view text, char* out, size_t room) noexcept {
  size_t written = 0;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = Base64Value(c);
    if (value < 0 || written == room) break;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[written++] = static_cast<char>(bits >> held & 0xff);
  }
  return written;
}

}  // namespace sluice::protocol
