// Import: a foreign rule file becomes a pack that compiles, and a report of what was lost on the way.
//
// What the compiler refuses is taken out again and joins the losses, so that the pack always compiles.
// Thread: one caller. Allocates: yes (cold path). Failure: an Error where nothing could be made of the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rules/import/draft.h"

namespace sluice::import {

enum class Format : uint8_t { kGitleaks, kPurview, kSuricata, kCount };
std::string_view Name(Format format);
std::optional<Format> FormatFromName(std::string_view name);

struct Imported {
  std::string pack;  // in canonical form
  Draft draft;       // what is in it
};

Result<Imported> Import(Format format, const std::string& text);

// One line for each loss, and how many rules were carried over whole, in part and not at all.
std::string WriteReport(const Draft& draft);

}  // namespace sluice::import
