// Authorities and certificates made to order, for the tests of TLS: files in a folder that goes with the object.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace sluice::remote::testing {

class Pki {
 public:
  struct Wanted {
    std::string common_name = "x";
    std::string alternative_names = {};  // "DNS:localhost,IP:127.0.0.1"
    bool is_authority = false;
    long begins = -86400, ends = 90L * 86400;  // seconds from now
  };
  struct Pair {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
  };

  explicit Pki(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() / ("sluice_pki_" + name + "_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Pki() {
    for (const auto& [name, pair] : made_) {
      EVP_PKEY_free(pair.key);
      X509_free(pair.certificate);
    }
    std::filesystem::remove_all(folder_);
  }
  Pki(const Pki&) = delete;
  Pki& operator=(const Pki&) = delete;

  // NAME.pem and NAME.key, signed by `authority`, or by itself where that is empty.
  void Make(const std::string& name, const std::string& authority, const Wanted& wanted) {
    Pair pair{EVP_EC_gen("P-256"), X509_new()};
    ASSERT_NE(pair.key, nullptr);
    X509_set_version(pair.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(pair.certificate), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(pair.certificate), wanted.begins);
    X509_gmtime_adj(X509_getm_notAfter(pair.certificate), wanted.ends);
    X509_set_pubkey(pair.certificate, pair.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(pair.certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.common_name.data()), static_cast<int>(wanted.common_name.size()), -1, 0);
    const Pair& issuer = authority.empty() ? pair : made_.at(authority);
    X509_set_issuer_name(pair.certificate, X509_get_subject_name(issuer.certificate));
    if (wanted.is_authority) Extend(pair.certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (!wanted.alternative_names.empty()) Extend(pair.certificate, NID_subject_alt_name, wanted.alternative_names);
    ASSERT_GT(X509_sign(pair.certificate, issuer.key, EVP_sha256()), 0);
    Write(name, pair);
    Pair& kept = made_[name];
    EVP_PKEY_free(kept.key);
    X509_free(kept.certificate);
    kept = pair;
  }

  std::string File(const std::string& name) const { return (folder_ / name).string(); }
  std::string Certificate(const std::string& name) const { return File(name + ".pem"); }
  std::string Key(const std::string& name) const { return File(name + ".key"); }
  void WriteText(const std::string& name, const std::string& text) const { std::ofstream(File(name), std::ios::binary) << text; }

 private:
  static void Extend(X509* certificate, int what, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    ASSERT_NE(extension, nullptr) << value;
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  void Write(const std::string& name, const Pair& pair) const {
    std::FILE* certificate = std::fopen(Certificate(name).c_str(), "w");
    PEM_write_X509(certificate, pair.certificate);
    std::fclose(certificate);
    std::FILE* key = std::fopen(Key(name).c_str(), "w");
    PEM_write_PrivateKey(key, pair.key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(key);
    chmod(Key(name).c_str(), 0600);
  }

  const std::filesystem::path folder_;
  std::map<std::string, Pair> made_;
  long serial_ = 1;
};

}  // namespace sluice::remote::testing
