// The words for what is decided about a flow and what was done about a packet. Printed in records by Name.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::verdict {

// In order of severity: the highest of a flow's findings rules.
enum class Verdict : uint8_t { kAllow, kAlert, kBlock, kQuarantine };
std::string_view Name(Verdict verdict);

// What was done when a finding, or a thing that could not be looked into, was recorded.
enum class ActionTaken : uint8_t {
  kForwarded,   // inline: went on; tap: nothing was done
  kDropped,     // inline: the segment did not go on
  kReset,       // both sides were reset
  kBlockPage,   // the client got a page naming the incident, and the server a reset
};
std::string_view Name(ActionTaken action);

}  // namespace sluice::verdict
