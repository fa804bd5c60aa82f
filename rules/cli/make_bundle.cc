// `sluicec compile` and `sluicec rebuild`: both end in a bundle that is written whole or not at all.
#include <cstdio>
#include <optional>

#include "rules/bundle/key_file.h"
#include "rules/cli/commands.h"
#include "rules/cli/report.h"

namespace sluice::cli {
namespace {

using bundle::SecretKey;
using compile::CompileResult;
using compile::Goal;

// Nothing where no signature is asked for.
Result<std::optional<SecretKey>> ReadSigningKey(const std::string& path) {
  if (path.empty()) return std::optional<SecretKey>();
  Result<SecretKey> key = bundle::ReadSecretKey(path);
  if (!key) return key.error();
  return std::optional<SecretKey>(std::move(*key));
}

int RefuseToWrite(const CompileResult& result) {
  std::fprintf(stderr, "%s; nothing was written\n", Counted(result.diagnostics.error_count(), "error", "errors").c_str());
  return 1;
}

int WriteResult(const CompileResult& result, const std::optional<SecretKey>& key, const std::string& output) {
  PrintDiagnostics(result.diagnostics, result.sources);
  if (result.diagnostics.has_errors()) return RefuseToWrite(result);
  std::vector<uint8_t> bytes = result.bundle;
  if (key) {
    Result<std::vector<uint8_t>> with_signature = bundle::SignBundle({bytes.data(), bytes.size()}, *key);
    if (!with_signature) return Fail(with_signature.error());
    bytes = std::move(*with_signature);
  }
  // What could not be loaded is not written.
  const Result<std::shared_ptr<const bundle::Bundle>> made = bundle::Parse({bytes.data(), bytes.size()});
  if (!made) return Fail(made.error());
  if (const Status status = compile::WriteFileAtomically(output, {bytes.data(), bytes.size()}); !status) {
    std::fprintf(stderr, "error SL6002: %s\n", status.error().message().c_str());
    return 1;
  }
  const std::string signature = key ? ", signed with the key " + Fingerprint(key->public_key()) : "";
  std::printf("%s: %s, %s passed, %zu bytes, digest %s%s\n", output.c_str(), Summary(result).c_str(),
              Counted(result.example_count, "example", "examples").c_str(), bytes.size(), std::string((*made)->digest()).c_str(), signature.c_str());
  return 0;
}

}  // namespace

int RunCompile(const std::vector<std::string>& paths, const std::string& output, const std::string& signing_key) {
  const Result<std::optional<SecretKey>> key = ReadSigningKey(signing_key);
  if (!key) return Fail(key.error());
  return WriteResult(compile::Compile(paths, Goal::kCompile), *key, output);
}

int RunRebuild(const std::string& path, const RebuildOptions& options) {
  const Result<bundle::TrustedKeys> trusted = bundle::ReadTrustedKeys(options.trusted_keys);
  if (!trusted) return Fail(trusted.error());
  const Result<std::optional<SecretKey>> key = ReadSigningKey(options.signing_key);
  if (!key) return Fail(key.error());
  const Result<std::shared_ptr<const bundle::Bundle>> old = bundle::Open(path, *trusted);
  if (!old) return Fail(old.error());
  const Result<bundle::Platform> local = bundle::LocalPlatform();
  if (!local) return Fail(local.error());
  std::fprintf(stderr, "%s was built for  %s\nthis machine has  %s\n", path.c_str(), Describe((*old)->platform()).c_str(), Describe(*local).c_str());
  if ((*old)->signer() && !*key) std::fprintf(stderr, "note: the new bundle is not signed; the old signature, by the key %s, is for other bytes\n", Fingerprint(*(*old)->signer()).c_str());
  return WriteResult(compile::Rebuild(**old), *key, options.output);
}

}  // namespace sluice::cli
