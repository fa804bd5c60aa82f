#include "dataplane/decode/sealed_decoder.h"

#include <cstring>

namespace sluice::decode {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kOleSign = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"sv;
constexpr std::string_view kPdfSign = "/Encrypt";

}  // namespace

SealedDecoder::SealedDecoder(DocumentDecoder::Kind kind) noexcept
    : is_plain_(kind == DocumentDecoder::Kind::kIsoImage), sign_(kind == DocumentDecoder::Kind::kOleStorage ? kOleSign : kind == DocumentDecoder::Kind::kPdf ? kPdfSign : std::string_view()) {}

// The first character of either sign stands nowhere else in it, so that a mismatch begins anew with the character at hand.
DecodeStep SealedDecoder::Decode(ByteView input, std::span<uint8_t>) noexcept {
  // Files stand in an image as they are, and most of what begins like one is none.
  if (is_plain_) return {0, {}, DecodeState::kEnd};
  size_t i = 0;
  while (!sign_.empty() && i < input.size() && !encrypted_) {
    if (matched_ == 0) {
      const void* next = std::memchr(input.data() + i, sign_[0], input.size() - i);
      if (next == nullptr) break;
      i = static_cast<size_t>(static_cast<const uint8_t*>(next) - input.data());
    }
    const char c = static_cast<char>(input[i]);
    if (c == sign_[matched_]) {
      ++matched_;
      ++i;
      encrypted_ = matched_ == sign_.size();
    } else {
      matched_ = 0;
      if (c != sign_[0]) ++i;
    }
  }
  return {input.size(), {}, DecodeState::kNeedsInput, DecodeOutcome::kComplete, input.size(), encrypted_};
}

DecodeStep SealedDecoder::End(std::span<uint8_t>) noexcept {
  if (is_plain_) return {0, {}, DecodeState::kEnd};
  return {0, {}, encrypted_ ? DecodeState::kEncrypted : DecodeState::kNotOpened};
}

}  // namespace sluice::decode
