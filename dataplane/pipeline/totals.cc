#include "dataplane/pipeline/totals.h"

#include <numeric>
#include <nlohmann/json.hpp>

namespace sluice::pipeline {

using content::Fate;
using packet::ParseOutcome;

void Totals::Add(const IntakeStatistics& statistics) {
  packets += statistics.packets.value();
  bytes += statistics.bytes.value();
  for (size_t i = 0; i < content::kFates; ++i) fates[i] += statistics.fates.value(static_cast<Fate>(i));
  for (size_t i = 0; i < static_cast<size_t>(ParseOutcome::kCount); ++i) {
    const auto outcome = static_cast<ParseOutcome>(i);
    const uint64_t n = statistics.outcomes.value(outcome);
    const bool reject = outcome != ParseOutcome::kTransport && outcome != ParseOutcome::kFragment && outcome != ParseOutcome::kNotIp &&
                        outcome != ParseOutcome::kOtherTransport;
    if (reject && n > 0) drops[std::string(packet::Name(outcome))] += n;
    counters["parse_" + std::string(packet::Name(outcome))] += n;
  }
  for (size_t i = 0; i < static_cast<size_t>(packet::ReassemblyOutcome::kCount); ++i) {
    const auto outcome = static_cast<packet::ReassemblyOutcome>(i);
    const uint64_t n = statistics.fragments.value(outcome);
    const bool refused = outcome != packet::ReassemblyOutcome::kHeld && outcome != packet::ReassemblyOutcome::kCompleted;
    if (refused && n > 0) drops["fragment_" + std::string(packet::Name(outcome))] += n;
    counters["fragment_" + std::string(packet::Name(outcome))] += n;
  }
}

void Totals::Add(const Statistics& statistics) {
  for (size_t i = 0; i < content::kFates; ++i) fates[i] += statistics.fates.value(static_cast<Fate>(i));
  for (size_t i = 0; i < static_cast<size_t>(PipelineCounter::kCount); ++i) {
    const auto counter = static_cast<PipelineCounter>(i);
    counters[std::string(Name(counter))] += statistics.counters.value(counter);
  }
  const uint64_t bad_checksums = statistics.counters.value(PipelineCounter::kBadTcpChecksum);
  if (bad_checksums > 0) drops[std::string(packet::Name(ParseOutcome::kBadTcpChecksum))] += bad_checksums;
  for (size_t i = 0; i < static_cast<size_t>(decode::DecodeOutcome::kCount); ++i) {
    const auto outcome = static_cast<decode::DecodeOutcome>(i);
    counters["decode_" + std::string(decode::Name(outcome))] += statistics.decoded.value(outcome);
  }
  for (size_t i = 0; i < static_cast<size_t>(signature::SignatureCounter::kCount); ++i) {
    const auto counter = static_cast<signature::SignatureCounter>(i);
    counters["signature_" + std::string(signature::Name(counter))] += statistics.signatures.value(counter);
  }
  for (size_t i = 0; i < static_cast<size_t>(extract::ExtractionCounter::kCount); ++i) {
    const auto counter = static_cast<extract::ExtractionCounter>(i);
    counters["extraction_" + std::string(extract::Name(counter))] += statistics.extraction.value(counter);
  }
  flows += statistics.counters.value(PipelineCounter::kFlowsCreated);
  findings += statistics.counters.value(PipelineCounter::kFindings);
  anomalies += statistics.counters.value(PipelineCounter::kAnomalies);
}

uint64_t Totals::AccountedBytes() const { return std::accumulate(fates.begin(), fates.end(), uint64_t{0}); }

std::string ToJson(const Totals& totals) {
  nlohmann::ordered_json json;
  json["packets"] = totals.packets;
  json["bytes"] = totals.bytes;
  json["flows"] = totals.flows;
  json["findings"] = totals.findings;
  json["anomalies"] = totals.anomalies;
  nlohmann::ordered_json& coverage = json["coverage"];
  coverage["inspected_bytes"] = totals.fates[static_cast<size_t>(Fate::kInspected)];
  coverage["decoded_bytes"] = totals.fates[static_cast<size_t>(Fate::kDecoded)];
  coverage["not_inspected"] = nlohmann::ordered_json::object();
  for (size_t i = 0; i < content::kFates; ++i) {
    const auto fate = static_cast<Fate>(i);
    if (!content::IsInspected(fate) && totals.fates[i] > 0) coverage["not_inspected"][std::string(content::Name(fate))] = totals.fates[i];
  }
  json["drops"] = nlohmann::ordered_json::object();
  for (const auto& [reason, packets] : totals.drops) json["drops"][reason] = packets;
  json["elapsed_seconds"] = totals.elapsed_seconds;
  json["worker_busy_seconds"] = totals.worker_busy_seconds;
  if (!totals.records_waiting.empty()) json["records_waiting"] = totals.records_waiting;
  for (const auto& [rule, cost] : totals.rules) {
    json["rules"][rule] = {{"hits", cost.hits}, {"confirmed", cost.confirmed}, {"seconds", cost.seconds}};
  }
  if (!totals.worker_stalls.empty()) json["worker_stalls"] = totals.worker_stalls;
  for (const auto& [port, counts] : totals.added_latency) {
    if (counts.Samples() == 0) continue;
    nlohmann::ordered_json& one = json["added_latency"][port];
    one["samples"] = counts.Samples();
    for (const auto& [name, share] : {std::pair("p50_us", 0.5), std::pair("p99_us", 0.99), std::pair("p999_us", 0.999)}) one[name] = static_cast<double>(counts.Quantile(share)) / 1000;
  }
  for (const auto& [name, value] : totals.counters) {
    if (!json.contains(name)) json[name] = value;
  }
  return json.dump();
}

}  // namespace sluice::pipeline
