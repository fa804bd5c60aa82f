#include "dataplane/decode/aws_chunked_decoder.h"

#include "dataplane/decode/text_reading.h"

namespace sluice::decode {
namespace {

constexpr size_t kMostDigits = 15;  // 2^60 bytes

}  // namespace

bool LooksLikeAwsChunked(ByteView prefix) noexcept {
  constexpr std::string_view kSignature = ";chunk-signature=";
  constexpr size_t kUsualDigits = 8, kEnough = 7;
  const std::string_view text = prefix.AsText();
  size_t digits = 0;
  while (digits < text.size() && digits <= kUsualDigits && HexValue(prefix[digits]) < 16) ++digits;
  const std::string_view rest = text.substr(digits, kSignature.size());
  return digits > 0 && digits <= kUsualDigits && rest.size() >= kEnough && kSignature.starts_with(rest);
}

DecodeStep AwsChunkedDecoder::Decode(ByteView input, std::span<uint8_t>) noexcept {
  size_t i = 0;
  while (i < input.size()) {
    const uint8_t c = input[i];
    bool fits = true;
    switch (at_) {
      case At::kSize: fits = TakeSize(c); break;
      case At::kExtension:
        if (c == '\n') at_ = left_ > 0 ? At::kData : At::kLastCr;
        break;
      case At::kData: {
        const ByteView data = input.From(i).First(left_);
        left_ -= data.size();
        if (left_ == 0) at_ = At::kDataCr;
        i += data.size();
        return {i, data, i < input.size() ? DecodeState::kMoreOutput : DecodeState::kNeedsInput};
      }
      case At::kDataCr:
        fits = c == '\r';
        at_ = At::kDataLf;
        break;
      case At::kDataLf:
        fits = c == '\n';
        at_ = At::kSize;
        digits_ = 0;
        break;
      // Trailing fields may stand here; they are no content.
      case At::kLastCr:
        if (c != '\r') return {i, {}, DecodeState::kEnd};
        at_ = At::kLastLf;
        break;
      case At::kLastLf: return {c == '\n' ? i + 1 : i, {}, DecodeState::kEnd};
    }
    if (!fits) return {i, {}, DecodeState::kCorrupt};
    ++i;
  }
  return {i, {}, DecodeState::kNeedsInput};
}

bool AwsChunkedDecoder::TakeSize(uint8_t c) noexcept {
  const uint8_t value = HexValue(c);
  if (value < 16) {
    left_ = left_ << 4 | value;
    return ++digits_ <= kMostDigits;
  }
  at_ = At::kExtension;
  if (c == '\n') at_ = left_ > 0 ? At::kData : At::kLastCr;
  return digits_ > 0 && (c == ';' || c == '\r' || c == '\n');
}

}  // namespace sluice::decode
