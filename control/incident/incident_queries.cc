// What the store is asked: pages, one incident, and what a reference stands for.
#include "control/incident/incident_store.h"

namespace sluice::incident {
namespace {

using database::Database;
using database::Statement;

constexpr std::string_view kColumns =
    "id,state,rule,client,destination,port,document,client_name,app,direction,media_type,severity,verdict,action,first,last,findings,"
    "assignee,sample,references_left_out";

Incident ReadRow(const Statement& row) {
  Incident incident;
  incident.id = row.Number(0);
  incident.state = static_cast<State>(row.Number(1));
  incident.subject = {row.Text(2), row.Text(3), row.Text(4), static_cast<uint16_t>(row.Number(5)), row.Text(6)};
  incident.client_name = row.Text(7);
  incident.app = row.Text(8);
  incident.direction = row.Text(9);
  incident.media_type = row.Text(10);
  incident.severity = static_cast<model::Severity>(row.Number(11));
  incident.verdict = static_cast<verdict::Verdict>(row.Number(12));
  incident.action = static_cast<verdict::ActionTaken>(row.Number(13));
  incident.first = Timestamp::FromNanoseconds(row.Number(14));
  incident.last = Timestamp::FromNanoseconds(row.Number(15));
  incident.findings = static_cast<uint64_t>(row.Number(16));
  incident.assignee = row.Text(17);
  incident.sample = row.Text(18);
  incident.references_left_out = static_cast<uint64_t>(row.Number(19));
  return incident;
}

// Calls `take` for each row.
template <typename Take>
Status ForEach(Statement& statement, Take take) {
  while (true) {
    const Result<bool> row = statement.Step();
    if (!row) return row.error();
    if (!*row) return {};
    take(statement);
  }
}

Status ReadTags(Database& database, Incident& incident) {
  Result<Statement> tags = database.Prepare("SELECT tag FROM tag WHERE incident=? ORDER BY tag");
  if (!tags) return tags.error();
  tags->Bind(1, incident.id);
  return ForEach(*tags, [&](const Statement& row) { incident.tags.push_back(row.Text(0)); });
}

Status ReadDetails(Database& database, Incident& incident) {
  Result<Statement> comments = database.Prepare("SELECT time,author,text FROM comment WHERE incident=? ORDER BY rowid");
  if (!comments) return comments.error();
  comments->Bind(1, incident.id);
  Status status = ForEach(*comments, [&](const Statement& row) {
    incident.comments.push_back({Timestamp::FromNanoseconds(row.Number(0)), row.Text(1), row.Text(2)});
  });
  if (!status) return status;
  Result<Statement> references = database.Prepare("SELECT reference FROM reference WHERE incident=?");
  if (!references) return references.error();
  references->Bind(1, incident.id);
  return ForEach(*references, [&](const Statement& row) { incident.references.push_back(static_cast<uint64_t>(row.Number(0))); });
}

}  // namespace

Result<Page> IncidentStore::List(const Filter& filter, IncidentId from, size_t limit) const {
  Page page;
  Status status = Read([&](Database& reader) -> Status {
    IncidentSearch search(reader, filter, options_.search);
    const Result<IncidentId> next =
        search.Page(kColumns, from, limit, [&](const Statement& row) { page.incidents.push_back(ReadRow(row)); });
    if (!next) return next.error();
    page.next = *next;
    for (Incident& incident : page.incidents) {
      if (Status tags = ReadTags(reader, incident); !tags) return tags;
    }
    return {};
  });
  if (!status) return status.error();
  return page;
}

Result<Incident> IncidentStore::Get(IncidentId id) const {
  std::optional<Incident> incident;
  Status status = Read([&](Database& reader) -> Status {
    Result<Statement> rows = reader.Prepare("SELECT " + std::string(kColumns) + " FROM incident WHERE id=?");
    if (!rows) return rows.error();
    rows->Bind(1, id);
    if (Status read = ForEach(*rows, [&](const Statement& row) { incident = ReadRow(row); }); !read) return read;
    if (!incident) return Error(ErrorCode::kNotFound, "there is no incident " + std::to_string(id));
    if (Status tags = ReadTags(reader, *incident); !tags) return tags;
    return ReadDetails(reader, *incident);
  });
  if (!status) return status.error();
  return std::move(*incident);
}

Result<std::vector<IncidentId>> IncidentStore::FindByReference(uint64_t reference) const {
  std::vector<IncidentId> ids;
  Status status = Read([&](Database& reader) -> Status {
    Result<Statement> rows = reader.Prepare("SELECT incident FROM reference WHERE reference=? ORDER BY incident DESC");
    if (!rows) return rows.error();
    rows->Bind(1, static_cast<int64_t>(reference));
    return ForEach(*rows, [&](const Statement& row) { ids.push_back(row.Number(0)); });
  });
  if (!status) return status.error();
  return ids;
}

}  // namespace sluice::incident
