#include "control/ledger/ledger_file.h"

#include <algorithm>
#include <optional>

#include "control/database/database.h"
#include "rules/bundle/digest.h"

namespace sluice::ledger {
namespace {

using database::Database;
using database::Statement;
using database::Transaction;

// "SLLG": so that nobody's other database is taken for ours.
constexpr int64_t kApplication = 0x534c4c47, kVersion = 1;

constexpr char kSchema[] = R"(
CREATE TABLE account(id INTEGER PRIMARY KEY, set_name TEXT NOT NULL, document TEXT NOT NULL, direction INTEGER NOT NULL, name TEXT NOT NULL,
  places INTEGER NOT NULL, bytes INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, parties_left_out INTEGER NOT NULL,
  UNIQUE(set_name, document, direction));
CREATE TABLE departed(account INTEGER NOT NULL, day INTEGER NOT NULL, places TEXT NOT NULL, PRIMARY KEY(account, day)) WITHOUT ROWID;
CREATE TABLE party(account INTEGER NOT NULL, role INTEGER NOT NULL, host TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  pieces INTEGER NOT NULL, PRIMARY KEY(account, role, host)) WITHOUT ROWID;
)";

std::optional<std::string> FromHex(std::string_view digits) {
  const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = value(digits[i]), low = value(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

template <size_t kSize>
bool FromHex(std::string_view digits, std::array<uint8_t, kSize>& to) {
  const std::optional<std::string> bytes = FromHex(digits);
  if (!bytes || bytes->size() != kSize) return false;
  std::copy(bytes->begin(), bytes->end(), to.begin());
  return true;
}

}  // namespace

struct LedgerFile::Impl {
  Error Damaged(const std::string& what) const { return Error{ErrorCode::kCorrupt, path + " is damaged: " + what}; }
  Error Failed(const Error& error) const { return error.WithContext("the ledger " + path); }
  Status Prepare(Mode mode);
  Status LoadAccount(const Statement& row, Accounts& accounts);
  Status LoadDays(int64_t id, Account& account);
  Status LoadParties(int64_t id, Account& account);
  Result<int64_t> StoreHead(const AccountKey& key, const Account& account);
  Status StoreOne(const AccountKey& key, const Account& account);

  std::string path;
  std::optional<Database> database;
};

Status LedgerFile::Impl::Prepare(Mode mode) {
  const Result<int64_t> tables = database->Number("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  if (*tables == 0 && mode == Mode::kReadOnly) return Error{ErrorCode::kCorrupt, "it is no ledger: it is empty"};
  if (*tables == 0) {
    return database->Execute("PRAGMA application_id = " + std::to_string(kApplication) + "; PRAGMA user_version = " + std::to_string(kVersion) + ";" + kSchema);
  }
  const Result<int64_t> application = database->Number("PRAGMA application_id"), version = database->Number("PRAGMA user_version");
  if (!application) return application.error();
  if (!version) return version.error();
  if (*application != kApplication) return Error{ErrorCode::kCorrupt, "it is a database, but no ledger"};
  if (*version != kVersion) return Error{ErrorCode::kVersionMismatch, "it is of version " + std::to_string(*version) + ", expected " + std::to_string(kVersion)};
  return {};
}

LedgerFile::LedgerFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LedgerFile::~LedgerFile() = default;

Result<std::unique_ptr<LedgerFile>> LedgerFile::Open(const std::string& path, Mode mode) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  Result<Database> database = Database::Open(path, mode == Mode::kReadOnly ? Database::Access::kRead : Database::Access::kWrite);
  if (!database) return impl->Failed(database.error());
  impl->database.emplace(std::move(database).value());
  if (const Status status = impl->Prepare(mode); !status) return impl->Failed(status.error());
  return std::unique_ptr<LedgerFile>(new LedgerFile(std::move(impl)));
}

Status LedgerFile::Impl::LoadDays(int64_t id, Account& account) {
  Result<Statement> days = database->Prepare("SELECT day, places FROM departed WHERE account = ?");
  if (!days) return days.error();
  days->Bind(1, id);
  for (;;) {
    const Result<bool> row = days->Step();
    if (!row) return row.error();
    if (!*row) return {};
    const std::optional<std::string> bytes = FromHex(days->Text(1));
    const std::optional<PlaceSet> places = bytes ? PlaceSet::FromBytes(ByteView(*bytes), std::max(account.places, 1u)) : std::nullopt;
    if (!places) return Damaged("a map of departed places does not hold together");
    account.departed.Add(days->Number(0), *places);
  }
}

Status LedgerFile::Impl::LoadParties(int64_t id, Account& account) {
  Result<Statement> parties = database->Prepare("SELECT role, host, first, last, pieces FROM party WHERE account = ?");
  if (!parties) return parties.error();
  parties->Bind(1, id);
  for (;;) {
    const Result<bool> row = parties->Step();
    if (!row) return row.error();
    if (!*row) return {};
    std::array<uint8_t, 16> host{};
    if (!FromHex(parties->Text(1), host) || parties->Number(0) < 0 || parties->Number(0) > 1) return Damaged("a host is none");
    account.parties[{static_cast<Role>(parties->Number(0)), host}] = {parties->Number(2), parties->Number(3), static_cast<uint64_t>(parties->Number(4))};
  }
}

Status LedgerFile::Impl::LoadAccount(const Statement& row, Accounts& accounts) {
  AccountKey key;
  key.set = row.Text(1);
  if (!FromHex(row.Text(2), key.document) || row.Number(3) < 0 || row.Number(3) > 1 || row.Number(5) < 0 || row.Number(5) > UINT32_MAX) return Damaged("an account does not hold together");
  key.direction = static_cast<content::Direction>(row.Number(3));
  Account account;
  account.name = row.Text(4);
  account.places = static_cast<uint32_t>(row.Number(5));
  account.bytes = static_cast<uint64_t>(row.Number(6));
  account.first = row.Number(7);
  account.last = row.Number(8);
  account.parties_left_out = static_cast<uint64_t>(row.Number(9));
  if (Status status = LoadDays(row.Number(0), account); !status) return status;
  if (Status status = LoadParties(row.Number(0), account); !status) return status;
  accounts.emplace(std::move(key), std::move(account));
  return {};
}

Result<Accounts> LedgerFile::Load() {
  Accounts accounts;
  Result<Statement> rows = impl_->database->Prepare("SELECT id, set_name, document, direction, name, places, bytes, first, last, parties_left_out FROM account");
  if (!rows) return impl_->Failed(rows.error());
  for (;;) {
    const Result<bool> row = rows->Step();
    if (!row) return impl_->Failed(row.error());
    if (!*row) return accounts;
    if (const Status status = impl_->LoadAccount(*rows, accounts); !status) return status.error();
  }
}

Result<int64_t> LedgerFile::Impl::StoreHead(const AccountKey& key, const Account& account) {
  Result<Statement> upsert = database->Prepare(
      "INSERT INTO account(set_name, document, direction, name, places, bytes, first, last, parties_left_out) VALUES(?,?,?,?,?,?,?,?,?) "
      "ON CONFLICT(set_name, document, direction) DO UPDATE SET name = excluded.name, places = excluded.places, bytes = excluded.bytes, first = excluded.first, "
      "last = excluded.last, parties_left_out = excluded.parties_left_out RETURNING id");
  if (!upsert) return upsert.error();
  upsert->Bind(1, key.set).Bind(2, bundle::ToHex({key.document.data(), key.document.size()})).Bind(3, static_cast<int64_t>(key.direction)).Bind(4, account.name);
  upsert->Bind(5, int64_t{account.places}).Bind(6, static_cast<int64_t>(account.bytes)).Bind(7, account.first).Bind(8, account.last);
  upsert->Bind(9, static_cast<int64_t>(account.parties_left_out));
  const Result<bool> row = upsert->Step();
  if (!row) return row.error();
  const int64_t id = *row ? upsert->Number(0) : 0;
  upsert->Reset();
  return id;
}

Status LedgerFile::Impl::StoreOne(const AccountKey& key, const Account& account) {
  const Result<int64_t> id = StoreHead(key, account);
  if (!id) return id.error();
  Result<Statement> day = database->Prepare("INSERT OR REPLACE INTO departed(account, day, places) VALUES(?,?,?)");
  if (!day) return day.error();
  for (const auto& [number, places] : account.departed.days()) {
    const std::string digits = bundle::ToHex(ByteView(places.ToBytes()));
    if (Status status = day->Bind(1, *id).Bind(2, number).Bind(3, digits).Run(); !status) return status;
  }
  Result<Statement> party = database->Prepare("INSERT OR REPLACE INTO party(account, role, host, first, last, pieces) VALUES(?,?,?,?,?,?)");
  if (!party) return party.error();
  for (const auto& [who, what] : account.parties) {
    const std::string host = bundle::ToHex({who.second.data(), who.second.size()});
    party->Bind(1, *id).Bind(2, static_cast<int64_t>(who.first)).Bind(3, host).Bind(4, what.first).Bind(5, what.last).Bind(6, static_cast<int64_t>(what.pieces));
    if (Status status = party->Run(); !status) return status;
  }
  return {};
}

Status LedgerFile::Store(const Accounts& accounts, const std::set<AccountKey>& which) {
  Transaction transaction(*impl_->database);
  if (!transaction.begun()) return impl_->Failed(transaction.begun().error());
  for (const AccountKey& key : which) {
    const auto it = accounts.find(key);
    if (it == accounts.end()) continue;
    if (const Status status = impl_->StoreOne(it->first, it->second); !status) return impl_->Failed(status.error());
  }
  if (const Status committed = transaction.Commit(); !committed) return impl_->Failed(committed.error());
  return {};
}

}  // namespace sluice::ledger
