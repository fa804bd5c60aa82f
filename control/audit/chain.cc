#include "control/audit/chain.h"

#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <cerrno>
#include <fstream>

namespace sluice::audit {
namespace {

constexpr std::string_view kPrevious = ",\"prev\":\"", kHash = ",\"hash\":\"", kEnd = "\"}";
constexpr size_t kDigits = 2 * crypto_hash_sha256_BYTES;

std::string DigestOf(std::string_view text) {
  std::array<uint8_t, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  static constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : digest) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return hex;
}

// What is wrong with a line, or nothing.
std::string FaultOf(std::string_view line, uint64_t seq, std::string_view previous) {
  const std::string begin = "{\"seq\":" + std::to_string(seq) + ",";
  const std::string_view hash = HashOf(line);
  if (hash.empty()) return "is not an entry";
  const std::string_view sealed = line.substr(0, line.size() - kEnd.size() - kDigits - kHash.size());
  if (DigestOf(sealed) != hash) return "was changed: its digest is another";
  if (sealed.substr(0, begin.size()) != begin) return "is not number " + std::to_string(seq);
  const std::string link = std::string(kPrevious) + std::string(previous) + "\"";
  const bool linked = sealed.size() >= link.size() && sealed.substr(sealed.size() - link.size()) == link;
  return linked ? "" : "does not follow the line before it";
}

}  // namespace

std::string Seal(std::string body, std::string_view previous) {
  body += std::string(kPrevious) + std::string(previous) + "\"";
  const std::string hash = DigestOf(body);
  return body + std::string(kHash) + hash + std::string(kEnd) + "\n";
}

std::string_view HashOf(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  const size_t tail = kHash.size() + kDigits + kEnd.size();
  if (line.size() < tail || line.substr(line.size() - kEnd.size()) != kEnd) return {};
  const std::string_view from = line.substr(line.size() - tail);
  return from.substr(0, kHash.size()) == kHash ? from.substr(kHash.size(), kDigits) : std::string_view();
}

Result<Verification> Verify(const std::string& path, std::string_view wanted) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error::FromErrno(errno, "audit log " + path);
  Verification seen;
  if (!wanted.empty()) seen.met = false;
  std::string line;
  while (std::getline(in, line)) {
    const std::string number = "line " + std::to_string(seen.entries + 1) + " ";
    if (in.eof()) {
      seen.torn = true;
      seen.fault = number + "has no end";
      return seen;
    }
    if (const std::string fault = FaultOf(line, seen.entries + 1, seen.head); !fault.empty()) {
      seen.fault = number + fault;
      return seen;
    }
    ++seen.entries;
    seen.bytes += line.size() + 1;
    seen.head = HashOf(line);
    if (!wanted.empty() && seen.head == wanted) seen.met = true;
  }
  if (in.bad()) return Error(ErrorCode::kIo, "audit log " + path + " cannot be read to its end");
  return seen;
}

}  // namespace sluice::audit
