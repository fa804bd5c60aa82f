// A bundle from anywhere, as it is and with its digest made right, so that the fuzzer gets past it: an Error or a bundle
// whose every reference holds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "rules/bundle/bundle.h"
#include "rules/bundle/digest.h"
#include "rules/bundle/format.h"

namespace {

void Load(const std::vector<uint8_t>& bytes) {
  const auto bundle = sluice::bundle::Parse({bytes.data(), bytes.size()});
  if (!bundle) return;
  for (const auto& pattern : (*bundle)->patterns()) {
    if (pattern.detector >= (*bundle)->detectors().size()) std::abort();
  }
  for (uint32_t i = 0; i < (*bundle)->detectors().size(); ++i) {
    for (const uint32_t rule : (*bundle)->RulesOf(i)) {
      if (rule >= (*bundle)->rules().size()) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::bundle;
  std::vector<uint8_t> bytes(data, data + size);
  Load(bytes);
  if (size < kHeaderBytes) return 0;
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  sluice::StoreLe32(bytes.data() + kVersionOffset, kFormatVersion);
  sluice::StoreLe64(bytes.data() + kCoveredOffset, size - kHeaderBytes);
  const Digest digest = DigestOf({bytes.data(), bytes.size()}, size - kHeaderBytes);
  std::copy(digest.begin(), digest.end(), bytes.begin() + kDigestOffset);
  Load(bytes);
  return 0;
}
