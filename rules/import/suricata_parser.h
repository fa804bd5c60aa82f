// The grammar of Suricata's and Snort's rules: action, protocol, addresses, and options in parentheses.
//
// docs.suricata.io, "Rules Format". Thread: pure. Allocates: yes (cold path). Failure: an Error that says what was expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::import {

struct SuricataOption {
  std::string name;
  std::string value;  // as written, but for the escapes of ; and "
  bool quoted = false;
  bool negated = false;  // !"…"
};

struct SuricataRule {
  std::string action, protocol, source, source_port, direction, destination, destination_port;
  std::vector<SuricataOption> options;

  // The value of the first option of that name.
  std::string Value(std::string_view name) const;
};

Result<SuricataRule> ParseSuricataRule(std::string_view line);

// The bytes of a content: text, and hexadecimal between bars. Nothing where the bars do not pair or hold no hexadecimal.
std::optional<std::string> ContentBytes(std::string_view value);

// Lines, joined where one ends in a backslash; comments and empty lines left out. With the number of their first line.
struct SuricataLine {
  size_t number = 0;
  std::string text;
};
std::vector<SuricataLine> SuricataLines(std::string_view text);

}  // namespace sluice::import
