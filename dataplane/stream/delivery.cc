#include "dataplane/stream/delivery.h"

#include <array>
#include <cstddef>

namespace sluice::stream {

std::string_view Name(SegmentNote note) {
  static constexpr std::array<std::string_view, static_cast<size_t>(SegmentNote::kCount)> kNames = {
      "control",           "in_order",    "reordered",         "repeat_verified",
      "old_data_scrubbed", "keep_alive",  "unverified_repeat", "conflicting_overlap",
      "hold_limit",        "gap_skipped", "out_of_window",     "old_timestamp",
      "no_ack_flag",       "bad_ack",     "data_after_fin",    "data_after_reset",
      "bad_reset",         "bad_syn",     "urgent_data",       "flushed",
      "receiver_asked"};
  const auto index = static_cast<size_t>(note);
  return index < kNames.size() ? kNames[index] : std::string_view("unknown");
}

}  // namespace sluice::stream
