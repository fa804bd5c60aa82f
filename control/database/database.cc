#include "control/database/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace sluice::database {
namespace {

constexpr int kBusyMilliseconds = 2000;

ErrorCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::kCorrupt;
    case SQLITE_FULL:
    case SQLITE_NOMEM: return ErrorCode::kResourceExhausted;
    case SQLITE_CANTOPEN: return ErrorCode::kNotFound;
    case SQLITE_READONLY:
    case SQLITE_PERM: return ErrorCode::kPermissionDenied;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE: return ErrorCode::kInternal;
    default: return ErrorCode::kIo;
  }
}

Error ErrorOf(sqlite3* handle, int code) {
  const char* file = handle == nullptr ? nullptr : sqlite3_db_filename(handle, "main");
  return Error(CodeOf(code), std::string("database ") + (file == nullptr ? "?" : file) + ": " +
                                 (handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle)));
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Statement& Statement::Bind(int position, int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_.get(), position, value); code != SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::Bind(int position, std::string_view value) {
  const int code = sqlite3_bind_text64(statement_.get(), position, value.data() == nullptr ? "" : value.data(), value.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_error_ = code;
  return *this;
}

Result<bool> Statement::Step() {
  sqlite3* const handle = sqlite3_db_handle(statement_.get());
  int code = bind_error_;
  bind_error_ = SQLITE_OK;
  if (code == SQLITE_OK) code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  std::optional<Error> error;
  if (code != SQLITE_DONE) error = ErrorOf(handle, code);
  Reset();
  if (error) return *error;
  return false;
}

Status Statement::Run() {
  const Result<bool> stepped = Step();
  if (!stepped) return stepped.error();
  if (*stepped) Reset();
  return {};
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

int64_t Statement::Number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  return std::string(reinterpret_cast<const char*>(text), static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

Result<Database> Database::Open(const std::string& path, Access access) {
  const int flags = access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database{std::unique_ptr<sqlite3, Closer>(raw)};
  if (code != SQLITE_OK) return ErrorOf(raw, code);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  if (access == Access::kRead) return database;
  chmod(path.c_str(), S_IRUSR | S_IWUSR);
  // Before the log is first opened: its index is then in this process's own memory (sqlite.org/wal.html, section 8).
  if (access == Access::kAlone) {
    if (Status status = database.Execute("PRAGMA locking_mode=EXCLUSIVE"); !status) return status.error();
  }
  // Documents outlive power cuts only with FULL: with NORMAL the log is synced at checkpoints alone (sqlite.org/pragma.html).
  if (Status status = database.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"); !status) return status.error();
  return database;
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return ErrorOf(handle_.get(), code);
  return Statement(statement);
}

Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(handle_.get(), code);
  return {};
}

Result<int64_t> Database::Number(std::string_view sql) {
  Result<Statement> statement = Prepare(sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->Step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::kNotFound, "the database has no answer to a question that always has one");
  return statement->Number(0);
}

int64_t Database::LastRowId() const { return sqlite3_last_insert_rowid(handle_.get()); }
int64_t Database::Changes() const { return sqlite3_changes64(handle_.get()); }

Transaction::~Transaction() {
  // Nothing to undo, or undone by SQLite itself, is no fault here.
  if (begun_ && !committed_) static_cast<void>(database_.Execute("ROLLBACK"));
}

Status Transaction::Commit() {
  Status status = database_.Execute("COMMIT");
  committed_ = status.ok();
  return status;
}

Result<std::string> SetAside(const std::string& path, int64_t unix_seconds) {
  std::string aside = path + ".set-aside-" + std::to_string(unix_seconds);
  for (int n = 1; std::filesystem::exists(aside); ++n) aside = path + ".set-aside-" + std::to_string(unix_seconds) + "-" + std::to_string(n);
  for (const char* part : {"", "-wal"}) {
    if (std::rename((path + part).c_str(), (aside + part).c_str()) != 0 && errno != ENOENT) {
      return Error::FromErrno(errno, "setting " + path + part + " aside");
    }
  }
  // An index of the log that belongs to no database any more.
  std::remove((path + "-shm").c_str());
  return aside;
}

}  // namespace sluice::database
