#include "dataplane/decode/uuencode_decoder.h"

#include <algorithm>
#include <string_view>

namespace sluice::decode {
namespace {

constexpr std::string_view kBegin = "begin ";

// Six bits; a grave accent stands for the space, which is zero.
uint32_t Bits(char c) { return (static_cast<uint32_t>(static_cast<unsigned char>(c)) - 0x20) & 0x3F; }
bool IsCode(char c) { return c >= 0x20 && c <= 0x60; }
size_t LengthOf(char c) { return Bits(c); }
size_t CharactersFor(size_t bytes) { return (bytes + 2) / 3 * 4; }

bool IsBegin(std::string_view line) {
  if (line.substr(0, kBegin.size()) != kBegin) return false;
  const std::string_view mode = line.substr(kBegin.size(), line.find(' ', kBegin.size()) - kBegin.size());
  return mode.size() >= 3 && mode.size() <= 5 && mode.find_first_not_of("01234567") == std::string_view::npos;
}

}  // namespace

bool LooksLikeUuencode(ByteView prefix) noexcept {
  std::string_view text = prefix.AsText();
  while (!text.empty() && (text[0] == '\r' || text[0] == '\n')) text.remove_prefix(1);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || end + 1 >= text.size() || !IsBegin(text.substr(0, end))) return false;
  std::string_view line = text.substr(end + 1);
  line = line.substr(0, line.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return !line.empty() && IsCode(line[0]) && line.size() <= CharactersFor(LengthOf(line[0])) + 2 && std::all_of(line.begin(), line.end(), IsCode);
}

DecodeStep UuencodeDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t used = 0;
  for (size_t i = 0; i < input.size(); ++i) {
    if (at_ == At::kOver) return {i, {scratch.data(), used}, DecodeState::kEnd};
    const char c = static_cast<char>(input[i]);
    if (c != '\n') {
      if (length_ < line_.size()) line_[length_++] = c;
      continue;
    }
    if (scratch.size() - used < kBytesOfLine) return {i, {scratch.data(), used}, DecodeState::kMoreOutput};
    const DecodeState state = TakeLine(scratch.subspan(used), used);
    length_ = 0;
    if (state == DecodeState::kCorrupt) return {i + 1, {scratch.data(), used}, state};
  }
  return {input.size(), {scratch.data(), used}, DecodeState::kNeedsInput};
}

DecodeState UuencodeDecoder::TakeLine(std::span<uint8_t> out, size_t& used) noexcept {
  std::string_view line(line_.data(), length_);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (at_ == At::kBegin) {
    // Blank lines may stand before it.
    if (line.empty()) return DecodeState::kNeedsInput;
    at_ = At::kLines;
    return IsBegin(line) ? DecodeState::kNeedsInput : DecodeState::kCorrupt;
  }
  if (line == "end") {
    at_ = At::kOver;
    return DecodeState::kNeedsInput;
  }
  if (line.empty()) return DecodeState::kNeedsInput;
  const size_t bytes = LengthOf(line[0]);
  if (!IsCode(line[0]) || line.size() > std::max(CharactersFor(bytes) + 2, size_t{2})) return DecodeState::kCorrupt;
  // Spaces at the end of a line get lost on the way: what is missing is zero.
  const auto at = [&](size_t i) { return i < line.size() ? Bits(line[i]) : 0; };
  for (size_t i = 0; i < bytes; ++i) {
    const size_t group = 1 + i / 3 * 4;
    const uint32_t all = at(group) << 18 | at(group + 1) << 12 | at(group + 2) << 6 | at(group + 3);
    out[i] = static_cast<uint8_t>(all >> (16 - 8 * (i % 3)));
  }
  used += bytes;
  return DecodeState::kNeedsInput;
}

}  // namespace sluice::decode
