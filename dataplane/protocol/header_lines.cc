#include "dataplane/protocol/header_lines.h"

#include <cstring>

namespace sluice::protocol {
namespace {

size_t FindByte(ByteView bytes, size_t from, size_t to, uint8_t wanted) {
  const void* found = from < to ? std::memchr(bytes.data() + from, wanted, to - from) : nullptr;
  return found == nullptr ? to : static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes.data());
}

}  // namespace

HeaderLines::Outcome HeaderLines::Scan(ByteView input) noexcept {
  size_t i = 0;
  while (i < input.size()) {
    switch (at_) {
      case At::kLineStart:
        if (input[i] == '\n') return {i, Verdict::kBareLf};
        if (!first_line_ && (input[i] == ' ' || input[i] == '\t')) return {i, Verdict::kFolded};
        at_ = input[i] == '\r' ? At::kAfterEmptyLineCr : At::kInLine;
        ++i;
        break;
      case At::kInLine: {
        const size_t lf = FindByte(input, i, input.size(), '\n');
        const size_t cr = FindByte(input, i, lf, '\r');
        if (cr < lf) {
          at_ = At::kAfterCr;
          i = cr + 1;
        } else if (lf < input.size()) {
          return {lf, Verdict::kBareLf};
        } else {
          i = input.size();
        }
        break;
      }
      case At::kAfterCr:
        if (input[i] != '\n') return {i, Verdict::kBareCr};
        at_ = At::kLineStart;
        first_line_ = false;
        ++i;
        break;
      case At::kAfterEmptyLineCr:
        if (input[i] != '\n') return {i, Verdict::kBareCr};
        return {i + 1, Verdict::kEnd};
    }
  }
  return {i, Verdict::kMore};
}

}  // namespace sluice::protocol
