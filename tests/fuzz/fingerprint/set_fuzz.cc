// A signature set from anywhere, as it is and with seal and checksums made right, so that the fuzzer gets past them: an Error, or a set
// in which every look-up stays within the file and every answer names a part and a document that are there.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "rules/fingerprint/checksum.h"
#include "rules/fingerprint/set_writer.h"

namespace {

using namespace sluice;
using namespace sluice::fingerprint;

std::shared_ptr<const Secrets> TheSecrets() {
  static const std::shared_ptr<const Secrets> secrets = Secrets::Make(Key(std::array<uint8_t, kKeyBytes>{1}));
  return secrets;
}

void Look(const std::vector<uint8_t>& bytes) {
  const auto opened = Set::Parse({bytes.data(), bytes.size()}, TheSecrets());
  if (!opened) return;
  const Set& set = **opened;
  // Half of them its own, half of them anyone's.
  std::array<Fingerprint, Set::kBatch> wanted;
  for (uint64_t i = 0; i < wanted.size(); ++i) wanted[i] = (i * 0x9e3779b97f4a7c15ULL) & kFingerprintMask;
  size_t own = 0;
  set.ForEachEntry([&](Fingerprint f, uint32_t) {
    if (own < wanted.size() / 2) wanted[own++] = f;
  });
  std::array<Set::Found, Set::kBatch> together;
  set.FindAll(wanted, together);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const Set::Found found = set.Find(wanted[i]);
    if (found.count != together[i].count) std::abort();
    for (size_t k = 0; k < found.count; ++k) {
      const PartRecord* part = set.PartOf(found.ordinals[k]);
      if (part != nullptr && part->document >= set.documents().size()) std::abort();
    }
  }
  for (uint32_t d = 0; d < set.documents().size(); ++d) static_cast<void>(set.DisplayName(d).size() + set.FingerprintsOf(set.documents()[d]));
  static_cast<void>(ReadBack(set).documents.size());
}

// Sections lie where the counts of the header say; only their sums are made right.
void Seal(std::vector<uint8_t>& bytes) {
  uint8_t* const header = bytes.data();
  std::copy(kSetMagic.begin(), kSetMagic.end(), header);
  StoreLe32(header + HeaderAt::kVersion, kSetVersion);
  StoreLe32(header + HeaderAt::kSelection, kSelectionVersion);
  std::copy(TheSecrets()->check.begin(), TheSecrets()->check.end(), header + HeaderAt::kKeyCheck);
  StoreLe64(header + HeaderAt::kFileBytes, bytes.size());
  const uint64_t sizes[] = {LoadLe64(header + HeaderAt::kDocuments) * 64, LoadLe64(header + HeaderAt::kParts) * 32, LoadLe64(header + HeaderAt::kMembers) * 32,
                            LoadLe64(header + HeaderAt::kNameBytes), uint64_t{LoadLe32(header + HeaderAt::kFilterBlocks)} * kFilterBlockBytes,
                            uint64_t{LoadLe32(header + HeaderAt::kLines)} * kLineBytes, LoadLe64(header + HeaderAt::kListWords) * 4, LoadLe64(header + HeaderAt::kRows) * 16};
  uint64_t at = kSetHeaderBytes;
  for (size_t i = 0; i < kSections && at <= bytes.size() && sizes[i] <= bytes.size() - at; ++i) {
    StoreLe64(header + HeaderAt::kChecksums + 8 * i, Checksum({header + at, static_cast<size_t>(sizes[i])}, TheSecrets()->checksum_seed + i));
    at = AlignSection(at + sizes[i]);
  }
  std::array<uint8_t, 32> seal{};
  std::copy(seal.begin(), seal.end(), header + HeaderAt::kDigest);
  crypto_generichash(seal.data(), seal.size(), header, kSetHeaderBytes, TheSecrets()->digest_key.data(), TheSecrets()->digest_key.size());
  std::copy(seal.begin(), seal.end(), header + HeaderAt::kDigest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);
  Look(bytes);
  if (size < kSetHeaderBytes) return 0;
  Seal(bytes);
  Look(bytes);
  return 0;
}
