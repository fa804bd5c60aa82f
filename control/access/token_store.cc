#include "control/access/token_store.h"

#include <sodium/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace sluice::access {
namespace {

using database::Database;
using database::Statement;

// "Slto"
constexpr int64_t kApplication = 0x536c746f;
constexpr char kSchema[] =
    "CREATE TABLE token(number TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, user TEXT NOT NULL, role TEXT NOT NULL, author TEXT NOT NULL,"
    " digest TEXT NOT NULL, made INTEGER NOT NULL, expires INTEGER NOT NULL, last_used INTEGER NOT NULL); PRAGMA application_id=1399616623";
static_assert(kApplication == 1399616623);
// In the columns `expires` and `last_used`.
constexpr int64_t kNever = 0;
constexpr std::chrono::seconds kSettle{60};

int64_t Column(const std::optional<Timestamp>& time) { return time ? time->nanoseconds() : kNever; }
std::optional<Timestamp> TimeOf(int64_t column) { return column == kNever ? std::nullopt : std::optional(Timestamp::FromNanoseconds(column)); }

// A database of ours, or none yet.
Result<Database> OpenOurs(const std::string& path) {
  Result<Database> database = Database::Open(path, Database::Access::kAlone);
  if (!database) return database;
  const Result<int64_t> tables = database->Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) {
    if (Status status = database->Execute(kSchema); !status) return status.error();
  }
  const Result<int64_t> application = database->Number("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != kApplication) return Error(ErrorCode::kVersionMismatch, "database " + path + " is not one of tokens");
  return database;
}

}  // namespace

bool TokenStore::IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
  });
}

Result<std::unique_ptr<TokenStore>> TokenStore::Open(const std::string& path) {
  if (sodium_init() < 0) return Error(ErrorCode::kUnsupported, "libsodium cannot be used on this machine");
  std::vector<std::string> alarms;
  for (bool again = false;; again = true) {
    Result<Database> database = OpenOurs(path);
    Status status = database ? Status() : Status(database.error());
    if (database) {
      std::unique_ptr<TokenStore> store(new TokenStore(std::move(*database), alarms));
      status = store->Read();
      if (status) return store;
    }
    if (again || status.error().code() != ErrorCode::kCorrupt) return status.error();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const Result<std::string> aside = database::SetAside(path, std::chrono::duration_cast<std::chrono::seconds>(now).count());
    if (!aside) return aside.error();
    alarms.push_back("the tokens of the API cannot be read and none is taken any more: make new ones; the old database is kept as " + *aside);
    LogError(alarms.back());
  }
}

TokenStore::~TokenStore() { WriteUses(); }

Status TokenStore::Read() {
  Result<Statement> rows = database_.Prepare("SELECT number,name,user,role,author,digest,made,expires,last_used FROM token");
  if (!rows) return rows.error();
  while (true) {
    const Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return {};
    Entry entry;
    const std::optional<Role> role = RoleFromName(rows->Text(3));
    const std::optional<TokenDigest> digest = DigestFromHex(rows->Text(5));
    if (!role || !digest) return Error(ErrorCode::kCorrupt, "a token in the database cannot be read");
    entry.digest = *digest;
    entry.token = {rows->Text(1), rows->Text(2), *role, rows->Text(4), rows->Text(0), Timestamp::FromNanoseconds(rows->Number(6)),
                   TimeOf(rows->Number(7)), TimeOf(rows->Number(8))};
    entries_.emplace(entry.token.number, std::move(entry));
  }
}

Result<std::string> TokenStore::Add(Token token) {
  const std::lock_guard<std::mutex> disk(disk_);
  if (Find(token.name)) return Error(ErrorCode::kUnsupported, "there is a token " + token.name + " already: revoke it, or choose another name");
  FreshToken fresh = MakeToken();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (entries_.size() >= kMaxTokens) return Error(ErrorCode::kResourceExhausted, "there are " + std::to_string(kMaxTokens) + " tokens already: revoke some");
  }
  Result<Statement> insert = database_.Prepare("INSERT INTO token VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)");
  if (!insert) return insert.error();
  token.number = fresh.key.number;
  insert->Bind(1, token.number).Bind(2, token.name).Bind(3, token.user).Bind(4, Name(token.role)).Bind(5, token.author);
  insert->Bind(6, HexOf(fresh.key.digest)).Bind(7, token.made.nanoseconds()).Bind(8, Column(token.expires)).Bind(9, kNever);
  if (Status status = insert->Run(); !status) return status.error();
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry entry;
  entry.token = std::move(token);
  entry.digest = fresh.key.digest;
  entries_.emplace(fresh.key.number, std::move(entry));
  return std::move(fresh.text);
}

Result<Token> TokenStore::Revoke(const std::string& name) {
  const std::lock_guard<std::mutex> disk(disk_);
  const std::optional<Token> token = Find(name);
  if (!token) return Error(ErrorCode::kNotFound, "there is no token " + name);
  Result<Statement> erase = database_.Prepare("DELETE FROM token WHERE number=?1");
  if (!erase) return erase.error();
  if (Status status = erase->Bind(1, token->number).Run(); !status) return status.error();
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.erase(token->number);
  return *token;
}

std::vector<Token> TokenStore::List() const {
  std::vector<Token> all;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [number, entry] : entries_) all.push_back(entry.token);
  }
  std::sort(all.begin(), all.end(), [](const Token& one, const Token& other) { return one.name < other.name; });
  return all;
}

std::optional<Token> TokenStore::Find(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [number, entry] : entries_) {
    if (entry.token.name == name) return entry.token;
  }
  return std::nullopt;
}

TokenStore::Answer TokenStore::Check(std::string_view text, Timestamp now) {
  const std::optional<TokenKey> key = KeyOf(text);
  if (!key) return {};
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(key->number);
  // A number is public: whether it is known may show in the time. What its secret is must not.
  if (found == entries_.end() || !SameDigest(found->second.digest, key->digest)) return {};
  Entry& entry = found->second;
  if (entry.token.expires && *entry.token.expires <= now) return {TokenVerdict::kExpired, entry.token};
  entry.token.last_used = now;
  entry.used_since = true;
  return {TokenVerdict::kGood, entry.token};
}

void TokenStore::Settle(Timestamp now) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (settled_ && now >= *settled_ && now - *settled_ < kSettle) return;
    settled_ = now;
  }
  WriteUses();
}

void TokenStore::WriteUses() {
  const std::lock_guard<std::mutex> disk(disk_);
  std::vector<std::pair<std::string, int64_t>> uses;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [number, entry] : entries_) {
      if (std::exchange(entry.used_since, false)) uses.emplace_back(number, Column(entry.token.last_used));
    }
  }
  if (uses.empty()) return;
  database::Transaction transaction(database_);
  Result<Statement> update = database_.Prepare("UPDATE token SET last_used=?2 WHERE number=?1");
  // What the disk refuses loses a time of use, not a token.
  if (!transaction.begun() || !update) return;
  for (const auto& [number, time] : uses) static_cast<void>(update->Bind(1, number).Bind(2, time).Run());
  static_cast<void>(transaction.Commit());
}

std::vector<std::string> TokenStore::Alarms() const { return alarms_; }

}  // namespace sluice::access
