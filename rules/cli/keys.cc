// `sluicec keygen` and `sluicec verify`.
#include <cstdio>

#include "rules/bundle/key_file.h"
#include "rules/cli/commands.h"
#include "rules/cli/report.h"

namespace sluice::cli {

int RunKeygen(const std::string& name) {
  const Result<bundle::SecretKey> key = bundle::SecretKey::Generate();
  if (!key) return Fail(key.error());
  if (const Status status = bundle::WriteKeyPair(name, *key); !status) return Fail(status.error());
  std::printf("%s.key: the secret half, for `sluicec compile --sign`; only its owner may read it\n"
              "%s.pub: the public half %s, for `sluicec verify --key` and `trusted_keys` of sluice.yaml\n",
              name.c_str(), name.c_str(), Fingerprint(key->public_key()).c_str());
  return 0;
}

int RunVerify(const std::string& path, const std::vector<std::string>& keys) {
  const Result<bundle::TrustedKeys> trusted = bundle::ReadTrustedKeys(keys);
  if (!trusted) return Fail(trusted.error());
  const Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::Open(path, *trusted);
  if (!bundle) return Fail(bundle.error());
  std::printf("%s: whole, signed with the key %s, digest %s\n", path.c_str(), Fingerprint(*(*bundle)->signer()).c_str(), std::string((*bundle)->digest()).c_str());
  return 0;
}

}  // namespace sluice::cli
