// Token: a word that stands for a user and a role: "sluice_" NUMBER "_" SECRET. The number is public and finds the entry; the secret is
// 256 bits from the system's generator, of which the appliance keeps the SHA-256 alone.
//
// A digest without salt or cost is enough for a secret that nobody chose: there is nothing to guess (NIST SP 800-63B, 5.1.2.2).
// Thread: pure. Allocates: yes. Failure: text that is no token reads as nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::access {

inline constexpr std::string_view kTokenPrefix = "sluice_";
inline constexpr size_t kSecretBytes = 32, kDigestBytes = 32;

using TokenDigest = std::array<uint8_t, kDigestBytes>;

// What is known of a token without its secret.
struct TokenKey {
  std::string number;  // 16 lower-case hexadecimal digits
  TokenDigest digest{};
};

struct FreshToken {
  std::string text;  // shown once, and kept nowhere
  TokenKey key;
};

FreshToken MakeToken();
// Of a token's text; nothing where it has not that form to the last character.
std::optional<TokenKey> KeyOf(std::string_view text);
// In a time that does not depend on where they differ.
bool SameDigest(const TokenDigest& one, const TokenDigest& other);

std::string HexOf(const TokenDigest& digest);
std::optional<TokenDigest> DigestFromHex(std::string_view hex);

}  // namespace sluice::access
