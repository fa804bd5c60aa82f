#include "control/exports/spool.h"

#include <sodium.h>

#include <chrono>

#include "base/log.h"

namespace sluice::exports {
namespace {

constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY, line TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS spool (identity TEXT NOT NULL, next INTEGER NOT NULL)";

std::string NewIdentity() {
  uint8_t bytes[8];
  char text[2 * sizeof bytes + 1];
  randombytes_buf(bytes, sizeof bytes);
  return sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
}

int64_t UnixSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::Open(const SpoolOptions& options) {
  if (sodium_init() < 0) return Error(ErrorCode::kInternal, "no random numbers: libsodium refuses to start");
  std::unique_ptr<Spool> spool(new Spool(options));
  const std::lock_guard<std::mutex> lock(spool->mutex_);
  Status connected = spool->Connect();
  if (!connected && connected.error().code() == ErrorCode::kCorrupt) {
    static_cast<void>(spool->See(connected.error()));
    connected = spool->Connect();
  }
  if (!connected) return connected.error();
  return spool;
}

Status Spool::Connect() {
  Result<database::Database> opened = database::Database::Open(options_.path, database::Database::Access::kAlone);
  if (!opened) return opened.error();
  if (Status made = opened->Execute(kTables); !made) return made;
  Result<database::Statement> read = opened->Prepare("SELECT identity, next FROM spool");
  if (!read) return read.error();
  const Result<bool> known = read->Step();
  if (!known) return known.error();
  if (*known) {
    identity_ = read->Text(0);
    next_ = read->Number(1);
    read->Reset();
  } else {
    identity_ = NewIdentity();
    next_ = 1;
    Result<database::Statement> write = opened->Prepare("INSERT INTO spool VALUES (?, 1)");
    if (!write) return write.error();
    if (Status wrote = write->Bind(1, identity_).Run(); !wrote) return wrote;
  }
  const Result<int64_t> count = opened->Number("SELECT count(*) FROM waiting");
  const Result<int64_t> bytes = opened->Number("SELECT coalesce(sum(length(CAST(line AS BLOB))), 0) FROM waiting");
  if (!count) return count.error();
  if (!bytes) return bytes.error();
  waiting_.store(static_cast<uint64_t>(*count));
  bytes_.store(static_cast<uint64_t>(*bytes));
  database_ = std::move(*opened);
  return {};
}

Error Spool::See(const Error& error) {
  if (error.code() != ErrorCode::kCorrupt) return error;
  database_.reset();
  const Result<std::string> aside = database::SetAside(options_.path, UnixSeconds());
  alarms_.push_back(aside ? "records that waited for export were unreadable, and are kept in " + *aside : aside.error().message());
  LogError(alarms_.back());
  waiting_.store(0);
  bytes_.store(0);
  return error;
}

Status Spool::Append(std::span<const std::shared_ptr<const std::string>> lines, uint64_t missing) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Status status = database_ ? Status() : Connect();
  if (status) status = AppendNow(lines, missing);
  return status ? status : See(status.error());
}

Result<std::vector<WaitingRecord>> Spool::Front(size_t max_records, size_t max_bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!database_) return std::vector<WaitingRecord>();  // the next Append begins anew
  Result<std::vector<WaitingRecord>> front = FrontNow(max_records, max_bytes);
  if (!front) return See(front.error());
  return front;
}

Status Spool::Release(int64_t through) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!database_) return {};
  const Status status = ReleaseNow(through);
  return status ? status : See(status.error());
}

Spool::Room Spool::RoomFor(std::span<const std::shared_ptr<const std::string>> lines) const {
  Room room{0, lines.size(), 0};
  if (options_.when_full == WhenFull::kDropOldest) {
    // Room is made for all of them; of a batch that is too large by itself the end is kept.
    for (room.begin = room.end; room.begin > 0 && room.bytes + lines[room.begin - 1]->size() <= options_.max_bytes; --room.begin) {
      room.bytes += lines[room.begin - 1]->size();
    }
    return room;
  }
  const uint64_t before = bytes_.load();
  for (room.end = 0; room.end < lines.size() && before + room.bytes + lines[room.end]->size() <= options_.max_bytes; ++room.end) {
    room.bytes += lines[room.end]->size();
  }
  return room;
}

Status Spool::AppendNow(std::span<const std::shared_ptr<const std::string>> lines, uint64_t missing) {
  const Room room = RoomFor(lines);
  const uint64_t taken = room.end - room.begin, before = bytes_.load();
  database::Transaction transaction(*database_);
  if (!transaction.begun()) return transaction.begun();
  uint64_t removed = 0, removed_bytes = 0;
  if (before + room.bytes > options_.max_bytes) {
    const Result<int64_t> through = OldestWorth(before + room.bytes - options_.max_bytes);
    if (!through) return through.error();
    if (Status status = Remove(*through, removed, removed_bytes); !status) return status;
  }
  if (Status status = Insert(lines.subspan(room.begin, taken), next_ + static_cast<int64_t>(room.begin)); !status) return status;
  const int64_t next = next_ + static_cast<int64_t>(lines.size() + missing);
  Result<database::Statement> note = database_->Prepare("UPDATE spool SET next = ?");
  if (!note) return note.error();
  if (Status status = note->Bind(1, next).Run(); !status) return status;
  if (Status status = transaction.Commit(); !status) return status;
  next_ = next;
  waiting_ += taken - removed;
  bytes_ += room.bytes - removed_bytes;
  dropped_ += lines.size() - taken + removed;
  return {};
}

Status Spool::Insert(std::span<const std::shared_ptr<const std::string>> lines, int64_t number) {
  Result<database::Statement> insert = database_->Prepare("INSERT INTO waiting VALUES (?, ?)");
  if (!insert) return insert.error();
  for (const auto& line : lines) {
    if (Status status = insert->Bind(1, number++).Bind(2, *line).Run(); !status) return status;
  }
  return {};
}

Result<int64_t> Spool::OldestWorth(uint64_t bytes) {
  Result<database::Statement> oldest = database_->Prepare("SELECT number, length(CAST(line AS BLOB)) FROM waiting ORDER BY number");
  if (!oldest) return oldest.error();
  int64_t through = 0;
  for (uint64_t found = 0; found < bytes;) {
    const Result<bool> row = oldest->Step();
    if (!row) return row.error();
    if (!*row) return through;
    through = oldest->Number(0);
    found += static_cast<uint64_t>(oldest->Number(1));
  }
  oldest->Reset();
  return through;
}

Status Spool::Remove(int64_t through, uint64_t& records, uint64_t& bytes) {
  Result<database::Statement> sum =
      database_->Prepare("SELECT count(*), coalesce(sum(length(CAST(line AS BLOB))), 0) FROM waiting WHERE number <= ?");
  if (!sum) return sum.error();
  const Result<bool> row = sum->Bind(1, through).Step();
  if (!row) return row.error();
  records = static_cast<uint64_t>(sum->Number(0));
  bytes = static_cast<uint64_t>(sum->Number(1));
  sum->Reset();
  Result<database::Statement> remove = database_->Prepare("DELETE FROM waiting WHERE number <= ?");
  if (!remove) return remove.error();
  return remove->Bind(1, through).Run();
}

Result<std::vector<WaitingRecord>> Spool::FrontNow(size_t max_records, size_t max_bytes) {
  Result<database::Statement> oldest = database_->Prepare("SELECT number, line FROM waiting ORDER BY number LIMIT ?");
  if (!oldest) return oldest.error();
  oldest->Bind(1, static_cast<int64_t>(max_records));
  std::vector<WaitingRecord> out;
  for (size_t bytes = 0; out.empty() || bytes < max_bytes;) {
    const Result<bool> row = oldest->Step();
    if (!row) return row.error();
    if (!*row) return out;
    out.push_back({oldest->Number(0), oldest->Text(1)});
    bytes += out.back().line.size();
  }
  oldest->Reset();
  return out;
}

Status Spool::ReleaseNow(int64_t through) {
  uint64_t records = 0, bytes = 0;
  database::Transaction transaction(*database_);
  if (!transaction.begun()) return transaction.begun();
  if (Status status = Remove(through, records, bytes); !status) return status;
  if (Status status = transaction.Commit(); !status) return status;
  waiting_ -= records;
  bytes_ -= bytes;
  return {};
}

std::string Spool::IdOf(int64_t number) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return identity_ + "-" + std::to_string(number);
}

std::vector<std::string> Spool::Alarms() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return alarms_;
}

}  // namespace sluice::exports
