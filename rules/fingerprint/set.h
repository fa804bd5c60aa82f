// Set: registered documents as one mapped file (*.sls): used where it lies, nothing is parsed.
//
// A filter answers for nearly every fingerprint that nobody registered; behind it a table in which one line of the cache answers for each of the others. What the file says is checked when it is
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
#include "rules/fingerprint/line_table.h"
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
    std::span<const uint32_t> all() const& noexcept { return {ordinals.data(), count}; }
    std::span<const uint32_t> all() && = delete;  // of what is gone
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
    table_.ForEach([&](Fingerprint fingerprint, uint32_t value) {
      const Found found = OrdinalsOf(value);
      for (const uint32_t ordinal : found.all()) visit(fingerprint, ordinal);
    });
  }

 private:
  Set() = default;
  Status Check(ByteView file);
  Status CheckSections(ByteView file);
  Status CheckReferences() const;

  // Of a value of the table.
  Found OrdinalsOf(uint32_t value) const noexcept;
  const uint8_t* FilterBlockOf(Fingerprint fingerprint) const noexcept;

  std::shared_ptr<const Secrets> secrets_;
  void* mapping_ = nullptr;
  size_t mapping_bytes_ = 0;
  ByteView file_;
  std::string_view name_;
  uint64_t entry_count_ = 0, ordinal_count_ = 0, shared_ = 0, benign_ = 0;
  uint32_t filter_blocks_ = 0;
  std::span<const DocumentRecord> documents_;
  std::span<const PartRecord> parts_;
  std::span<const MemberRecord> members_;
  std::span<const RowRecord> rows_;
  LineTable table_;
  std::span<const uint32_t> lists_;
  ByteView names_, filter_;
};

// The bits of a fingerprint in its filter block: one in each of eight words (split block Bloom filter, Apache Parquet). REQUIRES: word < 8.
inline constexpr std::array<uint32_t, 8> kFilterSalts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU, 0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
constexpr uint32_t FilterBit(Fingerprint fingerprint, size_t word) { return 1u << (static_cast<uint32_t>(fingerprint >> 8) * kFilterSalts[word] >> 27); }
constexpr uint64_t FilterBlock(Fingerprint fingerprint, uint32_t blocks) {
  return static_cast<uint64_t>(static_cast<Uint128>(fingerprint) * blocks >> 64);
}

inline const uint8_t* Set::FilterBlockOf(Fingerprint fingerprint) const noexcept {
  return filter_.data() + FilterBlock(fingerprint, filter_blocks_) * kFilterBlockBytes;
}

}  // namespace sluice::fingerprint
