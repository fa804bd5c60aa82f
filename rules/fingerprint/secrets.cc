#include "rules/fingerprint/secrets.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/byte_order.h"
#include "rules/fingerprint/fold.h"

namespace sluice::fingerprint {
namespace {

constexpr std::string_view kHead = "sluice-signature-key ";
constexpr size_t kDigits = 2 * kKeyBytes;

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

// A stream of secret words for one purpose.
class Drawer {
 public:
  Drawer(const Key& key, std::string_view purpose) {
    crypto_generichash(seed_.data(), seed_.size(), reinterpret_cast<const uint8_t*>(purpose.data()), purpose.size(), key.Reveal().data(), kKeyBytes);
  }
  void Fill(void* out, size_t bytes) { randombytes_buf_deterministic(out, bytes, seed_.data()); }
  ~Drawer() { sodium_memzero(seed_.data(), seed_.size()); }

 private:
  std::array<uint8_t, randombytes_SEEDBYTES> seed_{};
};

template <typename T>
void Draw(const Key& key, std::string_view purpose, T& out) {
  Drawer(key, purpose).Fill(&out, sizeof out);
}

}  // namespace

Result<Key> ReadKey(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) return Error::FromErrno(errno, "cannot open the signature key " + path);
  if ((status.st_mode & 077) != 0) {
    return Error{ErrorCode::kPermissionDenied, path + ": others than its owner may read this secret key; take their rights away: chmod 600 " + path};
  }
  std::array<char, kHead.size() + kDigits + 2> text{};
  const ssize_t n = ::read(file.fd(), text.data(), text.size());
  std::array<uint8_t, kKeyBytes> bytes{};
  size_t length = 0;
  const bool whole = n >= static_cast<ssize_t>(kHead.size() + kDigits) && std::string_view(text.data(), kHead.size()) == kHead;
  const bool read = whole && sodium_hex2bin(bytes.data(), bytes.size(), text.data() + kHead.size(), kDigits, nullptr, &length, nullptr) == 0 && length == bytes.size();
  sodium_memzero(text.data(), text.size());
  if (!read) return Error{ErrorCode::kCorrupt, path + " is no signature key: expected a line '" + std::string(kHead) + "' and 64 hexadecimal digits, as `sluicec fingerprint new-key` writes it"};
  return Key(bytes);
}

Status WriteNewKey(const std::string& path) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) return Error::FromErrno(errno, "cannot make the signature key " + path);
  std::array<uint8_t, kKeyBytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, kDigits + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), bytes.data(), bytes.size());
  std::string text = std::string(kHead) + digits.data() + "\n";
  const ssize_t written = ::write(file.fd(), text.data(), text.size());
  sodium_memzero(bytes.data(), bytes.size());
  sodium_memzero(digits.data(), digits.size());
  const bool done = written == static_cast<ssize_t>(text.size()) && ::fsync(file.fd()) == 0;
  sodium_memzero(text.data(), text.size());
  if (done) return {};
  ::unlink(path.c_str());
  return Error::FromErrno(written < 0 ? errno : ENOSPC, "cannot write the signature key " + path);
}

std::shared_ptr<const Secrets> Secrets::Make(const Key& key) {
  auto secrets = std::make_shared<Secrets>();
  Draw(key, "sluice signature binary gear", secrets->binary_gear);
  Draw(key, "sluice signature text mix", secrets->mix_add);
  Draw(key, "sluice signature text multiplier", secrets->mix_multiply);
  secrets->mix_multiply |= 1;
  Draw(key, "sluice signature text seed", secrets->text_seed);
  Draw(key, "sluice signature binary seed", secrets->binary_seed);
  Draw(key, "sluice signature block seed", secrets->block_seed);
  Draw(key, "sluice signature checksum", secrets->checksum_seed);
  Draw(key, "sluice signature siphash", secrets->sip);
  Draw(key, "sluice signature digest", secrets->digest_key);
  Draw(key, "sluice signature check", secrets->check);
  const FoldTable& fold = FoldTable::Get();
  for (char32_t c = 0; c < secrets->ascii_gear.size(); ++c) {
    if (fold[c] != 0) secrets->ascii_gear[c] = secrets->GearOf(fold[c]) | 1;
  }
  for (size_t i = 0; i < secrets->ideograph_gear.size(); ++i) secrets->ideograph_gear[i] = secrets->GearOf(Secrets::kFirstIdeograph + static_cast<char32_t>(i));
  return secrets;
}

}  // namespace sluice::fingerprint
