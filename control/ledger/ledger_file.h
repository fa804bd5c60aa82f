// LedgerFile: accounts on disk, in a database of their own (control/database). Bytes stand in it as hexadecimal digits.
//
// Thread: one. Allocates: yes (cold). Failure: Result, with the database's own words; a file that is no ledger is refused, never changed.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "control/ledger/account.h"

namespace sluice::ledger {

class LedgerFile {
 public:
  enum class Mode : uint8_t { kReadOnly, kReadWrite };
  // kReadWrite makes it where it is not there. ":memory:" lasts as long as the object.
  static Result<std::unique_ptr<LedgerFile>> Open(const std::string& path, Mode mode);
  ~LedgerFile();

  Result<Accounts> Load();
  // Replaces these accounts, all of them or none.
  Status Store(const Accounts& accounts, const std::set<AccountKey>& which);

 private:
  struct Impl;
  explicit LedgerFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::ledger
