// Set: registered documents as one mapped file (*.sls): used where it lies, nothing is parsed.
//
// A filter answers for nearly every fingerprint that nobody registered; behind it a table of buckets. What the file says is checked when it is
// opened (key, seal, sizes, checksum of each section), and what an entry points to is checked again when it is used, so that
// nothing in it can make a reader leave it. Thread: immutable, shared by all workers. Allocates: Open only. Failure: Result, one sentence.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_view.h"
#include "base/result.h"
#include "rules/fingerprint/secrets.h"
#include "rules/fingerprint/selector.h"
#include "rules/fingerprint/set_format.h"

namespace sluice::fingerprint {

class Set {
 public:
  static Result<std::shared_ptr<const Set>> Open(const std::string& path, const std::shared_ptr<const Secrets>& secrets);
  // Of bytes in memory, aligned to 64, that outlive the set.
  static Result<std::shared_ptr<const Set>> Parse(ByteView bytes, const std::shared_ptr<const Secrets>& secrets);
  ~Set();
  Set(const Set&) = delete;
  Set& operator=(const Set&) = delete;

  std::string_view name() const { return name_; }
  const Secrets& secrets() const { return *secrets_; }
  std::span<const DocumentRecord> documents() const { return documents_; }
  std::span<const PartRecord> parts() const { return parts_; }
  std::span<const MemberRecord> members() const { return members_; }
  std::span<const RowRecord> rows() const { return rows_; }
  uint64_t entries() const { return entry_count_; }
  uint64_t ordinals() const { return ordinal_count_; }
  uint64_t shared_beyond_limit() const { return shared_; }   // left out: in more than kMostDocumentsOfOne documents
  uint64_t benign_left_out() const { return benign_; }
  size_t bytes() const { return file_.size(); }

  // "" where names were left out.
  std::string_view NameOf(const DocumentRecord& document) const;
  // Parts, all of whose numbers are valid; empty where the record is wrong.
  std::span<const PartRecord> PartsOf(const DocumentRecord& document) const;
  uint32_t FingerprintsOf(const DocumentRecord& document) const;
  // nullptr where no part has this ordinal.
  const PartRecord* PartOf(uint32_t ordinal) const noexcept;
  std::string DisplayName(uint32_t document) const;  // its name, or "document 12" (from 1)

  // Ordinals of a fingerprint.
  struct Found {
    std::array<uint32_t, kMostDocumentsOfOne> ordinals;
    uint8_t count = 0;
  };
  Found Find(Fingerprint fingerprint) const noexcept;
  // The same for many, so that memory answers them beside each other. REQUIRES: as many in `out`; at most kBatch.
  static constexpr size_t kBatch = 64;
  void FindAll(std::span<const Fingerprint> fingerprints, std::span<Found> out) const noexcept;

  // Whole contents that begin so, by their digest.
  std::span<const MemberRecord> MembersThatBegin(uint64_t begin) const noexcept;
  std::span<const RowRecord> RowsWith(uint64_t value) const noexcept;

  // Calls visit(fingerprint, ordinal) for every entry, in no order that means anything.
  template <typename Visit>
  void ForEachEntry(Visit visit) const {
    for (uint64_t bucket = 0; bucket + 1 < index_.size(); ++bucket) {
      const auto [first, last] = BucketAt(bucket);
      for (uint64_t i = first; i < last; ++i) visit(FingerprintAt(bucket, i), OrdinalAt(i));
    }
  }

 private:
  Set() = default;
  Status Check(ByteView file);
  Status CheckSections(ByteView file);
  Status CheckReferences() const;

  std::pair<uint64_t, uint64_t> BucketAt(uint64_t bucket) const noexcept {
    const uint64_t last = index_[bucket + 1] < entry_count_ ? index_[bucket + 1] : entry_count_;
    return {index_[bucket], last};
  }
  uint64_t BucketOf(Fingerprint fingerprint) const noexcept { return fingerprint >> (64 - bucket_bits_); }
  uint64_t RemainderOf(Fingerprint fingerprint) const noexcept { return (fingerprint << bucket_bits_) >> 16; }
  uint64_t RemainderAt(uint64_t entry) const noexcept { return LoadLe64(entries_.data() + entry * kEntryBytes) & ((uint64_t{1} << 48) - 1); }
  uint32_t OrdinalAt(uint64_t entry) const noexcept { return LoadLe32(entries_.data() + entry * kEntryBytes + 6); }
  Fingerprint FingerprintAt(uint64_t bucket, uint64_t entry) const noexcept {
    return bucket << (64 - bucket_bits_) | (RemainderAt(entry) << 16) >> bucket_bits_;
  }
  bool MayHave(Fingerprint fingerprint) const noexcept;
  const uint8_t* FilterBlockOf(Fingerprint fingerprint) const noexcept;
  void FindBehindFilter(Fingerprint fingerprint, Found& found) const noexcept;

  std::shared_ptr<const Secrets> secrets_;
  void* mapping_ = nullptr;
  size_t mapping_bytes_ = 0;
  ByteView file_;
  std::string_view name_;
  uint64_t entry_count_ = 0, ordinal_count_ = 0, shared_ = 0, benign_ = 0;
  uint32_t bucket_bits_ = kLeastBucketBits, filter_blocks_ = 0;
  std::span<const DocumentRecord> documents_;
  std::span<const PartRecord> parts_;
  std::span<const MemberRecord> members_;
  std::span<const RowRecord> rows_;
  std::span<const uint32_t> index_;
  ByteView names_, filter_, entries_;
};

// The bits of a fingerprint in its filter block: one in each of eight words (split block Bloom filter, Apache Parquet). REQUIRES: word < 8.
inline constexpr std::array<uint32_t, 8> kFilterSalts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU, 0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
constexpr uint32_t FilterBit(Fingerprint fingerprint, size_t word) { return 1u << (static_cast<uint32_t>(fingerprint >> 8) * kFilterSalts[word] >> 27); }
constexpr uint64_t FilterBlock(Fingerprint fingerprint, uint32_t blocks) {
  return static_cast<uint64_t>(static_cast<Uint128>(fingerprint) * blocks >> 64);
}

}  // namespace sluice::fingerprint
