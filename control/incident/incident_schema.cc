#include "control/incident/incident_schema.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "control/incident/incident.h"

namespace sluice::incident {
namespace {

using database::Database;
using database::Statement;
using database::Transaction;

// "Slce": so that nobody's other database is taken for ours.
constexpr int64_t kApplication = 0x536c6365, kVersion = 1;
// A whole check reads the whole file; beyond this a fault is met when its page is.
constexpr uintmax_t kCheckedBytes = uintmax_t{64} << 20;

constexpr char kSchema[] = R"(
CREATE TABLE incident(
  id INTEGER PRIMARY KEY AUTOINCREMENT, state INTEGER NOT NULL, rule TEXT NOT NULL, client TEXT NOT NULL, destination TEXT NOT NULL,
  port INTEGER NOT NULL, document TEXT NOT NULL, client_name TEXT NOT NULL, app TEXT NOT NULL, direction TEXT NOT NULL,
  media_type TEXT NOT NULL, severity INTEGER NOT NULL, verdict INTEGER NOT NULL, action INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, findings INTEGER NOT NULL, assignee TEXT NOT NULL DEFAULT '', sample TEXT NOT NULL,
  references_left_out INTEGER NOT NULL DEFAULT 0);
CREATE INDEX incident_subject ON incident(client, rule, destination, port, document);
CREATE INDEX incident_rule ON incident(rule);
CREATE INDEX incident_state ON incident(state);
CREATE INDEX incident_destination ON incident(destination);
CREATE INDEX incident_last ON incident(last);
CREATE TABLE reference(reference INTEGER NOT NULL, incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
  PRIMARY KEY(reference, incident)) WITHOUT ROWID;
CREATE INDEX reference_incident ON reference(incident);
CREATE TABLE comment(incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE, time INTEGER NOT NULL, author TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE INDEX comment_incident ON comment(incident);
CREATE TABLE tag(incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE, tag TEXT NOT NULL, PRIMARY KEY(incident, tag)) WITHOUT ROWID;
CREATE INDEX tag_tag ON tag(tag, incident);
)";

// What pages are found by (IncidentSearch). Later than version 1 in part, and made where a database lacks it.
constexpr char kIndexes[] = R"(
CREATE INDEX IF NOT EXISTS incident_client ON incident(client);
CREATE INDEX IF NOT EXISTS incident_severity ON incident(severity);
CREATE INDEX IF NOT EXISTS incident_assignee ON incident(assignee) WHERE assignee<>'';
)";

Status CheckWhole(Database& database, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) > kCheckedBytes) return {};
  Result<Statement> check = database.Prepare("PRAGMA quick_check(1)");
  if (!check) return check.error();
  const Result<bool> row = check->Step();
  if (!row) return row.error();
  if (*row && check->Text(0) == "ok") return {};
  return Error(ErrorCode::kCorrupt, "database " + path + " fails its check");
}

}  // namespace

Status MakeSchema(Database& database, const std::string& path) {
  const Result<int64_t> application = database.Number("PRAGMA application_id");
  if (!application) return application.error();
  const Result<int64_t> tables = database.Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) {
    Transaction transaction(database);
    if (!transaction.begun()) return transaction.begun();
    const std::string marks = "PRAGMA application_id=" + std::to_string(kApplication) + "; PRAGMA user_version=" + std::to_string(kVersion);
    if (Status status = database.Execute(std::string(kSchema) + kIndexes + marks); !status) return status;
    return transaction.Commit();
  }
  const Result<int64_t> version = database.Number("PRAGMA user_version");
  if (!version) return version.error();
  if (*application == kApplication && *version == kVersion) {
    if (Status whole = CheckWhole(database, path); !whole) return whole;
    return database.Execute(kIndexes);
  }
  // Of another program or another version: nothing that may be set aside in silence.
  return Error(ErrorCode::kVersionMismatch, "database " + path + " is not an incident database of version " + std::to_string(kVersion));
}

Result<std::unique_ptr<Statements>> Statements::Prepare(Database& database) {
  // State 2 is the last one that findings may join (State::kConfirmed).
  static_assert(static_cast<int>(State::kConfirmed) == 2);
  constexpr const char* kTexts[] = {
      "SELECT id FROM incident WHERE client=?1 AND rule=?2 AND destination=?3 AND port=?4 AND document=?5 AND state<=2 AND last>=?6"
      " ORDER BY id DESC LIMIT 1",
      "SELECT i.id FROM reference r JOIN incident i ON i.id=r.incident WHERE r.reference=?1 AND i.state<=2 AND (?2='' OR i.document='')"
      " ORDER BY i.id DESC LIMIT 1",
      "INSERT INTO incident(state,rule,client,destination,port,document,client_name,app,direction,media_type,severity,verdict,action,"
      "first,last,findings,sample) VALUES(0,?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
      "UPDATE incident SET severity=max(severity,?2), verdict=max(verdict,?3), action=max(action,?4), first=min(first,?5),"
      " last=max(last,?6), findings=findings+?7 WHERE id=?1",
      "UPDATE incident SET document=?2, media_type=?3 WHERE id=?1",
      "SELECT EXISTS(SELECT 1 FROM reference WHERE incident=?1 AND reference=?2), (SELECT count(*) FROM reference WHERE incident=?1)",
      "INSERT INTO reference VALUES(?2, ?1)",
      "UPDATE incident SET references_left_out=references_left_out+?2 WHERE id=?1"};
  std::vector<Statement> prepared;
  for (const char* text : kTexts) {
    Result<Statement> statement = database.Prepare(text);
    if (!statement) return statement.error();
    prepared.push_back(std::move(*statement));
  }
  auto next = prepared.begin();
  const auto take = [&next]() -> Statement { return std::move(*next++); };
  return std::unique_ptr<Statements>(new Statements{take(), take(), take(), take(), take(), take(), take(), take()});
}

}  // namespace sluice::incident
