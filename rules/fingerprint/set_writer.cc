#include "rules/fingerprint/set_writer.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rules/fingerprint/checksum.h"
#include "rules/fingerprint/line_table.h"

namespace sluice::fingerprint {
namespace {

// Fingerprints are hashes: first each goes to its share of them all, in place (American flag sort: McIlroy, Bostic, McIlroy 1993), and then each share, which the
// cache holds, is sorted by itself.
void SortByFingerprint(std::vector<LineEntry>& entries) {
  constexpr unsigned kShareBits = 11;
  constexpr size_t kShares = size_t{1} << kShareBits;
  const auto share_of = [](const LineEntry& entry) { return static_cast<size_t>(entry.fingerprint >> (64 - kShareBits)); };
  std::vector<size_t> next(kShares), ends(kShares);
  for (const LineEntry& entry : entries) ++ends[share_of(entry)];
  for (size_t share = 0, at = 0; share < kShares; ++share) {
    next[share] = at;
    ends[share] = at += ends[share];
  }
  const std::vector<size_t> begins = next;
  for (size_t share = 0; share < kShares; ++share) {
    while (next[share] < ends[share]) {
      LineEntry& entry = entries[next[share]];
      const size_t right = share_of(entry);
      if (right == share) ++next[share];
      else std::swap(entry, entries[next[right]++]);
    }
  }
  for (size_t share = 0; share < kShares; ++share) {
    std::sort(entries.begin() + static_cast<ptrdiff_t>(begins[share]), entries.begin() + static_cast<ptrdiff_t>(ends[share]),
              [](const LineEntry& a, const LineEntry& b) { return a.fingerprint != b.fingerprint ? a.fingerprint < b.fingerprint : a.value < b.value; });
  }
}

class SetLayout {
 public:
  SetLayout(const SetContents& contents, const Secrets& secrets) : contents_(contents), secrets_(secrets) {}

  Result<std::vector<uint8_t>> Write() {
    if (contents_.name.size() >= kSetNameBytes) return Error{ErrorCode::kInvalidArgument, "a set's name has at most 63 bytes; this one has " + std::to_string(contents_.name.size())};
    if (const Status status = AddDocuments(); !status) return status.error();
    std::sort(members_.begin(), members_.end(), [](const MemberRecord& a, const MemberRecord& b) { return a.begin != b.begin ? a.begin < b.begin : a.document < b.document; });
    std::sort(rows_.begin(), rows_.end(), [](const RowRecord& a, const RowRecord& b) { return a.value != b.value ? a.value < b.value : a.row < b.row; });
    SortEntries();
    if (const Status status = ListShared(); !status) return status.error();
    FillFilter();
    return Assemble();
  }

 private:
  Status AddDocuments() {
    for (const Document& document : contents_.documents) {
      DocumentRecord record;
      record.identity = document.identity;
      record.path_hash = document.path_hash;
      record.source_bytes = document.source_bytes;
      record.source_time = document.source_time;
      record.name_at = names_.size();
      record.name_bytes = contents_.keep_names ? static_cast<uint32_t>(document.name.size()) : 0;
      if (contents_.keep_names) names_ += document.name;
      record.first_part = static_cast<uint32_t>(parts_.size());
      const auto number = static_cast<uint32_t>(documents_.size());
      for (const Part& part : document.parts) {
        if (part.fingerprints.empty()) continue;
        if (ordinals_ + part.fingerprints.size() >= LineTable::kNone) return TooMany();
        PartRecord made;
        made.bytes = part.bytes;
        made.first_ordinal = static_cast<uint32_t>(ordinals_);
        made.count = static_cast<uint32_t>(part.fingerprints.size());
        made.document = number;
        made.kind = static_cast<uint32_t>(part.kind);
        parts_.push_back(made);
        for (const Fingerprint fingerprint : part.fingerprints) entries_.push_back({fingerprint, static_cast<uint32_t>(ordinals_++)});
      }
      record.part_count = static_cast<uint32_t>(parts_.size()) - record.first_part;
      if (!document.rows.empty() && number > UINT16_MAX) return Error{ErrorCode::kResourceExhausted, "tables have to be among the first 65,536 documents of a set; put them into a set of their own"};
      for (const RowValue& value : document.rows) rows_.push_back({value.value, value.row, value.column, static_cast<uint16_t>(number)});
      for (const Whole& whole : document.wholes) members_.push_back({whole.begin, whole.digest, number, 0});
      documents_.push_back(record);
    }
    return {};
  }

  void SortEntries() { SortByFingerprint(entries_); }

  // Of entries with the same fingerprint the first few stay, in a list that one entry in place of them leads to.
  Status ListShared() {
    size_t distinct = 0;
    for (size_t first = 0, end = 0; first < entries_.size(); first = end) {
      while (end < entries_.size() && entries_[end].fingerprint == entries_[first].fingerprint) ++end;
      const size_t kept = std::min(end - first, kMostDocumentsOfOne);
      entry_count_ += kept;
      shared_ += end - first - kept;
      LineEntry entry = entries_[first];
      if (kept > 1) {
        if (ordinals_ + lists_.size() >= LineTable::kNone) return TooMany();
        entry.value = static_cast<uint32_t>(ordinals_ + lists_.size());
        lists_.push_back(static_cast<uint32_t>(kept));
        for (size_t i = first; i < first + kept; ++i) lists_.push_back(entries_[i].value);
      }
      entries_[distinct++] = entry;
    }
    entries_.resize(distinct);
    return {};
  }

  static Error TooMany() {
    return Error{ErrorCode::kResourceExhausted, "a set holds at most 2,147,483,646 fingerprints, fewer where documents share them; divide the documents into several sets"};
  }

  void FillFilter() {
    filter_blocks_ = static_cast<uint32_t>(entries_.size() * kFilterBitsPerEntry / (8 * kFilterBlockBytes) + 1);
    filter_.assign(size_t{filter_blocks_} * kFilterBlockBytes, 0);
    for (const LineEntry& entry : entries_) {
      uint8_t* block = filter_.data() + FilterBlock(entry.fingerprint, filter_blocks_) * kFilterBlockBytes;
      for (size_t word = 0; word < 8; ++word) StoreLe32(block + 4 * word, LoadLe32(block + 4 * word) | FilterBit(entry.fingerprint, word));
    }
  }

  template <typename T>
  static ByteView Bytes(const std::vector<T>& records) { return {reinterpret_cast<const uint8_t*>(records.data()), records.size() * sizeof(T)}; }

  Result<std::vector<uint8_t>> Assemble() {
    const LineShape shape = LineShape::For(entries_.size());
    const uint64_t lines = CountLines(entries_, shape);
    if (lines > UINT32_MAX) return TooMany();
    const std::array<size_t, kSections> sizes = {Bytes(documents_).size(), Bytes(parts_).size(), Bytes(members_).size(), names_.size(), filter_.size(),
                                                 static_cast<size_t>(lines) * kLineBytes, Bytes(lists_).size(), Bytes(rows_).size()};
    std::array<size_t, kSections> places{};
    size_t at = kSetHeaderBytes;
    for (size_t i = 0; i < kSections; ++i) {
      places[i] = at;
      at += sizes[i];
      if (i + 1 < kSections) at = AlignSection(at);
    }
    std::vector<uint8_t> file(at, 0);
    const auto copy = [&](Section section, ByteView bytes) {
      if (!bytes.empty()) std::memcpy(file.data() + places[static_cast<size_t>(section)], bytes.data(), bytes.size());
    };
    copy(Section::kDocuments, Bytes(documents_));
    copy(Section::kParts, Bytes(parts_));
    copy(Section::kMembers, Bytes(members_));
    copy(Section::kNames, ByteView(names_));
    copy(Section::kFilter, {filter_.data(), filter_.size()});
    copy(Section::kLists, Bytes(lists_));
    copy(Section::kRows, Bytes(rows_));
    const auto section_of_lines = static_cast<size_t>(Section::kLines);
    if (const Status status = WriteLines(entries_, shape, {file.data() + places[section_of_lines], sizes[section_of_lines]}); !status) return status.error();
    PutHeader(shape.homes(), static_cast<uint32_t>(lines), file);
    for (size_t i = 0; i < kSections; ++i) {
      StoreLe64(file.data() + HeaderAt::kChecksums + 8 * i, Checksum({file.data() + places[i], sizes[i]}, secrets_.checksum_seed + i));
    }
    std::array<uint8_t, 32> seal{};
    crypto_generichash(seal.data(), seal.size(), file.data(), kSetHeaderBytes, secrets_.digest_key.data(), secrets_.digest_key.size());
    std::copy(seal.begin(), seal.end(), file.begin() + HeaderAt::kDigest);
    return file;
  }

  void PutHeader(uint32_t homes, uint32_t lines, std::vector<uint8_t>& file) const {
    uint8_t* const header = file.data();
    std::copy(kSetMagic.begin(), kSetMagic.end(), header);
    StoreLe32(header + HeaderAt::kVersion, kSetVersion);
    StoreLe32(header + HeaderAt::kSelection, kSelectionVersion);
    std::copy(secrets_.check.begin(), secrets_.check.end(), header + HeaderAt::kKeyCheck);
    StoreLe64(header + HeaderAt::kFileBytes, file.size());
    StoreLe64(header + HeaderAt::kEntries, entry_count_);
    StoreLe64(header + HeaderAt::kOrdinals, ordinals_);
    StoreLe64(header + HeaderAt::kRows, rows_.size());
    StoreLe64(header + HeaderAt::kDocuments, documents_.size());
    StoreLe64(header + HeaderAt::kParts, parts_.size());
    StoreLe64(header + HeaderAt::kMembers, members_.size());
    StoreLe64(header + HeaderAt::kNameBytes, names_.size());
    StoreLe32(header + HeaderAt::kHomes, homes);
    StoreLe32(header + HeaderAt::kLines, lines);
    StoreLe64(header + HeaderAt::kListWords, lists_.size());
    StoreLe32(header + HeaderAt::kFilterBlocks, filter_blocks_);
    std::copy(contents_.name.begin(), contents_.name.end(), header + HeaderAt::kName);
    StoreLe64(header + HeaderAt::kShared, shared_);
    StoreLe64(header + HeaderAt::kBenign, contents_.benign_left_out);
  }

  const SetContents& contents_;
  const Secrets& secrets_;
  std::vector<DocumentRecord> documents_;
  std::vector<PartRecord> parts_;
  std::vector<MemberRecord> members_;
  std::vector<RowRecord> rows_;
  std::string names_;
  std::vector<LineEntry> entries_;  // value: ordinal, from ListShared on as in LineTable
  std::vector<uint32_t> lists_;
  std::vector<uint8_t> filter_;
  uint64_t ordinals_ = 0, entry_count_ = 0, shared_ = 0;
  uint32_t filter_blocks_ = 0;
};

Status WriteAll(int fd, const std::vector<uint8_t>& bytes, const std::string& path) {
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error::FromErrno(n < 0 ? errno : ENOSPC, "cannot write " + path);
    at += static_cast<size_t>(n);
  }
  if (::fsync(fd) != 0) return Error::FromErrno(errno, "cannot write " + path);
  return {};
}

}  // namespace

void Benign::Learn(const Document& document) {
  for (const Part& part : document.parts) fingerprints.insert(part.fingerprints.begin(), part.fingerprints.end());
  for (const Whole& whole : document.wholes) begins.insert(LoadLe64(whole.digest.data()));
}

void Benign::Learn(const Set& set) {
  set.ForEachEntry([this](Fingerprint fingerprint, uint32_t) { fingerprints.insert(fingerprint); });
  for (const MemberRecord& member : set.members()) begins.insert(LoadLe64(member.digest.data()));
}

void LeaveOut(const Benign& benign, SetContents& contents) {
  for (Document& document : contents.documents) {
    for (Part& part : document.parts) {
      const size_t before = part.fingerprints.size();
      part.fingerprints.erase(std::remove_if(part.fingerprints.begin(), part.fingerprints.end(), [&](Fingerprint f) { return benign.fingerprints.count(f) > 0; }),
                              part.fingerprints.end());
      const size_t left_out = before - part.fingerprints.size();
      contents.benign_left_out += left_out;
      if (before > 0) part.bytes -= part.bytes / before * left_out;
    }
    document.wholes.erase(std::remove_if(document.wholes.begin(), document.wholes.end(), [&](const Whole& w) { return benign.begins.count(LoadLe64(w.digest.data())) > 0; }),
                          document.wholes.end());
  }
}

Result<std::vector<uint8_t>> WriteSet(const SetContents& contents, const Secrets& secrets) { return SetLayout(contents, secrets).Write(); }

Status WriteSetFile(const std::string& path, const SetContents& contents, const Secrets& secrets) {
  const Result<std::vector<uint8_t>> bytes = WriteSet(contents, secrets);
  if (!bytes) return bytes.error();
  const std::string unfinished = path + ".new";
  const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Error::FromErrno(errno, "cannot write " + unfinished);
  Status status = WriteAll(fd, *bytes, unfinished);
  ::close(fd);
  if (status.ok() && ::rename(unfinished.c_str(), path.c_str()) != 0) status = Error::FromErrno(errno, "cannot put the set into its place, " + path);
  if (!status) ::unlink(unfinished.c_str());
  return status;
}

SetContents ReadBack(const Set& set) {
  SetContents contents;
  contents.name = set.name();
  contents.benign_left_out = set.benign_left_out();
  std::vector<Fingerprint> by_ordinal(set.ordinals());
  set.ForEachEntry([&](Fingerprint fingerprint, uint32_t ordinal) {
    if (ordinal < by_ordinal.size()) by_ordinal[ordinal] = fingerprint;
  });
  for (const DocumentRecord& record : set.documents()) {
    Document document;
    document.name = set.NameOf(record);
    document.identity = record.identity;
    document.path_hash = record.path_hash;
    document.source_bytes = record.source_bytes;
    document.source_time = record.source_time;
    for (const PartRecord& part : set.PartsOf(record)) {
      Part read{static_cast<Kind>(part.kind), part.bytes, {}};
      for (uint32_t i = 0; i < part.count; ++i) {
        // What stood in more documents than a set remembers was left out of it.
        if (const Fingerprint f = by_ordinal[part.first_ordinal + i]; f != 0) read.fingerprints.push_back(f);
      }
      document.parts.push_back(std::move(read));
    }
    contents.documents.push_back(std::move(document));
  }
  for (const MemberRecord& member : set.members()) contents.documents[member.document].wholes.push_back({member.begin, member.digest});
  for (const RowRecord& row : set.rows()) contents.documents[row.document].rows.push_back({row.value, row.row, row.column});
  return contents;
}

}  // namespace sluice::fingerprint
