// AuditLog: who did what, appended and never changed. An act that cannot be written here is not carried out.
//
// Thread: any. Allocates: yes. Failure: Append says why nothing was written; a log whose chain is broken at the start is set aside,
// and the new one begins by saying so.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/audit/chain.h"

namespace sluice::audit {

struct Entry {
  std::string actor;   // who: a user's name, or "sluiced" itself
  std::string action;  // "incident.state", "quarantine.release", …
  std::string target;  // of what: a number or a name
  std::string detail;  // to what
  std::string by = {};  // what showed who it was: "token backup"; empty: the kernel said it
};

class AuditLog {
 public:
  static Result<std::unique_ptr<AuditLog>> Open(const std::string& path);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // On the disk when it returns.
  Status Append(const Entry& entry);
  // Reads the whole file while others may append.
  Result<Verification> VerifyNow(std::string_view wanted) const { return audit::Verify(path_, wanted); }
  // The last lines, oldest first, each a JSON object.
  Result<std::vector<std::string>> Tail(size_t count) const;

  // One sentence for each thing that somebody should see to.
  const std::vector<std::string>& alarms() const { return alarms_; }

 private:
  explicit AuditLog(std::string path) : path_(std::move(path)) {}
  Status Begin();
  Status Recover(const Verification& seen);
  Status SetAside(const std::string& fault);

  const std::string path_;
  std::vector<std::string> alarms_;
  std::mutex mutex_;
  int file_ = -1;
  uint64_t entries_ = 0, bytes_ = 0;
  std::string head_{kFirstPrevious};
};

}  // namespace sluice::audit
