// Direction of content within a conversation: upload goes from the client (who opened it) to the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::content {

enum class Direction : uint8_t { kUpload = 0, kDownload = 1 };
constexpr size_t kDirections = 2;

constexpr Direction Opposite(Direction d) { return d == Direction::kUpload ? Direction::kDownload : Direction::kUpload; }
constexpr size_t Index(Direction d) { return static_cast<size_t>(d); }
constexpr std::string_view Name(Direction d) { return d == Direction::kUpload ? "upload" : "download"; }

}  // namespace sluice::content
