// Readings of HTTP header values: names of files, paths of targets, lists of codings.
//
// Thread: pure functions. Allocates: never. Failure: what cannot be read is left out, the raw bytes are matched all the same.
// Sources: RFC 9110 (5.6 values, 8.4 codings), RFC 6266 and RFC 8187 (Content-Disposition), RFC 3986 (percent encoding).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/inline_text.h"

namespace sluice::protocol {

constexpr size_t kNameLength = 256;

std::string_view TrimHttpSpace(std::string_view text) noexcept;
bool EqualsIgnoringCase(std::string_view text, std::string_view lower) noexcept;

// Cuts the first element of a comma-separated list off `rest`, trimmed. REQUIRES: !rest.empty().
std::string_view NextListElement(std::string_view& rest) noexcept;

// %XX becomes its byte; a % that is not followed by two digits stands for itself.
void AppendPercentDecoded(std::string_view text, InlineText<kNameLength>& out) noexcept;

// The path of a request target in any of its forms (RFC 9112, 3.2), decoded, without query and fragment.
void AssignPathOfTarget(std::string_view target, InlineText<kNameLength>& path) noexcept;
// The host of a target in absolute or authority form; empty for the others.
std::string_view HostOfTarget(std::string_view target) noexcept;

// Which part of a whole a message carries.
struct ByteRange {
  uint64_t first = 0;
  uint64_t end = 0;    // behind the last byte; 0: not said
  uint64_t whole = 0;  // bytes in all; 0: not said

  bool is_whole() const noexcept { return first == 0 && end != 0 && end == whole; }
};
// "bytes 200-999/1000" or "bytes 200-999/*" (RFC 9110, 14.4). False when it is neither.
bool ReadContentRange(std::string_view value, ByteRange& range) noexcept;

// The file name of a Content-Disposition: filename* before filename. Leaves `name` alone when there is none.
void AssignDispositionName(std::string_view value, InlineText<kNameLength>& name) noexcept;

}  // namespace sluice::protocol
