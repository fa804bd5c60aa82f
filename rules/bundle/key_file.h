// Key files: a pair as `sluicec keygen` makes it, NAME.key (secret, mode 0600) and NAME.pub; one line of text each.
//
// A secret key that others could read is refused, as is a file of the wrong half. Thread: pure but for the files.
// Allocates: yes (cold path). Failure: Result, one sentence with what to do.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "rules/bundle/signature.h"

namespace sluice::bundle {

// Makes both files, never over ones that are there.
Status WriteKeyPair(const std::string& name, const SecretKey& key);
Result<SecretKey> ReadSecretKey(const std::string& path);
Result<PublicKey> ReadPublicKey(const std::string& path);
// All of them, or the first mistake.
Result<TrustedKeys> ReadTrustedKeys(std::span<const std::string> paths);

}  // namespace sluice::bundle
