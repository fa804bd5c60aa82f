#include "control/audit/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/log.h"
#include "dataplane/event/json_text.h"

namespace sluice::audit {
namespace {

Timestamp Now() {
  return Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

std::string BodyOf(const Entry& entry, uint64_t seq) {
  std::string body;
  event::JsonText json(body);
  json.BeginObject();
  json.Number("seq", seq);
  json.Time("time", Now());
  json.Text("actor", entry.actor);
  if (!entry.by.empty()) json.Text("by", entry.by);
  json.Text("action", entry.action);
  json.Text("target", entry.target);
  json.Text("detail", entry.detail);
  return body;
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path) {
  std::unique_ptr<AuditLog> log(new AuditLog(path));
  if (Status status = log->Begin(); !status) return status.error();
  return log;
}

AuditLog::~AuditLog() {
  if (file_ >= 0) close(file_);
}

Status AuditLog::Begin() {
  file_ = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) return Error::FromErrno(errno, "audit log " + path_);
  Result<Verification> seen = audit::Verify(path_);
  if (!seen) return seen.error();
  entries_ = seen->entries;
  bytes_ = seen->bytes;
  head_ = seen->head;
  return seen->intact() ? Status() : Recover(*seen);
}

// A line that a crash left half written was never acknowledged to anyone. Anything else is evidence, and kept.
Status AuditLog::Recover(const Verification& seen) {
  if (!seen.torn) return SetAside(seen.fault);
  if (ftruncate(file_, static_cast<off_t>(bytes_)) != 0) return Error::FromErrno(errno, "audit log " + path_);
  // No reason not to start: the entry that is gone was acknowledged to nobody, and none is until there is room.
  if (Status status = Append({"sluiced", "audit.recovered", "", "an entry that was not finished was taken away"}); !status) LogError(status.error().message());
  return {};
}

Status AuditLog::SetAside(const std::string& fault) {
  std::string aside;
  for (int n = 1; aside.empty() || std::filesystem::exists(aside); ++n) aside = path_ + ".set-aside-" + std::to_string(n);
  close(std::exchange(file_, -1));
  if (rename(path_.c_str(), aside.c_str()) != 0) return Error::FromErrno(errno, "audit log " + path_);
  alarms_.push_back("audit log " + path_ + ": " + fault + "; it is kept as " + aside + " and a new one was begun");
  LogError(alarms_.back());
  if (Status status = Begin(); !status) return status;
  return Append({"sluiced", "audit.begun", aside, fault});
}

Status AuditLog::Append(const Entry& entry) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (file_ < 0) return Error(ErrorCode::kIo, "audit log " + path_ + " is closed after a failure that could not be undone");
  const std::string line = Seal(BodyOf(entry, entries_ + 1), head_);
  if (!WriteAll(file_, line) || fdatasync(file_) != 0) {
    const Error error = Error::FromErrno(errno, "audit log " + path_);
    // Half a line, or a whole one that nobody was told of, must not stand before the next.
    if (ftruncate(file_, static_cast<off_t>(bytes_)) != 0) close(std::exchange(file_, -1));
    return error;
  }
  ++entries_;
  bytes_ += line.size();
  head_ = HashOf(line);
  return {};
}

Result<std::vector<std::string>> AuditLog::Tail(size_t count) const {
  errno = 0;
  std::ifstream in(path_, std::ios::binary);
  if (!in) return Error::FromErrno(errno, "audit log " + path_);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line) && !in.eof();) {
    lines.push_back(std::move(line));
    if (lines.size() > count) lines.pop_front();
  }
  return std::vector<std::string>(lines.begin(), lines.end());
}

}  // namespace sluice::audit
