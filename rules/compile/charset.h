// CharsetEncoder: UTF-8 text → the bytes of another character set. The only place that knows iconv.
//
// Windows supersets stand in where they are what people's software writes: CP932 for Shift_JIS, CP949 for EUC-KR.
// Thread: one at a time for each object. Allocates: yes (cold path).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "rules/model/encoding.h"

namespace sluice::compile {

class CharsetEncoder {
 public:
  CharsetEncoder();
  ~CharsetEncoder();
  CharsetEncoder(const CharsetEncoder&) = delete;
  CharsetEncoder& operator=(const CharsetEncoder&) = delete;

  // Nothing when the set lacks one of the characters, or when this machine's iconv lacks the set.
  std::optional<std::string> Encode(std::string_view utf8, model::Encoding encoding);

 private:
  std::array<void*, static_cast<size_t>(model::Encoding::kCount)> converters_{};
};

}  // namespace sluice::compile
