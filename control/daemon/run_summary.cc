#include "control/daemon/run_summary.h"

#include <cinttypes>
#include <cstdio>

namespace sluice::daemon {
namespace {

using content::Fate;

template <typename... Arguments>
std::string Format(const char* format, Arguments... arguments) {
  char line[256];
  std::snprintf(line, sizeof line, format, arguments...);
  return line;
}

uint64_t Bytes(const pipeline::Totals& totals, Fate fate) { return totals.fates[static_cast<size_t>(fate)]; }

}  // namespace

std::string Summarise(const pipeline::Totals& totals) {
  std::string text = Format("%" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64 " flows, %" PRIu64 " findings, %" PRIu64 " anomalies in %.1f s\n",
                            totals.packets, totals.bytes, totals.flows, totals.findings, totals.anomalies, totals.elapsed_seconds);
  text += Format("coverage: %" PRIu64 " bytes inspected, %" PRIu64 " decoded", Bytes(totals, Fate::kInspected), Bytes(totals, Fate::kDecoded));
  for (size_t i = 0; i < content::kFates; ++i) {
    const auto fate = static_cast<Fate>(i);
    if (content::IsInspected(fate) || totals.fates[i] == 0) continue;
    text += Format(", %" PRIu64 " not: ", totals.fates[i]) + std::string(content::Name(fate));
  }
  const uint64_t accounted = totals.AccountedBytes();
  text += Format("; sum %" PRIu64 " of %" PRIu64 " bytes received%s\n", accounted, totals.bytes,
                 accounted == totals.bytes ? "" : " (they should be equal: please report this)");
  if (totals.drops.empty()) return text;
  text += "dropped:";
  for (const auto& [reason, packets] : totals.drops) text += " " + reason + " " + std::to_string(packets);
  return text + "\n";
}

}  // namespace sluice::daemon
