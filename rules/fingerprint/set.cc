#include "rules/fingerprint/set.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "rules/fingerprint/checksum.h"

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

namespace sluice::fingerprint {
namespace {

Error Corrupt(const std::string& what) { return Error{ErrorCode::kCorrupt, "the signature set is damaged: " + what + "; make it again with `sluicec fingerprint`"}; }

// Bytes of each section, from the header's counts. False: a count is too large to be true.
bool SizesFrom(const uint8_t* header, std::array<uint64_t, kSections>& sizes) {
  constexpr uint64_t kMost = uint64_t{1} << 40;
  const uint64_t counts[] = {LoadLe64(header + HeaderAt::kDocuments), LoadLe64(header + HeaderAt::kParts),   LoadLe64(header + HeaderAt::kMembers),
                             LoadLe64(header + HeaderAt::kNameBytes), LoadLe32(header + HeaderAt::kFilterBlocks),
                             LoadLe32(header + HeaderAt::kLines),     LoadLe64(header + HeaderAt::kListWords), LoadLe64(header + HeaderAt::kRows)};
  constexpr uint64_t kEach[] = {sizeof(DocumentRecord), sizeof(PartRecord), sizeof(MemberRecord), 1, kFilterBlockBytes, kLineBytes, sizeof(uint32_t), sizeof(RowRecord)};
  for (size_t i = 0; i < kSections; ++i) {
    if (counts[i] > kMost) return false;
    sizes[i] = counts[i] * kEach[i];
  }
  return true;
}

template <typename T>
std::span<const T> As(ByteView bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

#ifdef __SSE4_1__
// Bit FilterBit of four words at once: two to the power of n is the number whose exponent is n.
inline __m128i FilterBits(__m128i fingerprint, const uint32_t* salts) {
  const __m128i places = _mm_srli_epi32(_mm_mullo_epi32(fingerprint, _mm_loadu_si128(reinterpret_cast<const __m128i*>(salts))), 27);
  return _mm_cvttps_epi32(_mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(places, _mm_set1_epi32(127)), 23)));
}

// All words, without asking in between: whether a word has the bit is as good as drawn by lot.
inline bool BlockMayHave(const uint8_t* at, Fingerprint fingerprint) {
  const auto* const block = reinterpret_cast<const __m128i*>(at);
  const __m128i all = _mm_set1_epi32(static_cast<int>(static_cast<uint32_t>(fingerprint >> 8)));
  const __m128i absent = _mm_or_si128(_mm_andnot_si128(_mm_loadu_si128(block), FilterBits(all, kFilterSalts.data())),
                                      _mm_andnot_si128(_mm_loadu_si128(block + 1), FilterBits(all, kFilterSalts.data() + 4)));
  return _mm_testz_si128(absent, absent) != 0;
}
#else
inline bool BlockMayHave(const uint8_t* block, Fingerprint fingerprint) {
  uint32_t absent = 0;
  for (size_t word = 0; word < 8; ++word) absent |= FilterBit(fingerprint, word) & ~LoadLe32(block + 4 * word);
  return absent == 0;
}
#endif

}  // namespace

Set::~Set() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapping_bytes_);
}

Result<std::shared_ptr<const Set>> Set::Open(const std::string& path, const std::shared_ptr<const Secrets>& secrets) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return Error::FromErrno(error, "cannot open the signature set " + path);
  }
  const auto size = static_cast<size_t>(status.st_size);
  void* mapping = S_ISREG(status.st_mode) && size >= kSetHeaderBytes ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0) : MAP_FAILED;
  ::close(fd);
  if (mapping == MAP_FAILED) return Error{ErrorCode::kCorrupt, path + " is no signature set: it is too short, or no file"};
  std::shared_ptr<Set> set(new Set());
  set->mapping_ = mapping;
  set->mapping_bytes_ = size;
  set->secrets_ = secrets;
  if (const Status status_of_check = set->Check({static_cast<const uint8_t*>(mapping), size}); !status_of_check) return status_of_check.error().WithContext(path);
  return std::shared_ptr<const Set>(std::move(set));
}

Result<std::shared_ptr<const Set>> Set::Parse(ByteView bytes, const std::shared_ptr<const Secrets>& secrets) {
  std::shared_ptr<Set> set(new Set());
  set->secrets_ = secrets;
  if (const Status status = set->Check(bytes); !status) return status.error();
  return std::shared_ptr<const Set>(std::move(set));
}

Status Set::Check(ByteView file) {
  const uint8_t* const header = file.data();
  if (file.size() < kSetHeaderBytes || !std::equal(kSetMagic.begin(), kSetMagic.end(), header)) return Error{ErrorCode::kCorrupt, "this is no signature set"};
  if (LoadLe32(header + HeaderAt::kVersion) != kSetVersion || LoadLe32(header + HeaderAt::kSelection) != kSelectionVersion) {
    return Error{ErrorCode::kVersionMismatch, "the signature set was made by another version of Sluice; make it again with `sluicec fingerprint`"};
  }
  if (std::memcmp(header + HeaderAt::kKeyCheck, secrets_->check.data(), secrets_->check.size()) != 0) {
    return Error{ErrorCode::kPermissionDenied, "the signature set was made with another key than this one"};
  }
  std::array<uint8_t, 32> seal{};
  std::array<uint8_t, kSetHeaderBytes> covered{};
  std::copy(header, header + kSetHeaderBytes, covered.begin());
  std::fill_n(covered.begin() + HeaderAt::kDigest, seal.size(), uint8_t{0});
  crypto_generichash(seal.data(), seal.size(), covered.data(), covered.size(), secrets_->digest_key.data(), secrets_->digest_key.size());
  if (sodium_memcmp(seal.data(), header + HeaderAt::kDigest, seal.size()) != 0) return Corrupt("its seal does not hold");
  if (LoadLe64(header + HeaderAt::kFileBytes) != file.size()) return Corrupt("it is longer or shorter than it says");
  file_ = file;
  if (const Status status = CheckSections(file); !status) return status;
  return CheckReferences();
}

Status Set::CheckSections(ByteView file) {
  const uint8_t* const header = file.data();
  const uint32_t homes = LoadLe32(header + HeaderAt::kHomes);
  filter_blocks_ = LoadLe32(header + HeaderAt::kFilterBlocks);
  std::array<uint64_t, kSections> sizes{};
  if (homes < kLeastHomes || homes > LoadLe32(header + HeaderAt::kLines) || filter_blocks_ == 0 || !SizesFrom(header, sizes)) return Corrupt("its counts cannot be");
  std::array<ByteView, kSections> sections;
  uint64_t at = kSetHeaderBytes;
  for (size_t i = 0; i < kSections; ++i) {
    if (at > file.size() || sizes[i] > file.size() - at) return Corrupt("a section runs past its end");
    sections[i] = file.Sub(at, sizes[i]);
    if (Checksum(sections[i], secrets_->checksum_seed + i) != LoadLe64(header + HeaderAt::kChecksums + 8 * i)) return Corrupt("section " + std::to_string(i) + " is not as it was written");
    at = AlignSection(at + sizes[i]);
  }
  const auto section = [&](Section s) { return sections[static_cast<size_t>(s)]; };
  documents_ = As<DocumentRecord>(section(Section::kDocuments));
  parts_ = As<PartRecord>(section(Section::kParts));
  members_ = As<MemberRecord>(section(Section::kMembers));
  rows_ = As<RowRecord>(section(Section::kRows));
  table_ = LineTable(homes, section(Section::kLines));
  lists_ = As<uint32_t>(section(Section::kLists));
  names_ = section(Section::kNames);
  filter_ = section(Section::kFilter);
  entry_count_ = LoadLe64(header + HeaderAt::kEntries);
  ordinal_count_ = LoadLe64(header + HeaderAt::kOrdinals);
  shared_ = LoadLe64(header + HeaderAt::kShared);
  benign_ = LoadLe64(header + HeaderAt::kBenign);
  const auto* name = reinterpret_cast<const char*>(header + HeaderAt::kName);
  name_ = {name, ::strnlen(name, kSetNameBytes)};
  return {};
}

// Documents and parts are few; lines and lists, which are many, are checked where they are used.
Status Set::CheckReferences() const {
  uint64_t ordinal = 0;
  for (const PartRecord& part : parts_) {
    if (part.document >= documents_.size() || part.kind >= static_cast<uint32_t>(Kind::kCount) || part.first_ordinal != ordinal || part.count == 0) return Corrupt("a part does not hold together");
    ordinal += part.count;
  }
  if (ordinal != ordinal_count_ || ordinal > UINT32_MAX) return Corrupt("its parts do not add up");
  uint64_t next_part = 0;
  for (const DocumentRecord& document : documents_) {
    if (document.first_part != next_part || document.part_count > parts_.size() - next_part) return Corrupt("a document's parts do not hold together");
    next_part += document.part_count;
    if (document.name_at > names_.size() || document.name_bytes > names_.size() - document.name_at) return Corrupt("a document's name runs past the names");
  }
  if (next_part != parts_.size()) return Corrupt("a part belongs to no document");
  const auto has_document = [this](const auto& record) { return record.document < documents_.size(); };
  if (!std::all_of(members_.begin(), members_.end(), has_document) || !std::all_of(rows_.begin(), rows_.end(), has_document)) return Corrupt("it names a document that is not there");
  return {};
}

std::string_view Set::NameOf(const DocumentRecord& document) const { return names_.Sub(document.name_at, document.name_bytes).AsText(); }

std::span<const PartRecord> Set::PartsOf(const DocumentRecord& document) const { return parts_.subspan(document.first_part, document.part_count); }

uint32_t Set::FingerprintsOf(const DocumentRecord& document) const {
  uint32_t count = 0;
  for (const PartRecord& part : PartsOf(document)) count += part.count;
  return count;
}

std::string Set::DisplayName(uint32_t document) const {
  const std::string_view name = document < documents_.size() ? NameOf(documents_[document]) : std::string_view();
  return name.empty() ? "document " + std::to_string(document + 1) : std::string(name);
}

const PartRecord* Set::PartOf(uint32_t ordinal) const noexcept {
  if (ordinal >= ordinal_count_) return nullptr;
  const auto behind = std::upper_bound(parts_.begin(), parts_.end(), ordinal, [](uint32_t wanted, const PartRecord& part) { return wanted < part.first_ordinal; });
  return behind == parts_.begin() ? nullptr : &*(behind - 1);
}

Set::Found Set::OrdinalsOf(uint32_t value) const noexcept {
  Found found;
  if (value < ordinal_count_) {
    found.ordinals[0] = value;
    found.count = 1;
  } else if (const uint64_t at = value - ordinal_count_; at < lists_.size()) {
    const std::span<const uint32_t> list = lists_.subspan(at + 1);
    found.count = static_cast<uint8_t>(std::min({size_t{lists_[at]}, list.size(), found.ordinals.size()}));
    std::copy_n(list.begin(), found.count, found.ordinals.begin());
  }
  return found;
}

Set::Found Set::Find(Fingerprint fingerprint) const noexcept {
  const uint32_t value = BlockMayHave(FilterBlockOf(fingerprint), fingerprint) ? table_.ValueOf(fingerprint) : LineTable::kNone;
  return value == LineTable::kNone ? Found() : OrdinalsOf(value);
}

// Blocks of the filter come from memory while a group before them is tested. Then all lines are looked into, and then, in rounds, the next
// ones of what full lines could not take.
void Set::FindAll(std::span<const Fingerprint> fingerprints, std::span<Found> out) const noexcept {
  struct Wanted {
    Fingerprint fingerprint;
    uint64_t line, home;
    size_t number;
  };
  constexpr size_t kGroup = 16;
  const size_t count = std::min({fingerprints.size(), out.size(), kBatch});
  std::array<const uint8_t*, kBatch> blocks;
  std::array<Wanted, kBatch> wanted;
  size_t left = 0;
  const auto test = [&](size_t first, size_t end) {
    for (size_t i = first; i < end; ++i) {
      out[i].count = 0;
      if (!BlockMayHave(blocks[i], fingerprints[i])) continue;
      const uint64_t home = table_.HomeOf(fingerprints[i]);
      table_.Prefetch(home);
      wanted[left++] = {fingerprints[i], home, home, i};
    }
  };
  size_t tested = 0;
  for (size_t i = 0; i < count; ++i) {
    blocks[i] = FilterBlockOf(fingerprints[i]);
    __builtin_prefetch(blocks[i]);
    if (i == tested + 2 * kGroup) {
      test(tested, tested + kGroup);
      tested += kGroup;
    }
  }
  test(tested, count);
  while (left > 0) {
    const size_t looked = std::exchange(left, 0);
    for (size_t k = 0; k < looked; ++k) {
      const Wanted at = wanted[k];
      const uint32_t value = table_.LookInto(at.line, at.home, at.fingerprint);
      if (value < ordinal_count_) {
        out[at.number].ordinals[0] = value;
        out[at.number].count = 1;
      } else if (value < LineTable::kNone) {
        out[at.number] = OrdinalsOf(value);
      } else if (value == LineTable::kGoesOn) {
        table_.Prefetch(at.line + 1);
        wanted[left++] = {at.fingerprint, at.line + 1, at.home, at.number};
      }
    }
  }
}

std::span<const MemberRecord> Set::MembersThatBegin(uint64_t begin) const noexcept {
  const auto first = std::lower_bound(members_.begin(), members_.end(), begin, [](const MemberRecord& m, uint64_t wanted) { return m.begin < wanted; });
  auto last = first;
  while (last != members_.end() && last->begin == begin) ++last;
  return {first, last};
}

std::span<const RowRecord> Set::RowsWith(uint64_t value) const noexcept {
  const auto first = std::lower_bound(rows_.begin(), rows_.end(), value, [](const RowRecord& r, uint64_t wanted) { return r.value < wanted; });
  if (first == rows_.end() || first->value != value) return {};
  const auto last = std::upper_bound(first, rows_.end(), value, [](uint64_t wanted, const RowRecord& r) { return wanted < r.value; });
  return {first, last};
}

}  // namespace sluice::fingerprint
