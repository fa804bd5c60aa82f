#include "control/exports/export_set.h"

#include <exception>
#include <filesystem>

namespace sluice::exports {
namespace {

bool Wants(const config::ExportOptions& options, const event::Record& record) {
  if (record.kind == event::RecordKind::kAnomaly) return options.anomalies;
  return record.kind == event::RecordKind::kFinding && options.findings && record.body.finding.severity >= options.min_severity;
}

Result<std::unique_ptr<Exporter>> OpenOne(const config::ExportOptions& options, const std::string& directory) {
  const TransportKind* const kind = FindTransport(options.to);
  if (kind == nullptr || FindFormat(options.format) == nullptr) {
    return Error(ErrorCode::kUnsupported, "no transport '" + options.to + "' or no format '" + options.format + "'");
  }
  Result<std::unique_ptr<Transport>> transport = kind->make(options);
  if (!transport) return transport.error();
  SpoolOptions spool;
  spool.path = directory + "/" + options.name + ".db";
  spool.max_bytes = options.spool_bytes;
  spool.when_full = options.drop_newest ? WhenFull::kDropNewest : WhenFull::kDropOldest;
  Result<std::unique_ptr<Spool>> opened = Spool::Open(spool);
  if (!opened) return opened.error();
  return std::make_unique<Exporter>(options, std::move(*opened), std::move(*transport));
}

}  // namespace

Result<std::unique_ptr<ExportSet>> ExportSet::Open(const std::vector<config::ExportOptions>& options, const std::string& directory) {
  std::unique_ptr<ExportSet> set(new ExportSet());
  if (options.empty()) return set;
  std::error_code failed;
  const bool made = std::filesystem::create_directories(directory, failed);
  if (failed) return Error::FromErrno(failed.value(), "exports: directory " + directory);
  if (made) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);
  for (const config::ExportOptions& one : options) {
    Result<std::unique_ptr<Exporter>> opened = OpenOne(one, directory);
    if (!opened) return opened.error().WithContext("export " + one.name);
    set->exporters_.push_back(std::move(*opened));
  }
  return set;
}

void ExportSet::Observe(const event::Record& record, std::string_view json) noexcept {
  try {
    std::shared_ptr<const std::string> line;
    for (const auto& exporter : exporters_) {
      if (!Wants(exporter->options(), record)) continue;
      if (line == nullptr) line = std::make_shared<const std::string>(json.substr(0, json.find_last_not_of('\n') + 1));
      exporter->Take(line);
    }
  } catch (const std::exception&) {
    no_memory_.fetch_add(1);
  }
}

std::vector<ExporterStatus> ExportSet::Describe() const {
  std::vector<ExporterStatus> out;
  for (const auto& exporter : exporters_) out.push_back(exporter->Describe());
  return out;
}

std::vector<std::string> ExportSet::Alarms() const {
  std::vector<std::string> out;
  for (const auto& exporter : exporters_) {
    for (std::string& alarm : exporter->Alarms()) out.push_back(std::move(alarm));
  }
  if (const uint64_t lost = no_memory_.load(); lost > 0) out.push_back("exports: " + std::to_string(lost) + " records lost: no memory");
  return out;
}

}  // namespace sluice::exports
