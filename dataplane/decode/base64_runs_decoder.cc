#include "dataplane/decode/base64_runs_decoder.h"

#include <cstring>

namespace sluice::decode {
namespace {

constexpr uint8_t kLongestIndent = 32;

}  // namespace

DecodeStep Base64RunsDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0;
  for (;;) {
    switch (at_) {
      case At::kSeek:
        if (values_ == Values::kFirst && began_) return {consumed, {}, DecodeState::kEnd};
        consumed += Seek(input.From(consumed));
        if (at_ == At::kSeek) return {consumed, {}, DecodeState::kNeedsInput};
        break;
      case At::kHeld: break;
      case At::kPassOver:
        while (consumed < input.size() && IsBase64(input[consumed])) ++consumed;
        if (consumed == input.size()) return {consumed, {}, DecodeState::kNeedsInput};
        at_ = At::kSeek;
        break;
      case At::kInside: {
        DecodeStep step = Inside(input.From(consumed), scratch);
        step.consumed += consumed;
        return step;
      }
    }
    if (at_ == At::kHeld) {
      // The member begins in this step; what was held is its first output.
      at_ = At::kInside;
      held_decoded_ = 0;
      return {consumed, {}, DecodeState::kMemberBegins};
    }
  }
}

// Takes all input, or up to where kShortest characters of a run are held. Looks at every kShortest-th byte only, and back
// from there where it is of the alphabet: no run of that length lies between.
size_t Base64RunsDecoder::Seek(ByteView input) noexcept {
  size_t begin = 0;  // nothing before it is part of a run that may become long enough
  if (held_size_ > 0) {
    begin = Hold(input);
    if (held_size_ > 0 || at_ != At::kSeek) return begin;  // all input is held, or enough was
  }
  for (size_t at = begin + kShortest - 1; at < input.size();) {
    size_t run = at + 1;
    while (run > begin && IsBase64(input[run - 1])) --run;
    if (at + 1 - run == kShortest) {
      return run + Hold(input.From(run));
    }
    begin = run;
    at = run + kShortest - 1;
  }
  size_t tail = input.size();
  while (tail > begin && IsBase64(input[tail - 1])) --tail;
  return tail + Hold(input.From(tail));
}

// Holds what continues the run; at kShortest characters it is decided whether it is a value.
size_t Base64RunsDecoder::Hold(ByteView input) noexcept {
  size_t taken = 0;
  while (taken < input.size() && held_size_ < kShortest) {
    if (!IsBase64(input[taken])) {
      began_ = true;
      held_size_ = 0;
      return taken;
    }
    held_[held_size_++] = input[taken++];
  }
  if (held_size_ < kShortest) return taken;
  began_ = true;
  at_ = LooksLikeBase64Value({held_.data(), held_.size()}) ? At::kHeld : At::kPassOver;
  if (at_ == At::kPassOver) held_size_ = 0;
  return taken;
}

bool LooksLikeBase64Value(ByteView held) noexcept {
  size_t upper = 0, lower = 0, others = 0, slashes = 0;
  for (const uint8_t c : held) {
    if (c >= 'A' && c <= 'Z') ++upper;
    else if (c >= 'a' && c <= 'z') ++lower;
    else ++others;
    slashes += c == '/' ? 1 : 0;
  }
  return upper > 1 && lower > 1 && others > 0 && slashes < 8;
}

DecodeStep Base64RunsDecoder::Inside(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0, written = 0;
  while (held_decoded_ < held_size_) {
    const Base64Bits::Progress run = bits_.Run({held_.data() + held_decoded_, size_t{held_size_} - held_decoded_}, scratch.subspan(written));
    held_decoded_ = static_cast<uint8_t>(held_decoded_ + run.consumed);
    written += run.written;
    if (run.consumed == 0) return {0, {scratch.data(), written}, DecodeState::kMoreOutput};
  }
  held_size_ = held_decoded_ = 0;
  while (consumed < input.size() && scratch.size() - written >= 6) {
    const Base64Bits::Progress run = bits_.Run(input.From(consumed), scratch.subspan(written));
    consumed += run.consumed;
    written += run.written;
    if (run.consumed > 0) indent_left_ = 0;
    if (consumed == input.size() || IsBase64(input[consumed])) continue;
    const uint8_t c = input[consumed];
    if (c == '\r' || c == '\n') {
      indent_left_ = kLongestIndent;
      ++consumed;
      continue;
    }
    if (indent_left_ > 0 && (c == ' ' || c == '\t' || c == '>' || c == '|')) {
      --indent_left_;
      ++consumed;
      continue;
    }
    written += bits_.Flush(scratch.subspan(written));
    at_ = At::kSeek;
    return {consumed, {scratch.data(), written}, DecodeState::kMemberEnds};
  }
  return {consumed, {scratch.data(), written}, consumed < input.size() ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
}

DecodeStep Base64RunsDecoder::End(std::span<uint8_t> scratch) noexcept {
  if (at_ != At::kInside) return {0, {}, DecodeState::kEnd};
  DecodeStep step = Inside({}, scratch);
  if (step.state == DecodeState::kMoreOutput) return step;
  const size_t written = step.output.size();
  const size_t more = scratch.size() - written < 2 ? 0 : bits_.Flush(scratch.subspan(written));
  at_ = At::kSeek;
  return {0, {scratch.data(), written + more}, DecodeState::kMemberEnds};
}

}  // namespace sluice::decode
