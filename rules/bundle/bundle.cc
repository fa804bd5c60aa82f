#include "rules/bundle/bundle.h"

#include <hs.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace sluice::bundle {
namespace {

// A policy larger than this is a mistake or an attack, and is refused before it is read.
constexpr long kMaxBundleBytes = 1L << 30;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string Hex(uint64_t value) {
  std::array<char, 24> text;
  const int n = std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return {text.data(), static_cast<size_t>(n)};
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

Status CheckRunsOn(const Platform& target, const Platform& local) {
  if (target.hyperscan_version != local.hyperscan_version) {
    return Error{ErrorCode::kVersionMismatch, "the bundle was built with Hyperscan " + target.hyperscan_version +
                                                  ", this machine has " + local.hyperscan_version +
                                                  "; rebuild it here with `sluicec compile`"};
  }
  if ((target.cpu_features & ~local.cpu_features) != 0) {
    return Error{ErrorCode::kUnsupported, "the bundle was built for a processor with features " + Hex(target.cpu_features) +
                                              ", this one has " + Hex(local.cpu_features) +
                                              "; rebuild it here with `sluicec compile`"};
  }
  return {};
}

Result<std::shared_ptr<const Bundle>> Load(const std::string& path) {
  const Result<std::vector<uint8_t>> bytes = ReadFile(path);
  if (!bytes) return bytes.error();
  Result<std::shared_ptr<const Bundle>> bundle = Parse({bytes->data(), bytes->size()});
  if (!bundle) return bundle.error().WithContext(path);
  const Result<Platform> local = LocalPlatform();
  if (!local) return local.error();
  if (const Status status = CheckRunsOn((*bundle)->platform(), *local); !status) return status.error().WithContext(path);
  return bundle;
}

}  // namespace sluice::bundle
