// ExportSet: all receivers of the configuration, and which records each of them is to have.
//
// Thread: Observe on the records' thread, the rest by anyone. Allocates: yes (cold). Failure: Open says which receiver cannot be; a receiver
// that does not answer is no failure, its records wait.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "control/exports/exporter.h"
#include "dataplane/event/record_observer.h"

namespace sluice::exports {

class ExportSet final : public event::RecordObserver {
 public:
  // `directory` has a spool for each of them: NAME.db.
  static Result<std::unique_ptr<ExportSet>> Open(const std::vector<config::ExportOptions>& options, const std::string& directory);

  void Observe(const event::Record& record, std::string_view json) noexcept override;

  std::vector<ExporterStatus> Describe() const;
  std::vector<std::string> Alarms() const;

 private:
  ExportSet() = default;

  std::vector<std::unique_ptr<Exporter>> exporters_;
  std::atomic<uint64_t> no_memory_{0};
};

}  // namespace sluice::exports
