#include "control/evidence/vault.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/byte_order.h"
#include "base/log.h"
#include "dataplane/event/json_text.h"

namespace sluice::evidence {
namespace {

namespace fs = std::filesystem;
using event::EvidenceBuffer;
using event::EvidenceBytes;
using event::EvidenceItem;

// Items that go for one that finds the disk full.
constexpr int kMostRemovedForOne = 64;

// The head of a capture file with nanoseconds (draft-ietf-opsawg-pcap, 4).
constexpr uint32_t kNanosecondMagic = 0xa1b23c4d, kSnapLength = 262144;

uint32_t LinkNumber(packet::LinkType type) {
  switch (type) {
    case packet::LinkType::kEthernet: return 1;
    case packet::LinkType::kRawIp: return 101;
    case packet::LinkType::kLinuxCooked: return 113;
    case packet::LinkType::kLinuxCooked2: return 276;
    case packet::LinkType::kNull: return 0;
    case packet::LinkType::kLoop: return 108;
    case packet::LinkType::kPpp: return 9;
  }
  return 1;
}

std::array<uint8_t, 24> CaptureHead(packet::LinkType type) {
  std::array<uint8_t, 24> head{};
  StoreLe32(head.data(), kNanosecondMagic);
  head[4] = 2;  // version 2.4
  head[6] = 4;
  StoreLe32(head.data() + 16, kSnapLength);
  StoreLe32(head.data() + 20, LinkNumber(type));
  return head;
}

std::string Hex(std::span<const uint8_t> bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

Evidence FactsOf(const EvidenceItem& item) {
  Evidence evidence;
  evidence.time = item.time;
  evidence.outcome = kWriting;
  evidence.rule = item.rule.view();
  evidence.client = packet::Format(item.flow.src);
  evidence.destination = packet::Format(item.flow.dst);
  evidence.port = item.flow.dst_port;
  evidence.name = item.about.name.view();
  evidence.media_type = item.about.media_type;
  evidence.bytes = item.bytes_seen;
  evidence.bytes_kept = item.object.size;
  evidence.bytes_lost = item.bytes_lost;
  evidence.complete = item.complete;
  evidence.over_limit = item.over_limit;
  evidence.no_buffer = item.no_buffer;
  evidence.packets = item.packet_count;
  evidence.packets_left_out = item.packets_left_out;
  evidence.references.assign(item.references.begin(), item.references.begin() + item.reference_count);
  return evidence;
}

std::string FactsText(const Evidence& evidence, const EvidenceItem& item) {
  std::string text;
  event::JsonText json(text);
  json.BeginObject();
  json.Time("time", evidence.time);
  json.Text("rule", evidence.rule);
  json.Hex64("flow", item.flow.id);
  json.Text("client", evidence.client);
  json.Number("client_port", item.flow.src_port);
  json.Text("destination", evidence.destination);
  json.Number("destination_port", item.flow.dst_port);
  json.Text("app", item.flow.app);
  json.Text("direction", content::Name(item.direction));
  json.Text("name", evidence.name);
  json.Text("media_type", evidence.media_type);
  json.Number("bytes", evidence.bytes);
  json.Number("bytes_kept", evidence.bytes_kept);
  json.Number("bytes_lost", evidence.bytes_lost);
  json.Bool("complete", evidence.complete);
  json.Bool("over_limit", evidence.over_limit);
  json.Bool("no_buffer", evidence.no_buffer);
  json.Number("packets", evidence.packets);
  json.Number("packets_left_out", evidence.packets_left_out);
  json.EndObject();
  return text;
}

Status AddChain(ItemWriter& writer, BlockKind kind, const EvidenceBytes& chain) {
  for (const EvidenceBuffer* buffer = chain.first; buffer != nullptr; buffer = buffer->next) {
    if (Status status = writer.Add(kind, {buffer->bytes.data(), buffer->size}); !status) return status;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Vault>> Vault::Open(const VaultOptions& options) {
  std::error_code failed;
  const bool made = fs::create_directories(options.directory, failed);
  if (failed) return Error::FromErrno(failed.value(), "evidence: directory " + options.directory);
  if (made) fs::permissions(options.directory, fs::perms::owner_all, failed);
  std::unique_ptr<Vault> vault(new Vault(options));
  const std::lock_guard<std::mutex> lock(vault->mutex_);
  for (const auto step : {&Vault::OpenIndex, &Vault::DropUnfinished, &Vault::ReadDigestKey, &Vault::CountStored}) {
    if (Status status = (*vault.*step)(); !status) return status.error();
  }
  return vault;
}

// Items that the new index does not know stay where they are, for whoever can mend the old one.
Status Vault::OpenIndex() {
  const std::string path = options_.directory + "/evidence.db";
  Result<VaultIndex> index = VaultIndex::Open(path);
  if (!index && index.error().code() == ErrorCode::kCorrupt) {
    const int64_t now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    Result<std::string> aside = database::SetAside(path, now);
    if (!aside) return aside.error();
    alarms_.push_back(index.error().message() + "; it is kept as " + *aside + " and a new one was begun");
    LogError(alarms_.back());
    index = VaultIndex::Open(path);
  }
  if (!index) return index.error();
  index_.emplace(std::move(*index));
  return {};
}

Status Vault::DropUnfinished() {
  const Result<std::vector<EvidenceId>> rows = index_->WithOutcome(kWriting);
  if (!rows) return rows.error();
  for (const EvidenceId id : *rows) {
    std::error_code ignored;
    fs::remove(PathOf(id), ignored);
    fs::remove(PathOf(id) + std::string(ItemWriter::kUnfinished), ignored);
    if (Status status = index_->SetOutcome(id, "unfinished"); !status) return status;
    counters_.evidence_unfinished.fetch_add(1);
  }
  if (!rows->empty()) LogError(std::to_string(rows->size()) + " items of evidence were being written when the appliance ended, and are dropped");
  return {};
}

Status Vault::ReadDigestKey() {
  if (!options_.keyed_digest) return {};
  const std::string path = options_.directory + "/digest.key";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Error::FromErrno(errno, "evidence: " + path);
  ssize_t got = read(file, digest_key_.data(), digest_key_.size());
  if (got == 0) {
    randombytes_buf(digest_key_.data(), digest_key_.size());
    got = write(file, digest_key_.data(), digest_key_.size());
    if (got > 0 && fsync(file) != 0) got = -1;
  }
  const int error = errno;
  close(file);
  if (got == static_cast<ssize_t>(digest_key_.size())) return {};
  return got < 0 ? Error::FromErrno(error, "evidence: " + path) : Error(ErrorCode::kCorrupt, "evidence: " + path + " is not a key of 32 bytes");
}

Status Vault::CountStored() {
  const Result<uint64_t> bytes = index_->StoredBytes(), items = index_->StoredItems();
  if (!bytes) return bytes.error();
  if (!items) return items.error();
  stored_bytes_.store(*bytes);
  stored_items_.store(*items);
  return {};
}

std::string Vault::PathOf(EvidenceId id) const { return options_.directory + "/" + std::to_string(id) + ".sle"; }

std::vector<std::string> Vault::Alarms() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> alarms = alarms_;
  const uint64_t full = counters_.evidence_refused_full.load(), failed = counters_.evidence_failed.load();
  if (full > 0) alarms.push_back(std::to_string(full) + " items of evidence were not stored: the vault or its disk was full");
  if (failed > 0) alarms.push_back(std::to_string(failed) + " items of evidence could not be written; the log says why");
  return alarms;
}

std::string Vault::DigestOf(const EvidenceItem& item) const {
  std::array<uint8_t, crypto_hash_sha256_BYTES> digest;
  static_assert(crypto_auth_hmacsha256_BYTES == crypto_hash_sha256_BYTES);
  crypto_auth_hmacsha256_state keyed;
  crypto_hash_sha256_state plain;
  crypto_auth_hmacsha256_init(&keyed, digest_key_.data(), digest_key_.size());
  crypto_hash_sha256_init(&plain);
  for (const EvidenceBuffer* buffer = item.object.first; buffer != nullptr; buffer = buffer->next) {
    if (options_.keyed_digest) crypto_auth_hmacsha256_update(&keyed, buffer->bytes.data(), buffer->size);
    else crypto_hash_sha256_update(&plain, buffer->bytes.data(), buffer->size);
  }
  if (options_.keyed_digest) crypto_auth_hmacsha256_final(&keyed, digest.data());
  else crypto_hash_sha256_final(&plain, digest.data());
  return Hex(digest);
}

Result<bool> Vault::RemoveOldest() {
  const Result<EvidenceId> oldest = index_->OldestBefore(Timestamp::FromNanoseconds(INT64_MAX));
  if (!oldest) return oldest.error();
  if (*oldest == 0) return false;
  if (Status status = Remove(*oldest, "removed_for_size"); !status) return status.error();
  counters_.evidence_removed_for_size.fetch_add(1);
  return true;
}

// The row first: a file without one is of no use, a row without its file says that it is there when it is not.
Status Vault::Remove(EvidenceId id, std::string_view why) {
  if (Status status = index_->SetOutcome(id, why); !status) return status;
  std::error_code failed;
  fs::remove(PathOf(id), failed);
  if (failed) return Error::FromErrno(failed.value(), "evidence: removing " + PathOf(id));
  return CountStored();
}

Result<bool> Vault::MakeRoom(uint64_t bytes) {
  while (stored_bytes_.load() + bytes > options_.max_bytes) {
    if (options_.stop_when_full || bytes > options_.max_bytes) return false;
    const Result<bool> removed = RemoveOldest();
    if (!removed || !*removed) return removed;
  }
  return true;
}

Status Vault::WriteFile(const EvidenceItem& item, EvidenceId id, const Evidence& evidence) {
  Result<std::unique_ptr<ItemWriter>> writer = ItemWriter::Begin(PathOf(id), options_.key, FactsText(evidence, item));
  if (!writer) return writer.error();
  if (Status status = AddChain(**writer, BlockKind::kObject, item.object); !status) return status;
  if (item.packet_count > 0) {
    const std::array<uint8_t, 24> head = CaptureHead(item.link_type);
    if (Status status = (*writer)->Add(BlockKind::kCapture, {head.data(), head.size()}); !status) return status;
    if (Status status = AddChain(**writer, BlockKind::kCapture, item.packets); !status) return status;
  }
  const std::string kind = options_.keyed_digest ? "hmac-sha256" : "sha256", digest = DigestOf(item);
  if (Status status = (*writer)->Finish("{\"" + kind + "\":\"" + digest + "\"}"); !status) return status;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Status status = index_->SetStored(id, kind, digest, (*writer)->bytes()); !status) return status;
  counters_.evidence_stored.fetch_add(1);
  return CountStored();
}

Status Vault::Refuse(EvidenceId id, std::string_view outcome, std::atomic<uint64_t>& counter) {
  counter.fetch_add(1);
  return index_->SetOutcome(id, outcome);
}

Result<EvidenceId> Vault::Store(const EvidenceItem& item) {
  const Evidence evidence = FactsOf(item);
  EvidenceId id = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const Result<EvidenceId> row = index_->Add(evidence);
    if (!row) {
      counters_.evidence_failed.fetch_add(1);
      return row.error();
    }
    id = *row;
    const Result<bool> room = MakeRoom(item.object.size + item.packets.size);
    if (!room || !*room) {
      if (Status status = Refuse(id, "vault_full", counters_.evidence_refused_full); !status) return status.error();
      return id;
    }
  }
  for (int removed = 0; true; ++removed) {
    const Status written = WriteFile(item, id, evidence);
    if (written) return id;
    const bool full = written.error().code() == ErrorCode::kResourceExhausted;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (full && !options_.stop_when_full && removed < kMostRemovedForOne) {
      const Result<bool> gone = RemoveOldest();
      if (gone && *gone) continue;
    }
    LogError("an item of evidence cannot be stored: " + written.error().message());
    Status refused = Refuse(id, full ? "disk_full" : "failed", full ? counters_.evidence_refused_full : counters_.evidence_failed);
    if (!refused) return refused.error();
    return id;
  }
}

Status Vault::Note(const Evidence& absent) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Result<EvidenceId> row = index_->Add(absent);
  return row ? Status() : Status(row.error());
}

Status Vault::Retain(Timestamp now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (true) {
    const Result<EvidenceId> oldest = index_->OldestBefore(now - options_.keep);
    if (!oldest) return oldest.error();
    if (*oldest == 0) return index_->TrimNotes();
    if (Status status = Remove(*oldest, "expired"); !status) return status;
    counters_.evidence_expired.fetch_add(1);
  }
}

Result<std::vector<Evidence>> Vault::List(EvidenceId before, size_t limit) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return index_->List(before, limit);
}

Result<Evidence> Vault::Get(EvidenceId id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return index_->Get(id);
}

Result<std::vector<Evidence>> Vault::OfReferences(std::span<const uint64_t> references) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return index_->OfReferences(references);
}

Result<std::string> Vault::Read(EvidenceId id) {
  const Result<Evidence> row = Get(id);
  if (!row) return row.error();
  if (row->outcome != kStored) return Error(ErrorCode::kNotFound, "evidence " + std::to_string(id) + " is not stored: " + row->outcome);
  std::ifstream file(PathOf(id), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file || bytes.size() != row->file_bytes) return Error(ErrorCode::kIo, "evidence " + std::to_string(id) + " cannot be read as it was written");
  return bytes;
}

}  // namespace sluice::evidence
