#include "control/evidence/vault_index.h"

#include <algorithm>

namespace sluice::evidence {
namespace {

using database::Database;
using database::Statement;

// "Slev"
constexpr int64_t kApplication = 0x536c6576;
constexpr char kSchema[] =
    "CREATE TABLE evidence(id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, outcome TEXT NOT NULL, rule TEXT NOT NULL,"
    " client TEXT NOT NULL, destination TEXT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, port INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, bytes_kept INTEGER NOT NULL, bytes_lost INTEGER NOT NULL, complete INTEGER NOT NULL,"
    " over_limit INTEGER NOT NULL, no_buffer INTEGER NOT NULL, packets INTEGER NOT NULL, packets_left_out INTEGER NOT NULL,"
    " digest_kind TEXT NOT NULL, digest TEXT NOT NULL, file_bytes INTEGER NOT NULL);"
    "CREATE INDEX evidence_outcome ON evidence(outcome, time);"
    "CREATE TABLE reference(reference INTEGER NOT NULL, evidence INTEGER NOT NULL REFERENCES evidence ON DELETE CASCADE,"
    " PRIMARY KEY(reference, evidence)) WITHOUT ROWID;"
    "CREATE INDEX reference_evidence ON reference(evidence);"
    "PRAGMA application_id=1399612790";
static_assert(kApplication == 1399612790);
constexpr std::string_view kColumns =
    "SELECT id,time,outcome,rule,client,destination,name,media_type,port,bytes,bytes_kept,bytes_lost,complete,over_limit,no_buffer,packets,"
    "packets_left_out,digest_kind,digest,file_bytes FROM evidence ";

Evidence RowOf(const Statement& row) {
  const auto count = [&](int column) { return static_cast<uint64_t>(row.Number(column)); };
  Evidence evidence;
  evidence.id = row.Number(0);
  evidence.time = Timestamp::FromNanoseconds(row.Number(1));
  evidence.outcome = row.Text(2);
  evidence.rule = row.Text(3);
  evidence.client = row.Text(4);
  evidence.destination = row.Text(5);
  evidence.name = row.Text(6);
  evidence.media_type = row.Text(7);
  evidence.port = static_cast<uint16_t>(row.Number(8));
  evidence.bytes = count(9);
  evidence.bytes_kept = count(10);
  evidence.bytes_lost = count(11);
  evidence.complete = row.Number(12) != 0;
  evidence.over_limit = row.Number(13) != 0;
  evidence.no_buffer = row.Number(14) != 0;
  evidence.packets = count(15);
  evidence.packets_left_out = count(16);
  evidence.digest_kind = row.Text(17);
  evidence.digest = row.Text(18);
  evidence.file_bytes = count(19);
  return evidence;
}

}  // namespace

Result<VaultIndex> VaultIndex::Open(const std::string& path) {
  Result<Database> database = Database::Open(path, Database::Access::kAlone);
  if (!database) return database.error();
  const Result<int64_t> tables = database->Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) {
    if (Status status = database->Execute(kSchema); !status) return status.error();
  }
  const Result<int64_t> application = database->Number("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != kApplication) return Error(ErrorCode::kVersionMismatch, "database " + path + " is not one of evidence");
  return VaultIndex(std::move(*database));
}

Result<EvidenceId> VaultIndex::Add(const Evidence& evidence) {
  database::Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun().error();
  Result<Statement> insert = database_.Prepare(
      "INSERT INTO evidence(time,outcome,rule,client,destination,name,media_type,port,bytes,bytes_kept,bytes_lost,complete,over_limit,no_buffer,"
      "packets,packets_left_out,digest_kind,digest,file_bytes) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)");
  if (!insert) return insert.error();
  insert->Bind(1, evidence.time.nanoseconds()).Bind(2, evidence.outcome).Bind(3, evidence.rule).Bind(4, evidence.client).Bind(5, evidence.destination);
  insert->Bind(6, evidence.name).Bind(7, evidence.media_type).Bind(8, int64_t{evidence.port}).Bind(9, static_cast<int64_t>(evidence.bytes));
  insert->Bind(10, static_cast<int64_t>(evidence.bytes_kept)).Bind(11, static_cast<int64_t>(evidence.bytes_lost));
  insert->Bind(12, int64_t{evidence.complete}).Bind(13, int64_t{evidence.over_limit}).Bind(14, int64_t{evidence.no_buffer});
  insert->Bind(15, static_cast<int64_t>(evidence.packets)).Bind(16, static_cast<int64_t>(evidence.packets_left_out));
  insert->Bind(17, evidence.digest_kind).Bind(18, evidence.digest).Bind(19, static_cast<int64_t>(evidence.file_bytes));
  if (Status status = insert->Run(); !status) return status.error();
  const EvidenceId id = database_.LastRowId();
  Result<Statement> refer = database_.Prepare("INSERT OR IGNORE INTO reference VALUES(?1,?2)");
  if (!refer) return refer.error();
  for (const uint64_t reference : evidence.references) {
    if (Status status = refer->Bind(1, static_cast<int64_t>(reference)).Bind(2, id).Run(); !status) return status.error();
  }
  if (Status status = transaction.Commit(); !status) return status.error();
  return id;
}

Status VaultIndex::SetOutcome(EvidenceId id, std::string_view outcome) {
  Result<Statement> set = database_.Prepare("UPDATE evidence SET outcome=?2 WHERE id=?1");
  if (!set) return set.error();
  return set->Bind(1, id).Bind(2, outcome).Run();
}

Status VaultIndex::SetStored(EvidenceId id, const std::string& digest_kind, const std::string& digest, uint64_t file_bytes) {
  Result<Statement> set = database_.Prepare("UPDATE evidence SET outcome='stored', digest_kind=?2, digest=?3, file_bytes=?4 WHERE id=?1");
  if (!set) return set.error();
  return set->Bind(1, id).Bind(2, digest_kind).Bind(3, digest).Bind(4, static_cast<int64_t>(file_bytes)).Run();
}

Status VaultIndex::TrimNotes() {
  Result<Statement> trim = database_.Prepare(
      "DELETE FROM evidence WHERE id IN (SELECT id FROM evidence WHERE outcome NOT IN ('stored','writing') ORDER BY id DESC LIMIT -1 OFFSET ?1)");
  if (!trim) return trim.error();
  return trim->Bind(1, kMaxNotes).Run();
}

Result<std::vector<Evidence>> VaultIndex::Rows(Statement& rows) {
  std::vector<Evidence> found;
  while (true) {
    const Result<bool> row = rows.Step();
    if (!row) return row.error();
    if (!*row) break;
    found.push_back(RowOf(rows));
  }
  for (Evidence& evidence : found) {
    if (Status status = ReadReferences(evidence); !status) return status.error();
  }
  return found;
}

Status VaultIndex::ReadReferences(Evidence& evidence) {
  Result<Statement> rows = database_.Prepare("SELECT reference FROM reference WHERE evidence=?1");
  if (!rows) return rows.error();
  rows->Bind(1, evidence.id);
  while (true) {
    const Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return {};
    evidence.references.push_back(static_cast<uint64_t>(rows->Number(0)));
  }
}

Result<std::vector<Evidence>> VaultIndex::List(EvidenceId before, size_t limit) {
  Result<Statement> rows = database_.Prepare(std::string(kColumns) + "WHERE ?1=0 OR id<?1 ORDER BY id DESC LIMIT ?2");
  if (!rows) return rows.error();
  rows->Bind(1, before).Bind(2, static_cast<int64_t>(limit));
  return Rows(*rows);
}

Result<Evidence> VaultIndex::Get(EvidenceId id) {
  Result<Statement> rows = database_.Prepare(std::string(kColumns) + "WHERE id=?1");
  if (!rows) return rows.error();
  rows->Bind(1, id);
  Result<std::vector<Evidence>> found = Rows(*rows);
  if (!found) return found.error();
  if (found->empty()) return Error(ErrorCode::kNotFound, "there is no evidence " + std::to_string(id));
  return std::move(found->front());
}

Result<std::vector<Evidence>> VaultIndex::OfReferences(std::span<const uint64_t> references) {
  std::vector<Evidence> all;
  Result<Statement> rows = database_.Prepare(std::string(kColumns) + "WHERE id IN (SELECT evidence FROM reference WHERE reference=?1) ORDER BY id");
  if (!rows) return rows.error();
  for (const uint64_t reference : references) {
    rows->Bind(1, static_cast<int64_t>(reference));
    Result<std::vector<Evidence>> found = Rows(*rows);
    if (!found) return found.error();
    for (Evidence& one : *found) {
      if (std::none_of(all.begin(), all.end(), [&](const Evidence& known) { return known.id == one.id; })) all.push_back(std::move(one));
    }
  }
  return all;
}

Result<std::vector<EvidenceId>> VaultIndex::WithOutcome(std::string_view outcome) {
  Result<Statement> rows = database_.Prepare("SELECT id FROM evidence WHERE outcome=?1 ORDER BY id");
  if (!rows) return rows.error();
  rows->Bind(1, outcome);
  std::vector<EvidenceId> ids;
  while (true) {
    const Result<bool> row = rows->Step();
    if (!row) return row.error();
    if (!*row) return ids;
    ids.push_back(rows->Number(0));
  }
}

Result<EvidenceId> VaultIndex::OldestBefore(Timestamp bound) {
  Result<Statement> rows = database_.Prepare("SELECT id FROM evidence WHERE outcome='stored' AND time<?1 ORDER BY time LIMIT 1");
  if (!rows) return rows.error();
  const Result<bool> row = rows->Bind(1, bound.nanoseconds()).Step();
  if (!row) return row.error();
  return *row ? rows->Number(0) : EvidenceId{0};
}

Result<uint64_t> VaultIndex::StoredBytes() {
  const Result<int64_t> bytes = database_.Number("SELECT ifnull(sum(file_bytes),0) FROM evidence WHERE outcome='stored'");
  if (!bytes) return bytes.error();
  return static_cast<uint64_t>(*bytes);
}

Result<uint64_t> VaultIndex::StoredItems() {
  const Result<int64_t> items = database_.Number("SELECT count(*) FROM evidence WHERE outcome='stored'");
  if (!items) return items.error();
  return static_cast<uint64_t>(*items);
}

}  // namespace sluice::evidence
