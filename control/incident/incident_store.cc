#include "control/incident/incident_store.h"

#include "base/log.h"
#include "control/incident/incident_schema.h"

namespace sluice::incident {
namespace {

using database::Database;
using database::Statement;
using database::Transaction;

// Rows that one call of Retain removes, so that commits of findings come between.
constexpr int64_t kRemovedAtATime = 1000;
constexpr size_t kMaxAlarms = 16;

}  // namespace

IncidentStore::IncidentStore(StoreOptions options) : options_(std::move(options)) {}
IncidentStore::~IncidentStore() = default;

Result<std::unique_ptr<IncidentStore>> IncidentStore::Open(const StoreOptions& options) {
  std::unique_ptr<IncidentStore> store(new IncidentStore(options));
  const std::lock_guard<std::mutex> lock(store->writing_);
  Status status = store->Connect();
  if (!status && status.error().code() == ErrorCode::kCorrupt) status = store->BeginAnew(status.error());
  // A full disk, or somebody who holds it: what may pass is no reason not to forward packets.
  if (!status && (status.error().code() == ErrorCode::kIo || status.error().code() == ErrorCode::kResourceExhausted)) {
    store->NoteUnopened(status.error().message());
    return store;
  }
  if (!status) return status.error();
  return store;
}

Status IncidentStore::Connect() {
  Result<Database> writer = Database::Open(options_.path, Database::Access::kWrite);
  if (!writer) return writer.error();
  if (Status status = MakeSchema(*writer, options_.path); !status) return status;
  // Commits touch pages all over the indexes: with SQLite's usual 2 MB a large store writes and reads them again and again. In KiB.
  if (Status status = writer->Execute("PRAGMA cache_size=-65536"); !status) return status;
  Result<std::unique_ptr<Statements>> statements = Statements::Prepare(*writer);
  if (!statements) return statements.error();
  Result<Database> reader = Database::Open(options_.path, Database::Access::kRead);
  if (!reader) return reader.error();
  statements_ = std::move(*statements);
  writer_ = std::move(*writer);
  {
    const std::lock_guard<std::mutex> lock(reading_);
    reader_ = std::move(*reader);
  }
  NoteUnopened("");
  return {};
}

void IncidentStore::NoteUnopened(const std::string& fault) {
  const std::lock_guard<std::mutex> lock(alarming_);
  if (!fault.empty()) LogError("incidents cannot be written or read, and wait: " + fault);
  if (fault.empty() && !unopened_.empty()) LogInfo("database " + options_.path + " is open");
  unopened_ = fault;
}

// What cannot be read is kept for whoever can mend it; incidents from now on must not be lost to it.
Status IncidentStore::BeginAnew(const Error& fault) {
  statements_.reset();
  writer_.reset();
  {
    const std::lock_guard<std::mutex> lock(reading_);
    reader_.reset();
  }
  const int64_t now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  Result<std::string> aside = database::SetAside(options_.path, now);
  if (!aside) return aside.error();
  counters_.databases_set_aside.fetch_add(1);
  const std::string alarm = fault.message() + "; it is kept as " + *aside + " and a new one was begun";
  LogError(alarm);
  {
    const std::lock_guard<std::mutex> lock(alarming_);
    if (alarms_.size() < kMaxAlarms) alarms_.push_back(alarm);
  }
  return Connect();
}

std::vector<std::string> IncidentStore::Alarms() const {
  const std::lock_guard<std::mutex> lock(alarming_);
  std::vector<std::string> alarms = alarms_;
  if (!unopened_.empty()) alarms.push_back("incidents cannot be written or read, and wait: " + unopened_);
  return alarms;
}

Status IncidentStore::Write(const std::function<Status()>& work) {
  const std::lock_guard<std::mutex> lock(writing_);
  const auto attempt = [&]() -> Status {
    Transaction transaction(*writer_);
    if (!transaction.begun()) return transaction.begun();
    if (Status status = work(); !status) return status;
    return transaction.Commit();
  };
  Status status = Connected();
  if (status) status = attempt();
  if (status || status.error().code() != ErrorCode::kCorrupt) return status;
  if (Status anew = BeginAnew(status.error()); !anew) return anew;
  return attempt();
}

// The connection may be gone after a corruption whose mending failed; and a reader may have met one.
Status IncidentStore::Connected() {
  if (met_by_reader_.exchange(false)) return Error(ErrorCode::kCorrupt, "database " + options_.path + " cannot be read");
  return writer_ ? Status() : Connect();
}

Status IncidentStore::Read(const std::function<Status(Database&)>& work) const {
  const std::lock_guard<std::mutex> lock(reading_);
  if (!reader_) return Error(ErrorCode::kIo, "database " + options_.path + " is not open");
  Status status = work(*reader_);
  if (!status && status.error().code() == ErrorCode::kCorrupt) met_by_reader_.store(true);
  return status;
}

Status IncidentStore::Apply(std::span<const Draft> drafts) {
  std::vector<IncidentId> changed;
  Status status = Write([&]() -> Status {
    changed.clear();
    created_ = 0;
    for (const Draft& draft : drafts) {
      Result<IncidentId> id = ApplyOne(draft);
      if (!id) return id.error();
      changed.push_back(*id);
    }
    return {};
  });
  if (!status) return status;
  counters_.incidents_created.fetch_add(created_);
  feed_.Add(changed);
  return {};
}

Result<IncidentId> IncidentStore::ApplyOne(const Draft& draft) {
  bool adopts = false;
  Result<IncidentId> id = FindOpen(draft, adopts);
  if (!id) return id;
  if (*id == 0) {
    ++created_;
    id = Insert(draft);
    if (!id) return id;
  } else if (Status status = Join(draft, *id, adopts); !status) {
    return status.error();
  }
  if (Status status = AddReferences(draft, *id); !status) return status.error();
  return id;
}

// The body of a form and the file within it are one transfer: a part without a name goes with whatever the same flow and rule
// began, and a name that becomes known later is taken over.
Result<IncidentId> IncidentStore::FindOpen(const Draft& draft, bool& adopts) {
  const Subject& subject = draft.subject;
  Statement& named = statements_->find_named;
  named.Bind(1, subject.client).Bind(2, subject.rule).Bind(3, subject.destination).Bind(4, subject.port).Bind(5, subject.document);
  named.Bind(6, (draft.first - options_.window).nanoseconds());
  Result<bool> found = named.Step();
  if (!found) return found.error();
  if (*found) {
    const IncidentId id = named.Number(0);
    named.Reset();
    return id;
  }
  Statement& by_reference = statements_->find_by_reference;
  for (const uint64_t reference : draft.references) {
    by_reference.Bind(1, static_cast<int64_t>(reference)).Bind(2, subject.document);
    found = by_reference.Step();
    if (!found) return found.error();
    if (!*found) continue;
    const IncidentId id = by_reference.Number(0);
    by_reference.Reset();
    adopts = !subject.document.empty();
    return id;
  }
  return IncidentId{0};
}

Result<IncidentId> IncidentStore::Insert(const Draft& draft) {
  const Subject& subject = draft.subject;
  Statement& insert = statements_->insert;
  insert.Bind(1, subject.rule).Bind(2, subject.client).Bind(3, subject.destination).Bind(4, subject.port).Bind(5, subject.document);
  insert.Bind(6, draft.client_name).Bind(7, draft.app).Bind(8, draft.direction).Bind(9, draft.media_type);
  insert.Bind(10, static_cast<int64_t>(draft.severity)).Bind(11, static_cast<int64_t>(draft.verdict)).Bind(12, static_cast<int64_t>(draft.action));
  insert.Bind(13, draft.first.nanoseconds()).Bind(14, draft.last.nanoseconds());
  insert.Bind(15, static_cast<int64_t>(draft.findings)).Bind(16, draft.sample);
  if (Status status = insert.Run(); !status) return status.error();
  return writer_->LastRowId();
}

Status IncidentStore::Join(const Draft& draft, IncidentId id, bool adopts) {
  Statement& join = statements_->join;
  join.Bind(1, id).Bind(2, static_cast<int64_t>(draft.severity)).Bind(3, static_cast<int64_t>(draft.verdict));
  join.Bind(4, static_cast<int64_t>(draft.action)).Bind(5, draft.first.nanoseconds()).Bind(6, draft.last.nanoseconds());
  join.Bind(7, static_cast<int64_t>(draft.findings));
  if (Status status = join.Run(); !status || !adopts) return status;
  statements_->adopt.Bind(1, id).Bind(2, draft.subject.document).Bind(3, draft.media_type);
  return statements_->adopt.Run();
}

Status IncidentStore::AddReferences(const Draft& draft, IncidentId id) {
  int64_t left_out = static_cast<int64_t>(draft.references_left_out);
  for (const uint64_t reference : draft.references) {
    Statement& look = statements_->look_up_reference;
    const Result<bool> row = look.Bind(1, id).Bind(2, static_cast<int64_t>(reference)).Step();
    if (!row) return row.error();
    const bool known = look.Number(0) != 0, full = look.Number(1) >= static_cast<int64_t>(FindingBatch::kMaxReferences);
    look.Reset();
    if (known) continue;
    left_out += full ? 1 : 0;
    if (full) continue;
    if (Status status = statements_->add_reference.Bind(1, id).Bind(2, static_cast<int64_t>(reference)).Run(); !status) return status;
  }
  if (left_out == 0) return {};
  return statements_->leave_out.Bind(1, id).Bind(2, left_out).Run();
}

Status IncidentStore::Edit(IncidentId id, std::string_view sql, const std::vector<std::string_view>& values) {
  Status status = Write([&]() -> Status {
    Result<Statement> statement = writer_->Prepare(sql);
    if (!statement) return statement.error();
    statement->Bind(1, id);
    for (size_t i = 0; i < values.size(); ++i) statement->Bind(static_cast<int>(i) + 2, values[i]);
    if (Status run = statement->Run(); !run) return run;
    if (writer_->Changes() > 0) return {};
    return Error(ErrorCode::kNotFound, "there is no incident " + std::to_string(id));
  });
  if (status) feed_.Add({id});
  return status;
}

Status IncidentStore::SetState(IncidentId id, State state) {
  return Edit(id, "UPDATE incident SET state=CAST(?2 AS INTEGER) WHERE id=?1", {std::to_string(static_cast<int>(state))});
}
Status IncidentStore::Assign(IncidentId id, const std::string& assignee) {
  return Edit(id, "UPDATE incident SET assignee=?2 WHERE id=?1", {assignee});
}
Status IncidentStore::AddTag(IncidentId id, const std::string& tag) {
  return Edit(id, "INSERT INTO tag SELECT id, ?2 FROM incident WHERE id=?1 ON CONFLICT DO UPDATE SET tag=excluded.tag", {tag});
}
Status IncidentStore::RemoveTag(IncidentId id, const std::string& tag) {
  Status status = Edit(id, "DELETE FROM tag WHERE incident=?1 AND tag=?2", {tag});
  if (status || status.error().code() != ErrorCode::kNotFound) return status;
  return Error(ErrorCode::kNotFound, "incident " + std::to_string(id) + " has no such tag");
}
Status IncidentStore::AddComment(IncidentId id, const Comment& comment) {
  return Edit(id, "INSERT INTO comment SELECT id, CAST(?2 AS INTEGER), ?3, ?4 FROM incident WHERE id=?1",
              {std::to_string(comment.time.nanoseconds()), comment.author, comment.text});
}

Result<bool> IncidentStore::Remove(std::string_view which, int64_t bound, std::atomic<uint64_t>& counter) {
  int64_t open = 0, removed = 0;
  Status status = Write([&]() -> Status {
    const std::string ids = "SELECT id FROM incident " + std::string(which) + " LIMIT " + std::to_string(kRemovedAtATime);
    Result<Statement> count = writer_->Prepare("SELECT count(*) FROM incident WHERE state<=2 AND id IN (" + ids + ")");
    if (!count) return count.error();
    const Result<bool> row = count->Bind(1, bound).Step();
    if (!row) return row.error();
    open = count->Number(0);
    count->Reset();
    Result<Statement> remove = writer_->Prepare("DELETE FROM incident WHERE id IN (" + ids + ")");
    if (!remove) return remove.error();
    if (Status run = remove->Bind(1, bound).Run(); !run) return run;
    removed = writer_->Changes();
    return {};
  });
  if (!status) return status.error();
  counter.fetch_add(static_cast<uint64_t>(removed));
  counters_.incidents_removed_open.fetch_add(static_cast<uint64_t>(open));
  return removed == kRemovedAtATime;
}

Result<int64_t> IncidentStore::Bytes() const {
  int64_t bytes = 0;
  Status status = Read([&](Database& reader) -> Status {
    const Result<int64_t> answer = reader.Number(
        "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s");
    if (!answer) return answer.error();
    bytes = *answer;
    return {};
  });
  if (!status) return status.error();
  return bytes;
}

Result<bool> IncidentStore::Retain(Timestamp now) {
  Result<bool> more = Remove("WHERE last<?1 ORDER BY last", (now - options_.keep).nanoseconds(), counters_.incidents_expired);
  if (!more) return more;
  // Pages on the free list are used again before the file grows.
  const Result<int64_t> bytes = Bytes();
  if (!bytes) return bytes.error();
  if (static_cast<uint64_t>(*bytes) <= options_.max_bytes) return more;
  return Remove("WHERE id>?1 ORDER BY id", 0, counters_.incidents_removed_for_size);
}

}  // namespace sluice::incident
