#include "control/metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <limits>
#include <map>
#include <sstream>
#include <string_view>

#include "control/metrics/catalogue.h"

namespace sluice::metrics {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

constexpr std::string_view kPortPrefix = "port_";
constexpr std::array<std::string_view, 9> kPortCounters = {"rx_packets", "rx_bytes", "tx_packets", "tx_bytes",
                                                           "rx_missed",  "rx_errors", "rx_no_buffer", "tx_errors",
                                                           "link_lost"};

class Families {
 public:
  void Add(const std::string& name, Labels labels, double value) {
    prometheus::MetricFamily& family = Family(name);
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    if (family.type == prometheus::MetricType::Gauge) metric.gauge.value = value;
    else metric.counter.value = value;
    family.metric.push_back(std::move(metric));
  }

  void Add(const std::string& name, Labels labels, const pipeline::LatencyCounts& counts) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    uint64_t cumulative = 0;
    for (size_t i = 0; i < pipeline::kLatencyBuckets; ++i) {
      cumulative += counts.buckets[i];
      const double bound = i < pipeline::kLatencyBounds.size() ? static_cast<double>(pipeline::kLatencyBounds[i]) / 1e9 : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({cumulative, bound});
    }
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = static_cast<double>(counts.nanoseconds) / 1e9;
    Family(name).metric.push_back(std::move(metric));
  }

  std::string Text() const {
    std::vector<prometheus::MetricFamily> all;
    for (const auto& [name, family] : families_) all.push_back(family);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, all);
    return out.str();
  }

 private:
  prometheus::MetricFamily& Family(const std::string& name) {
    prometheus::MetricFamily& family = families_[name];
    if (family.name.empty()) Begin(name, family);
    return family;
  }
  static void Begin(const std::string& name, prometheus::MetricFamily& family) {
    Description description = Describe(name);
    family.name = "sluice_" + name + (description.kind == Kind::kCounter ? "_total" : "");
    family.help = std::move(description.meaning);
    family.type = description.kind == Kind::kCounter ? prometheus::MetricType::Counter
                  : description.kind == Kind::kGauge ? prometheus::MetricType::Gauge
                                                     : prometheus::MetricType::Histogram;
  }

  std::map<std::string, prometheus::MetricFamily> families_;
};

// "port_outside_rx_packets" is rx_packets of the port "outside", whose name may hold what a metric's may not.
bool AddPortCounter(std::string_view name, uint64_t value, Families& families) {
  if (name.substr(0, kPortPrefix.size()) != kPortPrefix) return false;
  for (const std::string_view counter : kPortCounters) {
    if (name.size() <= kPortPrefix.size() + counter.size() + 1 || !name.ends_with(counter)) continue;
    const std::string_view port = name.substr(kPortPrefix.size(), name.size() - kPortPrefix.size() - counter.size() - 1);
    families.Add(std::string(kPortPrefix) + std::string(counter), {{"port", std::string(port)}}, static_cast<double>(value));
    return true;
  }
  return false;
}

void AddTotals(const pipeline::Totals& totals, Families& families) {
  const auto add = [&](const char* name, uint64_t value) { families.Add(name, {}, static_cast<double>(value)); };
  add("packets", totals.packets);
  add("bytes", totals.bytes);
  add("flows", totals.flows);
  for (size_t i = 0; i < content::kFates; ++i) {
    const std::string fate(content::Name(static_cast<content::Fate>(i)));
    families.Add("coverage_bytes", {{"fate", fate}}, static_cast<double>(totals.fates[i]));
  }
  for (const auto& [reason, packets] : totals.drops) families.Add("drops", {{"reason", reason}}, static_cast<double>(packets));
  families.Add("elapsed_seconds", {}, totals.elapsed_seconds);
  for (size_t i = 0; i < totals.worker_busy_seconds.size(); ++i) {
    families.Add("worker_busy_seconds", {{"worker", std::to_string(i)}}, totals.worker_busy_seconds[i]);
  }
  for (size_t i = 0; i < totals.worker_stalls.size(); ++i) {
    families.Add("worker_stalls", {{"worker", std::to_string(i)}}, static_cast<double>(totals.worker_stalls[i]));
  }
  for (const auto& [port, counts] : totals.added_latency) families.Add("added_latency_seconds", {{"port", port}}, counts);
  for (size_t i = 0; i < totals.records_waiting.size(); ++i) {
    families.Add("records_waiting", {{"worker", std::to_string(i)}}, static_cast<double>(totals.records_waiting[i]));
  }
  for (const auto& [rule, cost] : totals.rules) {
    families.Add("rule_hits", {{"rule", rule}}, static_cast<double>(cost.hits));
    families.Add("rule_hits_confirmed", {{"rule", rule}}, static_cast<double>(cost.confirmed));
    families.Add("rule_seconds", {{"rule", rule}}, cost.seconds);
  }
  for (const auto& [name, value] : totals.counters) {
    if (!AddPortCounter(name, value, families)) families.Add(name, {}, static_cast<double>(value));
  }
}

}  // namespace

std::string Write(const pipeline::Totals& totals, std::span<const Count> control, std::span<const RuleTally::Entry> rules) {
  Families families;
  AddTotals(totals, families);
  for (const Count& count : control) {
    families.Add(count.name, count.label.empty() ? Labels() : Labels{{count.label, count.of}}, static_cast<double>(count.value));
  }
  for (const RuleTally::Entry& entry : rules) {
    families.Add("rule_findings", {{"rule", entry.rule}, {"verdict", std::string(verdict::Name(entry.verdict))}}, static_cast<double>(entry.findings));
  }
  return families.Text();
}

}  // namespace sluice::metrics
