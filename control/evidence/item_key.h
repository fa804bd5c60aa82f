// The pair of keys of a vault: NAME.key opens evidence and stays off the appliance, NAME.pub seals it and is all the appliance has.
//
// X25519, by libsodium. Thread: pure but for the files. Allocates: yes. Failure: Result, one sentence with what to do.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace sluice::evidence {

struct SealingKey {
  std::array<uint8_t, crypto_box_PUBLICKEYBYTES> bytes{};
};
// 16 hexadecimal digits, by which people tell keys apart.
std::string Fingerprint(const SealingKey& key);

// Its memory is wiped when it goes.
class OpeningKey {
 public:
  static Result<OpeningKey> Generate();
  static Result<OpeningKey> Read(const std::string& path);
  OpeningKey(OpeningKey&& other) noexcept;
  OpeningKey& operator=(OpeningKey&&) = delete;
  ~OpeningKey();

  SealingKey sealing_key() const;
  const uint8_t* bytes() const { return bytes_.data(); }

 private:
  OpeningKey() = default;
  std::array<uint8_t, crypto_box_SECRETKEYBYTES> bytes_{};
};

// Makes both files, never over ones that are there.
Status WriteKeyPair(const std::string& name, const OpeningKey& key);
Result<SealingKey> ReadSealingKey(const std::string& path);

}  // namespace sluice::evidence
