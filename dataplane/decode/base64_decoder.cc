#include "dataplane/decode/base64_decoder.h"

#include <algorithm>
#include <cstring>

#include "dataplane/decode/text_reading.h"

namespace sluice::decode {

DecodeStep Base64Decoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0, written = 0;
  while (consumed < input.size() && scratch.size() - written >= 6) {
    const Base64Bits::Progress run = bits_.Run(input.From(consumed), scratch.subspan(written));
    consumed += run.consumed;
    written += run.written;
    if (consumed == input.size() || IsBase64(input[consumed])) continue;
    if (input[consumed] == '=') written += bits_.Flush(scratch.subspan(written));
    ++consumed;
  }
  return {consumed, {scratch.data(), written}, consumed < input.size() ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
}

DecodeStep Base64Decoder::End(std::span<uint8_t> scratch) noexcept {
  return {0, {scratch.data(), bits_.Flush(scratch)}, DecodeState::kEnd};
}

bool LooksLikeBase64(ByteView prefix) noexcept {
  constexpr size_t kEnough = 128;
  size_t upper = 0, lower = 0, digits = 0, line = 0;
  if (prefix.size() < kEnough) return false;
  for (const uint8_t c : prefix) {
    const bool breaks = c == '\r' || c == '\n';
    // Lines of words are shorter than those of an encoder (RFC 2045: up to 76, PEM: 64).
    if (breaks && line > 0 && line < 60) return false;
    line = breaks ? 0 : line + 1;
    if (!breaks && c != '=' && !IsBase64(c)) return false;
    upper += c >= 'A' && c <= 'Z' ? 1 : 0;
    lower += c >= 'a' && c <= 'z' ? 1 : 0;
    digits += c >= '0' && c <= '9' ? 1 : 0;
  }
  return upper > 2 && lower > 2 && digits > 0;
}

DecodeStep QuotedPrintableDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  TextSink sink(scratch);
  size_t i = 0;
  while (i < input.size() && sink.room() >= 4) {
    const uint8_t c = input[i];
    switch (at_) {
      case At::kText: {
        const auto* equals = static_cast<const uint8_t*>(std::memchr(input.data() + i, '=', input.size() - i));
        const size_t end = equals == nullptr ? input.size() : static_cast<size_t>(equals - input.data());
        i += sink.Copy(input.Sub(i, end - i));
        if (equals == nullptr || i < end) break;
        ++i;
        at_ = At::kEquals;
        break;
      }
      case At::kEquals:
        ++i;
        digit_ = c;
        if (HexValue(c) < 16) {
          at_ = At::kDigit;
        } else if (c == '\r' || c == ' ' || c == '\t') {
          at_ = At::kSoftBreak;
        } else {
          at_ = At::kText;
          if (c == '\n') break;
          sink.Put('=');
          sink.Put(c);
        }
        break;
      case At::kDigit:
        at_ = At::kText;
        if (HexValue(c) < 16) {
          sink.Put(static_cast<uint8_t>(HexValue(digit_) << 4 | HexValue(c)));
          ++i;
        } else {
          sink.Put('=');
          sink.Put(digit_);
        }
        break;
      case At::kSoftBreak:
        if (c == '\n' || c == '\r' || c == ' ' || c == '\t') ++i;
        if (c != '\r' && c != ' ' && c != '\t') at_ = At::kText;
        break;
    }
  }
  return {i, sink.view(), i < input.size() ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
}

DecodeStep QuotedPrintableDecoder::End(std::span<uint8_t> scratch) noexcept {
  TextSink sink(scratch);
  if (at_ == At::kEquals || at_ == At::kDigit) sink.Put('=');
  if (at_ == At::kDigit) sink.Put(digit_);
  at_ = At::kText;
  return {0, sink.view(), DecodeState::kEnd};
}

}  // namespace sluice::decode
