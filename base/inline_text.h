// InlineText<N>: a short text kept in place (names of hosts, files, media types); longer ones are cut and say so.
//
// Thread: value type. Allocates: never.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice {

template <size_t N>
class InlineText {
 public:
  static_assert(N <= 65535);
  InlineText() = default;
  explicit InlineText(std::string_view text) { Append(text); }

  void Clear() noexcept { size_ = 0; truncated_ = false; }
  void Assign(std::string_view text) noexcept { Clear(); Append(text); }
  void Append(std::string_view text) noexcept {
    const size_t n = std::min(text.size(), N - size_);
    if (n > 0) std::memcpy(chars_ + size_, text.data(), n);
    size_ = static_cast<uint16_t>(size_ + n);
    truncated_ = truncated_ || n < text.size();
  }

  std::string_view view() const noexcept { return {chars_, size_}; }
  bool empty() const noexcept { return size_ == 0; }
  bool truncated() const noexcept { return truncated_; }

 private:
  uint16_t size_ = 0;
  bool truncated_ = false;
  char chars_[N];
};

}  // namespace sluice
