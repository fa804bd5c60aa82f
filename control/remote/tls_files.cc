#include "control/remote/tls_files.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "base/result.h"
#include "control/remote/openssl_types.h"

namespace sluice::remote {
namespace {

constexpr size_t kLargestFile = 4 << 20;
// Whoever may write a key or is neither its owner nor of its group: 0640 with a group such as Debian's ssl-cert is usual.
constexpr mode_t kTooOpen = 027;

struct FileText {
  std::string text;
  mode_t mode = 0;
};

Result<FileText> ReadFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error::FromErrno(errno, path);
  struct stat status {};
  FileText out;
  int error = fstat(file, &status) == 0 ? 0 : errno;
  if (error == 0 && !S_ISREG(status.st_mode)) error = EINVAL;
  out.mode = status.st_mode;
  char part[16384];
  while (error == 0 && out.text.size() <= kLargestFile) {
    const ssize_t got = read(file, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    out.text.append(part, static_cast<size_t>(got));
  }
  close(file);
  if (error != 0) return Error::FromErrno(error, path);
  if (out.text.size() > kLargestFile) return Error(ErrorCode::kInvalidArgument, path + ": larger than 4 MB, which no PEM file of this kind is");
  return out;
}

BioPtr Reader(const std::string& text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// Nobody is there to ask.
int NoPassPhrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::vector<X509Ptr> Certificates(const std::string& text) {
  std::vector<X509Ptr> all;
  const BioPtr bio = Reader(text);
  while (bio) {
    X509Ptr one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    all.push_back(std::move(one));
  }
  ERR_clear_error();
  return all;
}

Timestamp TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return Timestamp::FromNanoseconds(static_cast<int64_t>(timegm(&parts)) * 1'000'000'000);
}

Validity ValidityIn(const X509& certificate) { return {TimeOf(X509_get0_notBefore(&certificate)), TimeOf(X509_get0_notAfter(&certificate))}; }

class Checker {
 public:
  Checker(const TlsFiles& files, Timestamp now) : files_(files), now_(now) {}

  std::vector<TlsFault> Run() {
    X509Ptr certificate = CheckCertificate();
    const KeyPtr key = CheckKey();
    if (certificate && key && X509_check_private_key(certificate.get(), key.get()) != 1) {
      ERR_clear_error();
      Say("key: " + files_.key + " is not the key of the certificate in " + files_.certificate);
    }
    if (!files_.client_ca.empty()) CheckAuthorities();
    if (!files_.client_crl.empty()) CheckRevoked();
    return std::move(faults_);
  }

 private:
  void Say(std::string sentence) { faults_.push_back({std::move(sentence), false}); }

  X509Ptr CheckCertificate() {
    const Result<FileText> file = ReadFile(files_.certificate);
    if (!file) {
      Say("certificate: " + file.error().message());
      return nullptr;
    }
    std::vector<X509Ptr> chain = Certificates(file->text);
    if (chain.empty()) {
      Say("certificate: " + files_.certificate + " has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
      return nullptr;
    }
    const Validity validity = ValidityIn(*chain.front());
    if (validity.begins > now_) Say("certificate: " + files_.certificate + " is not valid before " + DayAndTime(validity.begins));
    if (validity.ends <= now_) {
      faults_.push_back({"certificate: " + files_.certificate + " expired on " + DayAndTime(validity.ends) + ", and clients refuse it: renew it", true});
    }
    return std::move(chain.front());
  }

  KeyPtr CheckKey() {
    const Result<FileText> file = ReadFile(files_.key);
    if (!file) {
      Say("key: " + file.error().message());
      return nullptr;
    }
    if ((file->mode & kTooOpen) != 0) {
      Say("key: " + files_.key + " is open to others than its owner and group: chmod 0600 " + files_.key);
    }
    bool asked = false;
    const BioPtr bio = Reader(file->text);
    KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassPhrase, &asked));
    if (!key) {
      Say("key: " + files_.key + (asked ? " needs a pass phrase, and nobody is there to ask for it: store it without one" : " has no private key in PEM"));
    }
    ERR_clear_error();
    return key;
  }

  void CheckAuthorities() {
    const Result<FileText> file = ReadFile(files_.client_ca);
    if (!file) return Say("client_ca: " + file.error().message());
    const std::vector<X509Ptr> authorities = Certificates(file->text);
    if (authorities.empty()) return Say("client_ca: " + files_.client_ca + " has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    Timestamp last;
    bool any = false;
    for (const X509Ptr& authority : authorities) {
      last = std::max(last, ValidityIn(*authority).ends);
      any = any || X509_check_ca(authority.get()) != 0;
    }
    if (!any) Say("client_ca: " + files_.client_ca + " has certificates, but none of an authority (basicConstraints CA:TRUE)");
    if (last <= now_) Say("client_ca: every authority in " + files_.client_ca + " has expired, the last one on " + DayAndTime(last) + "; no client would be trusted");
  }

  void CheckRevoked() {
    const Result<FileText> file = ReadFile(files_.client_crl);
    if (!file) return Say("client_crl: " + file.error().message());
    const BioPtr bio = Reader(file->text);
    const X509CrlPtr list(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!list) return Say("client_crl: " + files_.client_crl + " has no list in PEM (-----BEGIN X509 CRL-----)");
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get());
    if (next != nullptr && TimeOf(next) <= now_) {
      Say("client_crl: " + files_.client_crl + " was to be replaced on " + DayAndTime(TimeOf(next)) + "; no client would be trusted with it");
    }
  }

  const TlsFiles& files_;
  const Timestamp now_;
  std::vector<TlsFault> faults_;
};

}  // namespace

std::vector<TlsFault> CheckTlsFiles(const TlsFiles& files, Timestamp now) { return Checker(files, now).Run(); }

std::optional<Validity> ValidityOf(const std::string& certificate_path) {
  const Result<FileText> file = ReadFile(certificate_path);
  if (!file) return std::nullopt;
  const std::vector<X509Ptr> chain = Certificates(file->text);
  return chain.empty() ? std::nullopt : std::optional(ValidityIn(*chain.front()));
}

std::string DayAndTime(Timestamp time) {
  const std::time_t seconds = static_cast<std::time_t>(time.nanoseconds() / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts) > 0 ? text : "?";
}

Timestamp SystemNow() {
  return Timestamp::FromNanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

}  // namespace sluice::remote
