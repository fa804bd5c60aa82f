// TopFrame: one picture of a running appliance as lines of text, from what the API said: rates, workers, coverage, who is busy, what was
// found last.
//
// Names come from the wire: nothing in a frame steers a terminal. No line is wider and no frame higher than asked. Thread: pure.
// Allocates: yes. Failure: an answer that lacks something shows it as 0 or leaves it out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace sluice::cli {

// What was asked at one moment.
struct TopSample {
  double seconds = 0;  // of some steady clock
  std::string status, statistics, talkers, incidents;  // answers of the API
};

struct TopSize {
  size_t columns = 80, rows = 24;
};

// Rates are over what lies between `before` and `now`. Lines without line breaks.
std::vector<std::string> TopFrame(const TopSample& before, const TopSample& now, const TopSize& size);

// As many columns as `text` takes at most, whole characters; East Asian wide ones take two.
std::string Fit(const std::string& text, size_t columns);

}  // namespace sluice::cli
