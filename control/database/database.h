// Database and Statement: SQLite behind Result, for what control must still know after a crash. The one folder that includes it.
//
// Write-ahead log with a sync for each commit: what another connection can read has reached the disk, and outlives the process
// and the power. Thread: one owner at a time for each Database, with its statements. Allocates: yes.
// Failure: kCorrupt for bytes that are no database of ours, kResourceExhausted for a full disk, kIo for all else that may pass.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::database {

class Database;

class Statement {
 public:
  // Positions count from 1, as in SQL.
  Statement& Bind(int position, int64_t value);
  Statement& Bind(int position, std::string_view value);
  // Runs to the next row: true when there is one. After false or an error the statement is ready to be bound again.
  Result<bool> Step();
  // For statements without rows.
  Status Run();
  // Needed only where rows were left unread.
  void Reset();

  // Of the row that Step found; columns count from 0.
  int64_t Number(int column) const;
  std::string Text(int column) const;

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int bind_error_ = 0;
};

class Database {
 public:
  // kWrite: made where it is absent, with the permissions 0600. kAlone: the same, and no other connection may be open while this one is;
  // that needs no memory shared through a file, so that what is there can be read also where the disk is full.
  enum class Access { kWrite, kAlone, kRead };

  static Result<Database> Open(const std::string& path, Access access);

  Result<Statement> Prepare(std::string_view sql);
  // Statements without parameters or rows, separated by semicolons.
  Status Execute(const std::string& sql);
  // The first column of the first row of a statement without parameters.
  Result<int64_t> Number(std::string_view sql);
  int64_t LastRowId() const;
  // Rows that the statement before changed.
  int64_t Changes() const;

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(std::unique_ptr<sqlite3, Closer> handle) : handle_(std::move(handle)) {}

  std::unique_ptr<sqlite3, Closer> handle_;
};

// Begins at construction; what was not committed when it ends is undone.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database), begun_(database.Execute("BEGIN IMMEDIATE")) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  const Status& begun() const { return begun_; }
  Status Commit();

 private:
  Database& database_;
  Status begun_;
  bool committed_ = false;
};

// Moves a database that cannot be used out of the way, with its write-ahead log: PATH.set-aside-TIME. Returns the new name.
Result<std::string> SetAside(const std::string& path, int64_t unix_seconds);

}  // namespace sluice::database
