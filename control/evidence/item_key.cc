#include "control/evidence/item_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace sluice::evidence {
namespace {

constexpr std::string_view kOpeningHead = "sluice-evidence-key x25519 ";
constexpr std::string_view kSealingHead = "sluice-evidence-public-key x25519 ";
constexpr size_t kLongestKeyFile = 4096;
constexpr size_t kFingerprintDigits = 16;
constexpr size_t kKeyBytes = 32;
static_assert(crypto_box_PUBLICKEYBYTES == kKeyBytes && crypto_box_SECRETKEYBYTES == kKeyBytes);

std::string Digits(const uint8_t* bytes) {
  std::array<char, 2 * kKeyBytes + 1> text;
  sodium_bin2hex(text.data(), text.size(), bytes, kKeyBytes);
  std::string digits = text.data();
  sodium_memzero(text.data(), text.size());
  return digits;
}

// O_EXCL: a key that is overwritten is lost, and with it all that was sealed for it.
Status WriteNewFile(const std::string& path, const std::string& text, mode_t mode) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return Error::FromErrno(errno, "cannot make the key file " + path);
  const bool written = fchmod(file, mode) == 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int error = errno;
  close(file);
  if (written) return {};
  unlink(path.c_str());
  return Error::FromErrno(error, "cannot write the key file " + path);
}

struct KeyFile {
  std::string line;          // the first that is neither empty nor a comment
  bool is_private = false;   // nobody but its owner may use the file
};

Result<KeyFile> ReadLine(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error::FromErrno(errno, "cannot open the key file " + path);
  struct stat status {};
  std::string text(kLongestKeyFile, '\0');
  const ssize_t got = fstat(file, &status) == 0 ? read(file, text.data(), text.size()) : -1;
  const int error = errno;
  close(file);
  if (got < 0) return Error::FromErrno(error, "cannot read the key file " + path);
  text.resize(static_cast<size_t>(got));
  KeyFile found;
  found.is_private = (status.st_mode & 077) == 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    found.line = text.substr(at, end - at);
    if (!found.line.empty() && found.line[0] != '#') break;
    found.line.clear();
    at = end + 1;
  }
  sodium_memzero(text.data(), text.size());
  return found;
}

bool BytesOf(std::string_view line, std::string_view head, uint8_t* bytes) {
  if (line.substr(0, head.size()) != head) return false;
  line.remove_prefix(head.size());
  size_t length = 0;
  const char* end = nullptr;
  return sodium_hex2bin(bytes, kKeyBytes, line.data(), line.size(), nullptr, &length, &end) == 0 && length == kKeyBytes && end == line.data() + line.size();
}

Status StartSodium() {
  if (sodium_init() >= 0) return {};
  return Error(ErrorCode::kInternal, "libsodium cannot be started");
}

}  // namespace

std::string Fingerprint(const SealingKey& key) { return Digits(key.bytes.data()).substr(0, kFingerprintDigits); }

Result<OpeningKey> OpeningKey::Generate() {
  if (Status started = StartSodium(); !started) return started.error();
  OpeningKey key;
  std::array<uint8_t, kKeyBytes> sealing;
  crypto_box_keypair(sealing.data(), key.bytes_.data());
  return key;
}

Result<OpeningKey> OpeningKey::Read(const std::string& path) {
  if (Status started = StartSodium(); !started) return started.error();
  Result<KeyFile> file = ReadLine(path);
  if (!file) return file.error();
  OpeningKey key;
  const bool read = BytesOf(file->line, kOpeningHead, key.bytes_.data());
  const bool is_other = file->line.rfind(kSealingHead, 0) == 0;
  sodium_memzero(file->line.data(), file->line.size());
  if (is_other) return Error(ErrorCode::kInvalidArgument, path + " is a public key; to open evidence, the other half is needed (the file that ends in .key)");
  if (!read) return Error(ErrorCode::kCorrupt, path + " is not a key file of `sluicectl evidence new-key`");
  if (file->is_private) return key;
  return Error(ErrorCode::kPermissionDenied, path + ": others than its owner may use this key; take their rights away: chmod 600 " + path);
}

OpeningKey::OpeningKey(OpeningKey&& other) noexcept : bytes_(other.bytes_) { sodium_memzero(other.bytes_.data(), other.bytes_.size()); }
OpeningKey::~OpeningKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

SealingKey OpeningKey::sealing_key() const {
  SealingKey key;
  crypto_scalarmult_base(key.bytes.data(), bytes_.data());
  return key;
}

Status WriteKeyPair(const std::string& name, const OpeningKey& key) {
  std::string opening = "# Opens evidence of a Sluice appliance (`sluicectl evidence open`). Keep it off the appliance, and keep it: without it\n"
                        "# nobody can read what was sealed.\n" +
                        std::string(kOpeningHead) + Digits(key.bytes()) + "\n";
  const std::string sealing = "# Seals evidence on a Sluice appliance: `evidence: {public_key: …}` of sluice.yaml.\n" + std::string(kSealingHead) +
                              Digits(key.sealing_key().bytes.data()) + "\n";
  Status status = WriteNewFile(name + ".key", opening, 0600);
  sodium_memzero(opening.data(), opening.size());
  if (!status) return status;
  status = WriteNewFile(name + ".pub", sealing, 0644);
  if (!status) unlink((name + ".key").c_str());
  return status;
}

Result<SealingKey> ReadSealingKey(const std::string& path) {
  if (Status started = StartSodium(); !started) return started.error();
  Result<KeyFile> file = ReadLine(path);
  if (!file) return file.error();
  SealingKey key;
  if (BytesOf(file->line, kSealingHead, key.bytes.data())) return key;
  const bool is_other = file->line.rfind(kOpeningHead, 0) == 0;
  sodium_memzero(file->line.data(), file->line.size());
  if (is_other) return Error(ErrorCode::kInvalidArgument, path + " opens evidence and does not belong on the appliance; its public half (the file that ends in .pub) does");
  return Error(ErrorCode::kCorrupt, path + " is not a public key of `sluicectl evidence new-key`");
}

}  // namespace sluice::evidence
