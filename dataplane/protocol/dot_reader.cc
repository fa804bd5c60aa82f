#include "dataplane/protocol/dot_reader.h"

#include <cstring>

namespace sluice::protocol {

// Up to a dot that begins a line, or all there is.
size_t DotReader::ReadText(ByteView input) noexcept {
  size_t at = 0;
  while (at < input.size()) {
    const void* found = std::memchr(input.data() + at, '\n', input.size() - at);
    if (found == nullptr) {
      at_ = input[input.size() - 1] == '\r' ? At::kCr : At::kText;
      return input.size();
    }
    const size_t lf = static_cast<size_t>(static_cast<const uint8_t*>(found) - input.data());
    const bool crlf = lf > 0 ? input[lf - 1] == '\r' : at_ == At::kCr;
    at_ = crlf ? At::kLineStart : At::kBareLf;
    at = lf + 1;
    if (at < input.size() && input[at] == '.') break;
  }
  return at;
}

DotReader::Step DotReader::Next(ByteView input) noexcept {
  const uint8_t c = input[0];
  switch (at_) {
    case At::kLineStart:
      if (c != '.') break;
      at_ = At::kDot;
      return {1, true, false, false};
    case At::kDot:
      if (c == '\r') {
        at_ = At::kDotCr;
        return {1, true, false, false};
      }
      at_ = At::kText;
      if (c != '\n') break;
      at_ = At::kBareLf;
      return {1, false, false, true};
    case At::kDotCr:
      at_ = At::kText;
      if (c == '\n') return {1, true, true, false};
      return {ReadText(input), false, false, true};
    case At::kBareLf:
      if (c != '.') break;
      at_ = At::kBareDot;
      return {1, false, false, false};
    case At::kBareDot:
      if (c == '\r') {
        at_ = At::kBareDotCr;
        return {1, false, false, false};
      }
      at_ = At::kText;
      if (c != '\n') break;
      at_ = At::kBareLf;
      return {1, false, false, true};
    case At::kBareDotCr:
      at_ = At::kText;
      if (c != '\n') break;
      at_ = At::kLineStart;
      return {1, false, false, true};
    case At::kText:
    case At::kCr: break;
  }
  return {ReadText(input), false, false, false};
}

}  // namespace sluice::protocol
