// BlockPage: what a person sees whose HTTP/1 transfer was blocked: a 403 naming the incident and the rule, never
// content.
//
// Thread: pure. Allocates: never. Failure: 0 bytes where `out` is too small. Source: RFC 9110, 15.5.4; RFC 9112, 9.6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::action {

struct BlockPageSpec {
  std::string_view incident;    // as the incident is named everywhere else
  std::string_view rule_title;  // UTF-8; escaped, and cut where it would not fit
};

// Fits one segment on every path that carries IPv6 (MTU 1280), with headers and options.
constexpr size_t kMaxBlockPageBytes = 1152;

// A whole HTTP/1.1 response with `Connection: close`. REQUIRES: out.size() >= kMaxBlockPageBytes, else 0 may come back.
size_t BuildBlockPage(const BlockPageSpec& spec, std::span<uint8_t> out) noexcept;

}  // namespace sluice::action
