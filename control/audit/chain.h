// Chain: how the lines of the audit log hold together: each one names the digest of the line before, and ends in its own.
//
// A line is one JSON object, {"seq":N, …, "prev":"HEX","hash":"HEX"}; hash is the SHA-256 of the line up to `,"hash"`. The first line
// has 64 zeros as `prev`. So a line cannot be changed, left out or put in without a change to all that follow; and whoever noted the
// last digest elsewhere can tell when those were made anew as well.
// Thread: pure. Allocates: yes. Failure: Verify names the first line that does not fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::audit {

inline constexpr std::string_view kFirstPrevious = "0000000000000000000000000000000000000000000000000000000000000000";

// `body` is a JSON object without its closing brace, beginning with {"seq":N. Returns the line, with its line break.
std::string Seal(std::string body, std::string_view previous);
// The digest in which a sealed line ends.
std::string_view HashOf(std::string_view line);

struct Verification {
  uint64_t entries = 0;           // that hold together, from the first
  std::string head{kFirstPrevious};  // the digest of the last of them
  uint64_t bytes = 0;             // they take in the file
  std::string fault;              // what is wrong with the line after them; empty: nothing
  bool torn = false;              // the fault is a last line without its end, as a crash leaves it
  std::optional<bool> met;        // where a digest was asked for: some entry has it

  bool intact() const { return fault.empty(); }
};

// Errors: the file cannot be read. `wanted`: a digest noted earlier, or empty.
Result<Verification> Verify(const std::string& path, std::string_view wanted = {});

}  // namespace sluice::audit
