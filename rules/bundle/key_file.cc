#include "rules/bundle/key_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sluice::bundle {
namespace {

constexpr std::string_view kSecretHead = "sluice-secret-key ed25519 ";
constexpr std::string_view kPublicHead = "sluice-public-key ed25519 ";
constexpr size_t kLongestKeyFile = 4096;
constexpr mode_t kForOwnerOnly = 0600, kForAll = 0644;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

static_assert(kSeedBytes == kPublicKeyBytes);

// O_EXCL: a key that is overwritten is lost, and with it the trust in what it signed.
Status WriteNewFile(const std::string& path, std::string_view text, mode_t mode) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.fd() < 0) return Error::FromErrno(errno, "cannot make the key file " + path);
  // The umask may take rights away; it must not decide.
  if (::fchmod(file.fd(), mode) != 0) return Error::FromErrno(errno, "cannot set the rights of " + path);
  const ssize_t written = ::write(file.fd(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size()) && ::fsync(file.fd()) == 0) return {};
  const int error = written < 0 ? errno : ENOSPC;
  ::unlink(path.c_str());
  return Error::FromErrno(error, "cannot write the key file " + path);
}

struct KeyText {
  std::string text;
  bool is_private = false;  // nobody but its owner may use the file
};

Result<KeyText> ReadSmallFile(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return Error::FromErrno(errno, "cannot open the key file " + path);
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) return Error::FromErrno(errno, "cannot read the key file " + path);
  std::string text(kLongestKeyFile + 1, '\0');
  const ssize_t n = ::read(file.fd(), text.data(), text.size());
  if (n < 0) return Error::FromErrno(errno, "cannot read the key file " + path);
  text.resize(static_cast<size_t>(n));
  if (text.size() > kLongestKeyFile) return Error{ErrorCode::kCorrupt, path + " is no key file: it is longer than 4096 bytes"};
  return KeyText{std::move(text), (status.st_mode & 077) == 0};
}

bool BeginsWith(std::string_view text, std::string_view head) { return text.substr(0, head.size()) == head; }

// The first line that is neither empty nor a comment.
std::string_view ContentLine(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && line.front() != '#') return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

bool BytesFromDigits(std::string_view digits, std::array<uint8_t, kSeedBytes>& bytes) {
  size_t length = 0;
  const char* end = nullptr;
  const bool read = sodium_hex2bin(bytes.data(), bytes.size(), digits.data(), digits.size(), nullptr, &length, &end) == 0;
  return read && length == bytes.size() && end == digits.data() + digits.size();
}

// The two halves of a pair, as their files tell them apart.
struct Half {
  std::string_view head;
  std::string_view other_head;
  std::string_view if_other;  // what to say to the other half, behind the path
  bool must_be_private;
};
constexpr Half kSecretHalf{kSecretHead, kPublicHead, " is a public key; to sign, its secret half is needed (the file that ends in .key)", true};
constexpr Half kPublicHalf{kPublicHead, kSecretHead, " is a secret key; only its public half (the file that ends in .pub) belongs here", false};

// Seeds and public keys are equally long.
Status ReadKeyBytes(const std::string& path, const Half& half, std::array<uint8_t, kSeedBytes>& bytes) {
  Result<KeyText> file = ReadSmallFile(path);
  if (!file) return file.error();
  const std::string_view line = ContentLine(file->text);
  const bool is_half = BeginsWith(line, half.head);
  const bool is_other = BeginsWith(line, half.other_head);
  const bool read = is_half && BytesFromDigits(line.substr(half.head.size()), bytes);
  sodium_memzero(file->text.data(), file->text.size());
  if (is_other) return Error{ErrorCode::kInvalidArgument, path + std::string(half.if_other)};
  if (!read) {
    return Error{ErrorCode::kCorrupt, path + " is not a key file of `sluicec keygen`: expected a line '" + std::string(half.head) + "' and 64 hexadecimal digits"};
  }
  if (!half.must_be_private || file->is_private) return {};
  sodium_memzero(bytes.data(), bytes.size());
  return Error{ErrorCode::kPermissionDenied, path + ": others than its owner may use this secret key; take their rights away: chmod 600 " + path};
}

}  // namespace

Status WriteKeyPair(const std::string& name, const SecretKey& key) {
  Seed seed = key.RevealSeed();
  std::string secret = "# The secret half of a key for Sluice bundles. Keep it where bundles are signed, and nowhere else.\n" +
                       std::string(kSecretHead) + ToHex({seed.data(), seed.size()}) + "\n";
  const std::string shared = "# The public half of a key for Sluice bundles: for `sluicec verify --key` and `trusted_keys` of sluice.yaml.\n" +
                             std::string(kPublicHead) + ToHex({key.public_key().bytes.data(), kPublicKeyBytes}) + "\n";
  Status status = WriteNewFile(name + ".key", secret, kForOwnerOnly);
  sodium_memzero(secret.data(), secret.size());
  sodium_memzero(seed.data(), seed.size());
  if (!status) return status;
  status = WriteNewFile(name + ".pub", shared, kForAll);
  if (!status) ::unlink((name + ".key").c_str());
  return status;
}

Result<SecretKey> ReadSecretKey(const std::string& path) {
  Seed seed;
  const Status read = ReadKeyBytes(path, kSecretHalf, seed);
  if (!read) return read.error();
  Result<SecretKey> key = SecretKey::FromSeed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<PublicKey> ReadPublicKey(const std::string& path) {
  PublicKey key;
  const Status read = ReadKeyBytes(path, kPublicHalf, key.bytes);
  if (!read) return read.error();
  return key;
}

Result<TrustedKeys> ReadTrustedKeys(std::span<const std::string> paths) {
  TrustedKeys keys;
  for (const std::string& path : paths) {
    const Result<PublicKey> key = ReadPublicKey(path);
    if (!key) return key.error();
    keys.push_back(*key);
  }
  return keys;
}

}  // namespace sluice::bundle
