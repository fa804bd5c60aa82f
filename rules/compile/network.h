// Address blocks and days, as rule files write them.
//
// Thread: pure. Allocates: yes (cold path).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rules/model/rule.h"

namespace sluice::compile {

// "192.0.2.0/24", "2001:db8::/32", or an address alone; nothing when it is neither, or when bits beyond the prefix are set.
std::optional<model::AddressBlock> AddressBlockFromText(const std::string& text);

// The end of the day "2027-01-31" in UTC, in seconds since 1970.
std::optional<int64_t> EndOfDayFromText(const std::string& text);

}  // namespace sluice::compile
