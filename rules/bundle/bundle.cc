#include "rules/bundle/bundle.h"

#include <hs.h>

#include <cerrno>
#include <cstdio>
#include <iterator>
#include <memory>

namespace sluice::bundle {
namespace {

// A policy larger than this is a mistake or an attack, and is refused before it is read.
constexpr long kMaxBundleBytes = 1L << 30;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

constexpr std::string_view kRebuild = "; rebuild it here from its own sources: `sluicec rebuild OLD.slb -o NEW.slb`";

struct Feature {
  uint64_t bit;
  std::string_view name;
};
constexpr Feature kFeatures[] = {{HS_CPU_FEATURES_AVX2, "AVX2"}, {HS_CPU_FEATURES_AVX512, "AVX-512"}, {HS_CPU_FEATURES_AVX512VBMI, "AVX-512 VBMI"}};

// As Hyperscan numbers them (HS_TUNE_FAMILY_*).
constexpr std::string_view kTunes[] = {"", "Sandy Bridge", "Ivy Bridge", "Haswell", "Silvermont", "Broadwell", "Skylake", "Skylake server", "Goldmont", "Ice Lake", "Ice Lake server"};

std::string FeatureNames(uint64_t features) {
  std::string names;
  for (const Feature& feature : kFeatures) {
    if ((features & feature.bit) == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(feature.name);
    features &= ~feature.bit;
  }
  if (features != 0) names += (names.empty() ? "" : ", ") + std::string("a feature that this version does not know");
  return names;
}

Result<std::vector<uint8_t>> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) return Error::FromErrno(errno, "cannot open the bundle " + path);
  if (std::fseek(file.get(), 0, SEEK_END) != 0) return Error::FromErrno(errno, "cannot read the bundle " + path);
  const long size = std::ftell(file.get());
  if (size < 0) return Error::FromErrno(errno, "cannot read the bundle " + path);
  if (size > kMaxBundleBytes) return Error{ErrorCode::kCorrupt, path + ": larger than 1 GiB, which no bundle is"};
  std::rewind(file.get());
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
    return Error{ErrorCode::kIo, path + ": the file ended while it was being read"};
  }
  return bytes;
}

}  // namespace

std::string_view Name(DatabaseMode value) {
  switch (value) {
    case DatabaseMode::kStream: return "stream";
    case DatabaseMode::kBlock: return "block";
    case DatabaseMode::kCount: break;
  }
  return "?";
}

Result<Platform> LocalPlatform() {
  hs_platform_info_t info{};
  if (hs_valid_platform() != HS_SUCCESS || hs_populate_platform(&info) != HS_SUCCESS) {
    return Error{ErrorCode::kUnsupported, "this processor lacks what Hyperscan needs (expected x86-64 with SSSE3)"};
  }
  return Platform{info.tune, info.cpu_features, hs_version()};
}

std::string Describe(const Platform& platform) {
  std::string text = "Hyperscan " + platform.hyperscan_version + ", x86-64";
  if (platform.cpu_features != 0) text += " with " + FeatureNames(platform.cpu_features);
  if (platform.tune > 0 && platform.tune < std::size(kTunes)) text += ", tuned for " + std::string(kTunes[platform.tune]);
  return text;
}

Status CheckRunsOn(const Platform& target, const Platform& local) {
  if (target.hyperscan_version != local.hyperscan_version) {
    return Error{ErrorCode::kVersionMismatch, "the bundle was built with Hyperscan " + target.hyperscan_version + ", this machine has " +
                                                  local.hyperscan_version + std::string(kRebuild)};
  }
  const uint64_t missing = target.cpu_features & ~local.cpu_features;
  if (missing == 0) return {};
  return Error{ErrorCode::kUnsupported, "the bundle was built for another processor (" + Describe(target) + "), this one lacks " +
                                            FeatureNames(missing) + std::string(kRebuild)};
}

Result<std::shared_ptr<const Bundle>> Open(const std::string& path, const TrustedKeys& trusted) {
  const Result<std::vector<uint8_t>> bytes = ReadFile(path);
  if (!bytes) return bytes.error();
  Result<std::shared_ptr<const Bundle>> bundle = Parse({bytes->data(), bytes->size()}, trusted);
  if (!bundle) return bundle.error().WithContext(path);
  return bundle;
}

Result<std::shared_ptr<const Bundle>> Load(const std::string& path, const TrustedKeys& trusted, const SignatureFiles& signatures) {
  const Result<std::vector<uint8_t>> bytes = ReadFile(path);
  if (!bytes) return bytes.error();
  Result<std::shared_ptr<const Bundle>> bundle = ParseToRun({bytes->data(), bytes->size()}, trusted, signatures);
  if (!bundle) return bundle.error().WithContext(path);
  const Result<Platform> local = LocalPlatform();
  if (!local) return local.error();
  if (const Status status = CheckRunsOn((*bundle)->platform(), *local); !status) return status.error().WithContext(path);
  return bundle;
}

}  // namespace sluice::bundle
