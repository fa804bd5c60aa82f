#include "rules/bundle/signature_sets.h"

#include <algorithm>

namespace sluice::bundle {
namespace {

using fingerprint::Set;
using OpenSets = std::vector<std::shared_ptr<const Set>>;

bool AsksForSets(const std::vector<model::Detector>& detectors) {
  return std::any_of(detectors.begin(), detectors.end(), [](const model::Detector& d) { return d.signature.is_asked(); });
}

std::string NamesOf(const OpenSets& sets) {
  std::string names;
  for (const auto& set : sets) names += (names.empty() ? "" : ", ") + std::string(set->name());
  return names.empty() ? "none" : names;
}

}  // namespace

Result<std::shared_ptr<const SignatureSets>> SignatureSets::Load(const std::vector<model::Detector>& detectors, const SignatureFiles& files) {
  if (!AsksForSets(detectors)) return std::shared_ptr<const SignatureSets>();
  OpenSets open;
  if (!files.sets.empty()) {
    if (files.key.empty()) return Error{ErrorCode::kInvalidArgument, "signature sets need the key that they were made with (--signature-key, or signature_key in sluice.yaml)"};
    const Result<fingerprint::Key> key = fingerprint::ReadKey(files.key);
    if (!key) return key.error();
    const std::shared_ptr<const fingerprint::Secrets> secrets = fingerprint::Secrets::Make(*key);
    for (const std::string& path : files.sets) {
      Result<std::shared_ptr<const Set>> set = Set::Open(path, secrets);
      if (!set) return set.error();
      open.push_back(std::move(*set));
    }
  }
  return Choose(detectors, open);
}

Result<std::shared_ptr<const SignatureSets>> SignatureSets::Choose(const std::vector<model::Detector>& detectors, const OpenSets& open) {
  if (!AsksForSets(detectors)) return std::shared_ptr<const SignatureSets>();
  auto chosen = std::make_shared<SignatureSets>();
  for (model::DetectorIndex d = 0; d < detectors.size(); ++d) {
    const model::SignatureFilter& filter = detectors[d].signature;
    if (!filter.is_asked()) continue;
    const auto has_name = [&](const std::shared_ptr<const Set>& set) { return set->name() == filter.set; };
    const auto found = std::find_if(open.begin(), open.end(), has_name);
    if (found == open.end()) {
      return Error{ErrorCode::kNotFound, "detector '" + detectors[d].id + "' asks for the signature set '" + filter.set + "', which is not among those given (" + NamesOf(open) + ")"};
    }
    if (std::count_if(open.begin(), open.end(), has_name) > 1) return Error{ErrorCode::kInvalidArgument, "two of the signature sets given are called '" + filter.set + "'"};
    auto known = std::find(chosen->sets_.begin(), chosen->sets_.end(), *found);
    if (known == chosen->sets_.end()) known = chosen->sets_.insert(known, *found);
    Use use{d, static_cast<uint32_t>(known - chosen->sets_.begin()), nullptr};
    if (filter.left.is_asked()) use.board = std::make_shared<fingerprint::DepartedBoard>((*found)->documents().size());
    chosen->uses_.push_back(std::move(use));
  }
  return std::shared_ptr<const SignatureSets>(std::move(chosen));
}

}  // namespace sluice::bundle
