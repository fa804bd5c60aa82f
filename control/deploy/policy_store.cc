#include "control/deploy/policy_store.h"

#include <filesystem>
#include <utility>

#include "rules/compile/compiler.h"

namespace sluice::deploy {
namespace {

using database::Database;
using database::Statement;

// "Slpo"
constexpr int64_t kApplication = 0x536c706f;
constexpr char kSchema[] =
    "CREATE TABLE version(id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, author TEXT NOT NULL, comment TEXT NOT NULL,"
    " time INTEGER NOT NULL, rules INTEGER NOT NULL, signer TEXT NOT NULL);"
    "CREATE TABLE publication(id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, author TEXT NOT NULL, how TEXT NOT NULL,"
    " time INTEGER NOT NULL, generation INTEGER NOT NULL);"
    "CREATE TABLE file(digest TEXT NOT NULL); INSERT INTO file VALUES(''); PRAGMA application_id=1399615599";
static_assert(kApplication == 1399615599);

constexpr char kVersionColumns[] = "SELECT id,digest,author,comment,time,rules,signer FROM version ";
constexpr char kPublicationColumns[] = "SELECT version,author,how,time,generation FROM publication ";

Version VersionOf(const Statement& row) {
  Version version;
  version.id = row.Number(0);
  version.digest = row.Text(1);
  version.author = row.Text(2);
  version.comment = row.Text(3);
  version.time = Timestamp::FromNanoseconds(row.Number(4));
  version.rules = static_cast<uint64_t>(row.Number(5));
  version.signer = row.Text(6);
  return version;
}

Publication PublicationOf(const Statement& row) {
  return {row.Number(0), row.Text(1), row.Text(2), Timestamp::FromNanoseconds(row.Number(3)), static_cast<uint32_t>(row.Number(4))};
}

// All rows of a statement that is bound.
template <typename T>
Result<std::vector<T>> ReadAll(Statement& rows, T (*read)(const Statement&)) {
  std::vector<T> all;
  while (true) {
    const Result<bool> row = rows.Step();
    if (!row) return row.error();
    if (!*row) return all;
    all.push_back(read(rows));
  }
}

}  // namespace

Result<std::unique_ptr<PolicyStore>> PolicyStore::Open(const std::string& directory) {
  const std::string path = directory + "/policies.db";
  Result<Database> database = Database::Open(path, Database::Access::kAlone);
  if (!database) return database.error();
  const Result<int64_t> tables = database->Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) {
    if (Status status = database->Execute(kSchema); !status) return status.error();
  }
  const Result<int64_t> application = database->Number("PRAGMA application_id");
  if (!application) return application.error();
  // Never set aside in silence: which policy is in force would be forgotten.
  if (*application != kApplication) return Error(ErrorCode::kVersionMismatch, "database " + path + " is not one of policies");
  std::error_code failed;
  std::filesystem::create_directories(directory + "/policies", failed);
  if (failed) return Error::FromErrno(failed.value(), "directory " + directory + "/policies");
  std::filesystem::permissions(directory + "/policies", std::filesystem::perms::owner_all, failed);
  return std::unique_ptr<PolicyStore>(new PolicyStore(directory, std::move(*database)));
}

Result<std::optional<Version>> PolicyStore::FindDigest(const std::string& digest) {
  Result<Statement> rows = database_.Prepare(std::string(kVersionColumns) + "WHERE digest=?1");
  if (!rows) return rows.error();
  rows->Bind(1, digest);
  Result<std::vector<Version>> found = ReadAll(*rows, &VersionOf);
  if (!found) return found.error();
  return found->empty() ? std::optional<Version>() : std::move(found->front());
}

Result<Version> PolicyStore::Add(Version version, ByteView bytes) {
  Result<std::optional<Version>> known = FindDigest(version.digest);
  if (!known) return known.error();
  // The file first: a row without its bundle would be a promise that cannot be kept. The signature is not part of the digest, so
  // that the same policy may come again with another one.
  if (Status written = compile::WriteFileAtomically(PathOf(version), bytes); !written) return written.error();
  if (*known) return **known;
  if (Status status = RemoveOldest(); !status) return status.error();
  Result<Statement> insert = database_.Prepare("INSERT INTO version(digest,author,comment,time,rules,signer) VALUES(?1,?2,?3,?4,?5,?6)");
  if (!insert) return insert.error();
  insert->Bind(1, version.digest).Bind(2, version.author).Bind(3, version.comment).Bind(4, version.time.nanoseconds());
  insert->Bind(5, static_cast<int64_t>(version.rules)).Bind(6, version.signer);
  if (Status status = insert->Run(); !status) return status.error();
  version.id = database_.LastRowId();
  return version;
}

Status PolicyStore::RemoveOldest() {
  Result<std::vector<Version>> all = List();
  if (!all) return all.error();
  if (all->size() < kMaxVersions) return {};
  const Result<std::optional<Publication>> in_force = InForce(), before = Before();
  if (!in_force) return in_force.error();
  if (!before) return before.error();
  for (auto oldest = all->rbegin(); oldest != all->rend(); ++oldest) {
    if ((*in_force && (*in_force)->version == oldest->id) || (*before && (*before)->version == oldest->id)) continue;
    Result<Statement> erase = database_.Prepare("DELETE FROM version WHERE id=?1");
    if (!erase) return erase.error();
    if (Status status = erase->Bind(1, oldest->id).Run(); !status) return status;
    std::error_code gone_already;
    std::filesystem::remove(PathOf(*oldest), gone_already);
    ++removed_;
    return {};
  }
  return {};
}

Result<std::vector<Version>> PolicyStore::List() {
  Result<Statement> rows = database_.Prepare(std::string(kVersionColumns) + "ORDER BY id DESC");
  if (!rows) return rows.error();
  return ReadAll(*rows, &VersionOf);
}

Result<Version> PolicyStore::Get(VersionId id) {
  Result<Statement> rows = database_.Prepare(std::string(kVersionColumns) + "WHERE id=?1");
  if (!rows) return rows.error();
  rows->Bind(1, id);
  Result<std::vector<Version>> found = ReadAll(*rows, &VersionOf);
  if (!found) return found.error();
  if (found->empty()) return Error(ErrorCode::kNotFound, "there is no policy " + std::to_string(id));
  return std::move(found->front());
}

Status PolicyStore::Record(const Publication& publication) {
  Result<Statement> insert = database_.Prepare("INSERT INTO publication(version,author,how,time,generation) VALUES(?1,?2,?3,?4,?5)");
  if (!insert) return insert.error();
  insert->Bind(1, publication.version).Bind(2, publication.author).Bind(3, publication.how).Bind(4, publication.time.nanoseconds());
  return insert->Bind(5, int64_t{publication.generation}).Run();
}

Result<std::vector<Publication>> PolicyStore::History(size_t limit) {
  Result<Statement> rows = database_.Prepare(std::string(kPublicationColumns) + "ORDER BY id DESC LIMIT ?1");
  if (!rows) return rows.error();
  rows->Bind(1, static_cast<int64_t>(limit));
  return ReadAll(*rows, &PublicationOf);
}

Result<std::optional<Publication>> PolicyStore::InForce() {
  Result<std::vector<Publication>> last = History(1);
  if (!last) return last.error();
  return last->empty() ? std::optional<Publication>() : std::move(last->front());
}

Result<std::optional<Publication>> PolicyStore::Before() {
  Result<Statement> rows = database_.Prepare(std::string(kPublicationColumns) +
                                             "WHERE version<>(SELECT version FROM publication ORDER BY id DESC LIMIT 1) ORDER BY id DESC LIMIT 1");
  if (!rows) return rows.error();
  Result<std::vector<Publication>> found = ReadAll(*rows, &PublicationOf);
  if (!found) return found.error();
  return found->empty() ? std::optional<Publication>() : std::move(found->front());
}

Result<std::string> PolicyStore::FileDigest() {
  Result<Statement> rows = database_.Prepare("SELECT digest FROM file");
  if (!rows) return rows.error();
  const Result<bool> row = rows->Step();
  if (!row) return row.error();
  std::string digest = *row ? rows->Text(0) : std::string();
  rows->Reset();
  return digest;
}

Status PolicyStore::SetFileDigest(const std::string& digest) {
  Result<Statement> update = database_.Prepare("UPDATE file SET digest=?1");
  if (!update) return update.error();
  return update->Bind(1, digest).Run();
}

}  // namespace sluice::deploy
