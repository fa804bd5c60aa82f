// The vault: what is stored, what goes and is counted, what is said where there is nothing.
#include "control/evidence/vault.h"

#include <sodium.h>

#include "control/evidence/item_reader.h"
#include "control/evidence/vault_keeper.h"
#include "tests/unit/control/evidence/evidence_folder.h"

namespace sluice::evidence {
namespace {

using testing::MakeItem;
using testing::View;

std::string Sha256(const std::string& text) {
  std::array<uint8_t, 32> digest;
  crypto_hash_sha256(digest.data(), View(text).data(), text.size());
  std::array<char, 65> hex;
  return sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
}

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() {
    options_.directory = folder_.File("vault");
    options_.key = key_.sealing_key();
    shelf_ = event::EvidenceShelf::Create({.items = 8, .object_bytes = 1 << 20, .packet_bytes = 1 << 16, .buffer_bytes = 4 << 20}).value();
  }
  std::unique_ptr<Vault> Open() const { return Vault::Open(options_).value(); }
  EvidenceId Store(Vault& vault, const std::string& object, uint64_t reference = 0xabc, int64_t seconds = 1000) {
    event::EvidenceItem* item = MakeItem(*shelf_, object, reference, seconds);
    const Result<EvidenceId> id = vault.Store(*item);
    shelf_->LetGo(item);
    return id.value();
  }
  static std::string Outcome(Vault& vault, EvidenceId id) { return vault.Get(id).value().outcome; }

  testing::Folder folder_{"vault"};
  OpeningKey key_ = OpeningKey::Generate().value();
  VaultOptions options_;
  std::unique_ptr<event::EvidenceShelf> shelf_;
};

TEST_F(VaultTest, StoresAnItemThatOpensToTheObjectAndItsPackets) {
  const auto vault = Open();
  const std::string object(100'000, 'o');
  const EvidenceId id = Store(*vault, object);
  const Evidence row = vault->Get(id).value();
  EXPECT_EQ(row.outcome, "stored");
  EXPECT_EQ(row.digest_kind, "sha256");
  EXPECT_EQ(row.digest, Sha256(object));
  EXPECT_EQ(row.bytes_kept, object.size());
  EXPECT_EQ(row.references, std::vector<uint64_t>{0xabc});
  const OpenedItem opened = OpenItem(View(vault->Read(id).value()), key_).value();
  EXPECT_EQ(opened.object, object);
  EXPECT_EQ(opened.capture.size(), 24u + 16 + 60);
  EXPECT_NE(opened.facts.find("plan.docx"), std::string::npos);
}

TEST_F(VaultTest, IsFoundByTheNumbersOfIncidents) {
  const auto vault = Open();
  const EvidenceId first = Store(*vault, "a", 1), second = Store(*vault, "b", 2);
  const std::array<uint64_t, 2> references = {2, 7};
  const auto found = vault->OfReferences(references).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, second);
  EXPECT_EQ(vault->List(0, 10)->size(), 2u);
  EXPECT_EQ(vault->List(second, 10)->at(0).id, first);
}

TEST_F(VaultTest, SurvivesARestartAndDropsWhatWasHalfWritten) {
  EvidenceId whole = 0;
  {
    const auto vault = Open();
    whole = Store(*vault, "whole");
  }
  // As a crash leaves it: a row that says it is being written, with half a file or a whole one that no row calls stored.
  EvidenceId half = 0, unnamed = 0;
  {
    VaultIndex index = VaultIndex::Open(folder_.File("vault/evidence.db")).value();
    Evidence row;
    row.outcome = kWriting;
    half = index.Add(row).value();
    unnamed = index.Add(row).value();
  }
  std::ofstream(folder_.File("vault/" + std::to_string(half) + ".sle.part")) << "half";
  std::ofstream(folder_.File("vault/" + std::to_string(unnamed) + ".sle")) << "all of it";
  const auto vault = Open();
  EXPECT_EQ(vault->counters().evidence_unfinished.load(), 2u);
  EXPECT_EQ(Outcome(*vault, half), "unfinished");
  EXPECT_EQ(Outcome(*vault, unnamed), "unfinished");
  EXPECT_EQ(folder_.Count(".part"), 0u);
  EXPECT_EQ(folder_.Count(".sle"), 1u);
  EXPECT_TRUE(vault->Read(whole).ok());
}

TEST_F(VaultTest, RemovesTheOldestWhenFullAndSaysSo) {
  options_.max_bytes = 250'000;
  const auto vault = Open();
  const EvidenceId first = Store(*vault, std::string(100'000, 'a'), 1, 1000), second = Store(*vault, std::string(100'000, 'b'), 2, 2000);
  const EvidenceId third = Store(*vault, std::string(100'000, 'c'), 3, 3000);
  EXPECT_EQ(Outcome(*vault, first), "removed_for_size");
  EXPECT_EQ(Outcome(*vault, second), "stored");
  EXPECT_EQ(Outcome(*vault, third), "stored");
  EXPECT_EQ(vault->counters().evidence_removed_for_size.load(), 1u);
  EXPECT_EQ(vault->stored_items(), 2u);
  EXPECT_LE(vault->stored_bytes(), options_.max_bytes);
  EXPECT_EQ(vault->Read(first).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Outcome(*vault, Store(*vault, std::string(300'000, 'd'))), "vault_full") << "nothing else goes for what never fits";
  EXPECT_EQ(vault->stored_items(), 2u);
}

TEST_F(VaultTest, StopsWhenFullWhereThePolicySaysSo) {
  options_.max_bytes = 150'000;
  options_.stop_when_full = true;
  const auto vault = Open();
  const EvidenceId first = Store(*vault, std::string(100'000, 'a'));
  const EvidenceId second = Store(*vault, std::string(100'000, 'b'));
  EXPECT_EQ(Outcome(*vault, first), "stored");
  EXPECT_EQ(Outcome(*vault, second), "vault_full");
  EXPECT_EQ(vault->counters().evidence_refused_full.load(), 1u);
  EXPECT_EQ(vault->Alarms().size(), 1u);
}

TEST_F(VaultTest, SaysWhenTheDiskIsFull) {
  auto vault = Open();
  const EvidenceId first = Store(*vault, "first");
  std::filesystem::create_symlink("/dev/full", folder_.File("vault/" + std::to_string(first + 1) + ".sle.part"));
  const EvidenceId second = Store(*vault, "second");
  // The oldest went, for nothing less would do; then there was room, since the file was made anew.
  EXPECT_EQ(Outcome(*vault, first), "removed_for_size");
  EXPECT_EQ(Outcome(*vault, second), "stored");
  std::filesystem::create_symlink("/dev/full", folder_.File("vault/" + std::to_string(second + 1) + ".sle.part"));
  options_.stop_when_full = true;
  vault.reset();
  const auto strict = Open();
  EXPECT_EQ(Outcome(*strict, Store(*strict, "third")), "disk_full");
  EXPECT_EQ(strict->counters().evidence_refused_full.load(), 1u);
}

TEST_F(VaultTest, RemovesWhatIsTooOld) {
  options_.keep = std::chrono::hours(1);
  const auto vault = Open();
  const EvidenceId old = Store(*vault, "old", 1, 1000), young = Store(*vault, "young", 2, 5000);
  ASSERT_TRUE(vault->Retain(Timestamp::FromNanoseconds(int64_t{5000} * 1'000'000'000)).ok());
  EXPECT_EQ(Outcome(*vault, old), "expired");
  EXPECT_EQ(Outcome(*vault, young), "stored");
  EXPECT_EQ(vault->counters().evidence_expired.load(), 1u);
  EXPECT_EQ(folder_.Count(".sle"), 1u);
}

TEST_F(VaultTest, HasADigestThatOnlyItsOwnKeyMakesWhereAsked) {
  options_.keyed_digest = true;
  std::string digest;
  {
    const auto vault = Open();
    const Evidence row = vault->Get(Store(*vault, "known document")).value();
    EXPECT_EQ(row.digest_kind, "hmac-sha256");
    EXPECT_NE(row.digest, Sha256("known document"));
    digest = row.digest;
  }
  const auto again = Open();
  EXPECT_EQ(again->Get(Store(*again, "known document"))->digest, digest) << "the same key after a restart";
}

TEST_F(VaultTest, SetsACorruptIndexAsideWithAnAlarm) {
  { const auto vault = Open(); }
  std::ofstream(folder_.File("vault/evidence.db"), std::ios::trunc) << std::string(8192, '?');
  std::filesystem::remove(folder_.File("vault/evidence.db-wal"));
  const auto vault = Open();
  EXPECT_EQ(vault->Alarms().size(), 1u);
  EXPECT_EQ(Outcome(*vault, Store(*vault, "goes on")), "stored");
}

TEST_F(VaultTest, IsFilledByItsKeeperWhichAlsoNotesWhatIsMissing) {
  const auto vault = Open();
  const auto room = event::EvidenceRoom::Create({.items = 4, .object_bytes = 1000, .packet_bytes = 1000, .buffer_bytes = 1 << 20}, 1).value();
  event::EvidenceShelf* shelf = room->Take();
  EXPECT_EQ(room->Take(), nullptr) << "one for each worker";
  event::Record record;
  event::Reset(record, event::RecordKind::kFinding);
  record.body.finding.evidence = event::EvidenceState::kNoPlace;
  record.body.finding.incident = 77;
  {
    VaultKeeper keeper(*vault, room);
    for (uint64_t i = 0; i < 4; ++i) shelf->HandOver(MakeItem(*shelf, "object", i));
    keeper.Observe(record, "");
    record.body.finding.evidence = event::EvidenceState::kKept;
    keeper.Observe(record, "");
  }
  EXPECT_EQ(vault->counters().evidence_stored.load(), 4u);
  EXPECT_EQ(vault->counters().evidence_expired.load(), 4u) << "their findings are of 1970";
  const auto notes = vault->OfReferences(std::array<uint64_t, 1>{77}).value();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].outcome, "no_place");
  for (int i = 0; i < 4; ++i) EXPECT_NE(shelf->Begin(), nullptr) << "the keeper gave them back";
}

}  // namespace
}  // namespace sluice::evidence
