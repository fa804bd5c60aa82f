// Bundle: a compiled policy in memory, read from an *.slb file (docs/bundle-format.md) and checked field by field.
//
// This is all that the data plane knows of rules: the compiler and YAML stay outside. The digest is verified before
// anything else is believed. Thread: immutable once loaded, shared between workers. Allocates: while loading.
// Failure: an Error that says what was expected and what to do (nearly always: rebuild with `sluicec compile`).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_view.h"
#include "base/result.h"
#include "rules/bundle/signature.h"
#include "rules/bundle/signature_sets.h"
#include "rules/model/pattern.h"
#include "rules/model/rule.h"

namespace sluice::bundle {

using model::CostClass;
using model::Name;
// Its index in patterns() is the id that Hyperscan reports, in whichever database it is.
using model::Pattern;
// Its index in anchors(), behind the patterns, is the id that Hyperscan reports.
using model::Anchor;

enum class DatabaseMode : uint8_t { kStream, kBlock, kCount };
std::string_view Name(DatabaseMode value);

// A serialized Hyperscan database (hs_deserialize_database makes it usable).
struct Database {
  DatabaseMode mode = DatabaseMode::kStream;
  CostClass cost = CostClass::kLiterals;
  uint32_t pattern_count = 0;
  uint32_t stream_state_bytes = 0;  // per flow and direction; 0 in block mode
  ByteView blob;                    // lives as long as the Bundle
};

// The processor and library that the databases were built for.
struct Platform {
  uint32_t tune = 0;
  uint64_t cpu_features = 0;  // HS_CPU_FEATURES_*
  std::string hyperscan_version;
};
// Of this machine. Failure: the processor lacks what Hyperscan needs.
Result<Platform> LocalPlatform();
// "Hyperscan 5.4.0, x86-64 with AVX2, tuned for Skylake".
std::string Describe(const Platform& platform);
// Whether databases built for `target` run on `local`.
Status CheckRunsOn(const Platform& target, const Platform& local);

// A file as it was compiled, so that the bundle can be explained, and rebuilt elsewhere from itself alone.
struct Source {
  std::string name;
  std::string text;  // UTF-8, but for an example, which may be any bytes
  model::SourceKind kind = model::SourceKind::kPack;
};

class Bundle {
 public:
  Bundle() = default;
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  std::span<const model::Rule> rules() const { return policy_.rules; }
  std::span<const model::Detector> detectors() const { return policy_.detectors; }
  std::span<const Pattern> patterns() const { return patterns_; }
  std::span<const Anchor> anchors() const { return anchors_; }
  std::span<const Database> databases() const { return databases_; }
  std::span<const Source> sources() const { return sources_; }
  const model::FailModes& fail_modes() const { return policy_.fail; }
  const Platform& platform() const { return platform_; }
  // Indices into rules(), ascending, of the rules whose condition names this detector: those to look at after a hit.
  std::span<const uint32_t> RulesOf(model::DetectorIndex detector) const { return rules_of_[detector]; }
  // SHA-256 of everything after the header, 64 lowercase hex digits: the name of this policy in records.
  std::string_view digest() const { return digest_; }
  // Whose signature it carries, if any: one that holds, by a key that need not be one to trust.
  const std::optional<PublicKey>& signer() const { return signer_; }
  // nullptr: no detector asks for registered documents, or they were not given (a bundle that is only looked into).
  const std::shared_ptr<const SignatureSets>& signatures() const { return signatures_; }

 private:
  friend class BundleReader;
  std::vector<uint8_t> bytes_;
  model::Policy policy_;
  std::vector<Pattern> patterns_;
  std::vector<Anchor> anchors_;
  std::vector<Database> databases_;
  std::vector<Source> sources_;
  std::vector<std::vector<uint32_t>> rules_of_;
  Platform platform_;
  std::string digest_;
  std::optional<PublicKey> signer_;
  std::shared_ptr<const SignatureSets> signatures_;
};

// The bytes are copied. Refuses a bundle that no key of `trusted` has signed, unless that is empty. Does not ask for the
// platform: see CheckRunsOn.
Result<std::shared_ptr<const Bundle>> Parse(ByteView bytes, const TrustedKeys& trusted = {});
// The same, with the sets that its detectors ask for.
using OpenSets = std::vector<std::shared_ptr<const fingerprint::Set>>;
Result<std::shared_ptr<const Bundle>> ParseToRun(ByteView bytes, const TrustedKeys& trusted, const SignatureFiles& signatures);
Result<std::shared_ptr<const Bundle>> ParseWithSets(ByteView bytes, const OpenSets& sets);
// Reads the file and parses it, for whichever processor it was built.
Result<std::shared_ptr<const Bundle>> Open(const std::string& path, const TrustedKeys& trusted = {});
// The same, to be put in force: checks that it runs on this machine, and loads the signature sets that it asks for.
Result<std::shared_ptr<const Bundle>> Load(const std::string& path, const TrustedKeys& trusted = {}, const SignatureFiles& signatures = {});

}  // namespace sluice::bundle
