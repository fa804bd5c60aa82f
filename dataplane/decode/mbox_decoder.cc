#include "dataplane/decode/mbox_decoder.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sluice::decode {
namespace {

constexpr std::string_view kFrom = "From ";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "From sender Mon Nov 23 07:52:13 2026", in any of its forms: a time of day stands in it.
bool Divides(std::string_view line) {
  if (!line.starts_with(kFrom)) return false;
  for (size_t colon = line.find(':', kFrom.size()); colon != std::string_view::npos; colon = line.find(':', colon + 1)) {
    if (colon + 2 < line.size() && colon > kFrom.size() && IsDigit(line[colon - 1]) && IsDigit(line[colon + 1]) && IsDigit(line[colon + 2])) return true;
  }
  return false;
}

}  // namespace

bool LooksLikeMbox(ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || !Divides(text.substr(0, end))) return false;
  const std::string_view next = text.substr(end + 1);
  const std::string_view name = next.substr(0, next.find_first_of(":\n "));
  return !name.empty() && name.size() < next.size() && next[name.size()] == ':';
}

// True: all that was held is out.
bool MboxDecoder::FlushHeld(std::span<uint8_t> scratch, size_t& used) noexcept {
  const size_t n = std::min<size_t>(held_size_ - flushed_, scratch.size() - used);
  if (n > 0) std::memcpy(scratch.data() + used, held_.data() + flushed_, n);
  used += n;
  flushed_ = static_cast<uint8_t>(flushed_ + n);
  if (flushed_ < held_size_) return false;
  const bool ended = held_[held_size_ - 1u] == '\n';
  at_ = ended ? At::kLineStart : At::kLine;
  was_empty_ = line_is_empty_ = false;
  held_size_ = flushed_ = 0;
  return true;
}

DecodeStep MboxDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t i = 0, used = 0;
  const auto step = [&](DecodeState state) { return DecodeStep{i, {scratch.data(), used}, state}; };
  for (;;) {
    if (at_ == At::kOver) return step(DecodeState::kNeedsInput);
    if (at_ == At::kDivided) {
      if (member_open_) {
        member_open_ = false;
        return step(DecodeState::kMemberEnds);
      }
      member_open_ = true;
      at_ = At::kLineStart;
      was_empty_ = false;
      return {i, {}, DecodeState::kMemberBegins};
    }
    // Whatever is content needs a letter to be of.
    if (at_ != At::kHeld && !member_open_) {
      member_open_ = true;
      return {i, {}, DecodeState::kMemberBegins};
    }
    if (at_ == At::kFlush) {
      if (!FlushHeld(scratch, used)) return step(DecodeState::kMoreOutput);
    }
    if (i == input.size()) return step(DecodeState::kNeedsInput);
    if (used == scratch.size()) return step(DecodeState::kMoreOutput);
    const uint8_t c = input[i];
    switch (at_) {
      case At::kLineStart:
        line_is_empty_ = true;
        has_return_ = false;
        at_ = was_empty_ && c == 'F' ? At::kHeld : At::kLine;
        break;
      case At::kLine: {
        const auto* lf = static_cast<const uint8_t*>(std::memchr(input.data() + i, '\n', input.size() - i));
        const size_t rest = lf == nullptr ? input.size() - i : static_cast<size_t>(lf - input.data()) - i + 1;
        const size_t n = std::min(rest, scratch.size() - used);
        std::memcpy(scratch.data() + used, input.data() + i, n);
        used += n;
        i += n;
        const bool ends = lf != nullptr && n == rest;
        const size_t characters = n - (ends ? 1 : 0);
        if (characters > 0) {
          line_is_empty_ = line_is_empty_ && !has_return_ && characters == 1 && input[i - n] == '\r';
          has_return_ = true;
        }
        if (ends) {
          was_empty_ = line_is_empty_;
          at_ = At::kLineStart;
        }
        break;
      }
      case At::kHeld:
        held_[held_size_++] = c;
        ++i;
        if (c == '\n') {
          const std::string_view line(reinterpret_cast<const char*>(held_.data()), held_size_);
          if (Divides(line)) {
            held_size_ = 0;
            at_ = At::kDivided;
          } else {
            at_ = At::kFlush;
          }
        } else if (held_size_ == held_.size() || (held_size_ <= kFrom.size() && kFrom[held_size_ - 1u] != static_cast<char>(c))) {
          at_ = At::kFlush;
        }
        break;
      default: break;
    }
  }
}

DecodeStep MboxDecoder::End(std::span<uint8_t> scratch) noexcept {
  if (at_ == At::kHeld && held_size_ > 0) at_ = At::kFlush;
  if (at_ == At::kFlush) {
    if (!member_open_) {
      member_open_ = true;
      return {0, {}, DecodeState::kMemberBegins};
    }
    size_t used = 0;
    if (!FlushHeld(scratch, used)) return {0, {scratch.data(), used}, DecodeState::kMoreOutput};
    at_ = At::kOver;
    member_open_ = false;
    return {0, {scratch.data(), used}, DecodeState::kMemberEnds};
  }
  at_ = At::kOver;
  if (!member_open_) return {0, {}, DecodeState::kEnd};
  member_open_ = false;
  return {0, {}, DecodeState::kMemberEnds};
}

}  // namespace sluice::decode
