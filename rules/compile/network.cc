#include "rules/compile/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace sluice::compile {
namespace {

std::optional<unsigned> Number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value > max) return std::nullopt;
  return value;
}

bool HasBitsBeyond(const model::AddressBlock& block) {
  for (int bit = block.prefix_bits; bit < 128; ++bit) {
    if ((block.address[static_cast<size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

std::optional<model::AddressBlock> AddressBlockFromText(const std::string& text) {
  const size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  model::AddressBlock block;
  unsigned offset = 0;
  if (inet_pton(AF_INET, address.c_str(), block.address.data() + 12) == 1) {
    block.address[10] = block.address[11] = 0xff;
    offset = 96;
  } else if (inet_pton(AF_INET6, address.c_str(), block.address.data()) != 1) {
    return std::nullopt;
  }
  const unsigned longest = 128 - offset;
  const std::optional<unsigned> bits = slash == text.npos ? longest : Number(std::string_view(text).substr(slash + 1), longest);
  if (!bits) return std::nullopt;
  block.prefix_bits = static_cast<uint8_t>(*bits + offset);
  if (HasBitsBeyond(block)) return std::nullopt;
  return block;
}

std::optional<int64_t> EndOfDayFromText(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::string_view view = text;
  const auto year = Number(view.substr(0, 4), 9999), month = Number(view.substr(5, 2), 12), day = Number(view.substr(8, 2), 31);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const auto next_day = std::chrono::sys_days(date) + std::chrono::days(1);
  return std::chrono::duration_cast<std::chrono::seconds>(next_day.time_since_epoch()).count();
}

}  // namespace sluice::compile
