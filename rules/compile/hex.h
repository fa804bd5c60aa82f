// BytesFromHex: "c3 d8c3dc" → bytes; nothing when it is not pairs of hexadecimal digits. Spaces between pairs are allowed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::compile {

std::optional<std::string> BytesFromHex(std::string_view text);

}  // namespace sluice::compile
