#include "control/quarantine/quarantine_book.h"

#include <algorithm>

#include "base/log.h"

namespace sluice::quarantine {
namespace {

using database::Database;
using database::Statement;
using verdict::QuarantineSet;

// "Slqu"
constexpr int64_t kApplication = 0x536c7175;
constexpr char kSchema[] =
    "CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,"
    " flow INTEGER NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, begun INTEGER NOT NULL, until INTEGER NOT NULL,"
    " packets INTEGER NOT NULL, bytes INTEGER NOT NULL); PRAGMA application_id=1399615861";
static_assert(kApplication == 1399615861);
// In the column `until`: nobody said when.
constexpr int64_t kNoEnd = 0;

}  // namespace

Result<std::unique_ptr<QuarantineBook>> QuarantineBook::Open(const std::string& path) {
  Result<Database> database = Database::Open(path, Database::Access::kAlone);
  if (!database) return database.error();
  const Result<int64_t> tables = database->Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) {
    if (Status status = database->Execute(kSchema); !status) return status.error();
  }
  const Result<int64_t> application = database->Number("PRAGMA application_id");
  if (!application) return application.error();
  // Unlike incidents, quarantines are never set aside in silence: what was held back would be let go.
  if (*application != kApplication) return Error(ErrorCode::kVersionMismatch, "database " + path + " is not one of quarantines");
  std::unique_ptr<QuarantineBook> book(new QuarantineBook(std::move(*database)));
  const std::lock_guard<std::mutex> lock(book->mutex_);
  if (Status status = book->Read(); !status) return status.error();
  return book;
}

Status QuarantineBook::Read() {
  Result<Statement> rows = database_.Prepare("SELECT id,kind,source,destination,flow,author,reason,begun,until,packets,bytes FROM quarantine ORDER BY id");
  if (!rows) return rows.error();
  while (true) {
    const Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return {};
    Quarantine entry;
    entry.id = rows->Number(0);
    const auto source = AddressFromText(rows->Text(2)), destination = AddressFromText(rows->Text(3));
    const int64_t kind = rows->Number(1);
    if (!source || !destination || kind < 0 || kind >= static_cast<int64_t>(QuarantineKind::kCount)) {
      return Error(ErrorCode::kCorrupt, "a quarantine in the database cannot be read");
    }
    entry.subject = {static_cast<QuarantineKind>(kind), *source, *destination, static_cast<uint64_t>(rows->Number(4))};
    entry.author = rows->Text(5);
    entry.reason = rows->Text(6);
    entry.begun = Timestamp::FromNanoseconds(rows->Number(7));
    if (const int64_t until = rows->Number(8); until != kNoEnd) entry.until = Timestamp::FromNanoseconds(until);
    entry.dropped = {static_cast<uint64_t>(rows->Number(9)), static_cast<uint64_t>(rows->Number(10))};
    entries_.push_back(std::move(entry));
  }
}

Status QuarantineBook::Write(const Quarantine& entry) {
  Result<Statement> insert = database_.Prepare("INSERT OR REPLACE INTO quarantine VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)");
  if (!insert) return insert.error();
  if (entry.id != 0) insert->Bind(1, entry.id);
  insert->Bind(2, static_cast<int64_t>(entry.subject.kind)).Bind(3, packet::Format(entry.subject.source)).Bind(4, packet::Format(entry.subject.destination));
  insert->Bind(5, static_cast<int64_t>(entry.subject.flow)).Bind(6, entry.author).Bind(7, entry.reason).Bind(8, entry.begun.nanoseconds());
  insert->Bind(9, entry.until ? entry.until->nanoseconds() : kNoEnd);
  insert->Bind(10, static_cast<int64_t>(entry.dropped.packets)).Bind(11, static_cast<int64_t>(entry.dropped.bytes));
  return insert->Run();
}

Status QuarantineBook::Erase(QuarantineId id) {
  Result<Statement> erase = database_.Prepare("DELETE FROM quarantine WHERE id=?1");
  if (!erase) return erase.error();
  return erase->Bind(1, id).Run();
}

Result<std::shared_ptr<const verdict::QuarantineSet>> QuarantineBook::Begin(size_t workers, Timestamp now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  workers_ = workers;
  EraseExpired(now);
  if (Status status = PublishAll(); !status) return status.error();
  return in_force_;
}

void QuarantineBook::Connect(Publish publish) {
  const std::lock_guard<std::mutex> lock(mutex_);
  publish_ = std::move(publish);
}

void QuarantineBook::End() {
  const std::lock_guard<std::mutex> lock(mutex_);
  AddDrops(entries_);
  in_force_.reset();
  published_.clear();
  publish_ = nullptr;
  database::Transaction transaction(database_);
  // What cannot be written now loses counts of packets, not quarantines.
  for (const Quarantine& entry : entries_) static_cast<void>(Write(entry));
  static_cast<void>(transaction.Commit());
}

void QuarantineBook::AddDrops(std::vector<Quarantine>& entries) const {
  size_t at = 0;
  for (uint32_t index = 0; index < published_.size(); ++index) {
    while (at < entries.size() && entries[at].id < published_[index]) ++at;
    if (at == entries.size() || entries[at].id != published_[index]) continue;
    const QuarantineSet::Dropped dropped = in_force_->DroppedBy(index);
    entries[at].dropped.packets += dropped.packets;
    entries[at].dropped.bytes += dropped.bytes;
  }
}

Status QuarantineBook::PublishAll() {
  std::vector<verdict::QuarantineSubject> subjects;
  std::vector<QuarantineId> ids;
  for (const Quarantine& entry : entries_) {
    subjects.push_back(entry.subject);
    ids.push_back(entry.id);
  }
  auto set = std::make_shared<const QuarantineSet>(std::move(subjects), ++generation_, workers_);
  const Status status = publish_ ? publish_(set) : Status();
  // Only now does nobody count in the old one any more.
  AddDrops(entries_);
  in_force_ = std::move(set);
  published_ = std::move(ids);
  return status;
}

Result<Quarantine> QuarantineBook::Add(Quarantine entry) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Quarantine& one) { return one.subject == entry.subject; });
  if (known == entries_.end() && entries_.size() >= kMaxEntries) {
    return Error(ErrorCode::kResourceExhausted, "there are " + std::to_string(kMaxEntries) + " quarantines already: release some");
  }
  entry.id = known == entries_.end() ? 0 : known->id;
  if (known != entries_.end()) entry.dropped = known->dropped;
  if (Status status = Write(entry); !status) return status.error();
  if (known != entries_.end()) {
    *known = entry;
    return entry;  // the workers hold it back already
  }
  entry.id = database_.LastRowId();
  entries_.push_back(entry);
  if (Status status = PublishAll(); !status) return status.error();
  return entry;
}

Status QuarantineBook::Release(QuarantineId id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Quarantine& one) { return one.id == id; });
  if (entry == entries_.end()) return Error(ErrorCode::kNotFound, "there is no quarantine " + std::to_string(id));
  if (Status status = Erase(id); !status) return status;
  entries_.erase(entry);
  return PublishAll();
}

Status QuarantineBook::Expire(Timestamp now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const size_t before = entries_.size();
  EraseExpired(now);
  return entries_.size() < before ? PublishAll() : Status();
}

void QuarantineBook::EraseExpired(Timestamp now) {
  const auto over = [&](const Quarantine& entry) { return entry.until && *entry.until <= now; };
  for (const Quarantine& entry : entries_) {
    if (!over(entry)) continue;
    if (Status status = Erase(entry.id); !status) LogError("quarantine " + std::to_string(entry.id) + " has ended, and stays in the database until the next start: " + status.error().message());
  }
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), over), entries_.end());
}

std::vector<Quarantine> QuarantineBook::List() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Quarantine> list = entries_;
  AddDrops(list);
  return list;
}

}  // namespace sluice::quarantine
