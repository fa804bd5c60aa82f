// Any bytes as a line of a spool: refused, or one line in each format; JSON where the format is JSON.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "control/exports/format/format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string line(reinterpret_cast<const char*>(data), size);
  for (const sluice::exports::Format& format : sluice::exports::Formats()) {
    const auto written = sluice::exports::Write(format, "0011223344556677-1", line);
    if (!written) continue;
    // What comes from a spool has no break in it; jsonl gives the line back as it was.
    if (line.find('\n') == std::string::npos && written->text.find('\n') != std::string::npos) std::abort();
    if (format.media_type == "application/x-ndjson" && !nlohmann::json::accept(written->text)) std::abort();
  }
  return 0;
}
