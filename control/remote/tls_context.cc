#include "control/remote/tls_context.h"

#include <openssl/x509v3.h>

#include <ctime>
#include <fstream>
#include <iterator>

#include "control/remote/openssl_types.h"

namespace sluice::remote {
namespace {

// RFC 9325, 4.2: forward secrecy and authenticated encryption. TLS 1.3 has nothing else.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr int kDeepestChain = 5;

Error Fault(const std::string& what) { return Error(ErrorCode::kInvalidArgument, what + ": " + TakeReason()); }

std::string DigestOfFiles(const TlsFiles& files) {
  std::string text;
  for (const std::string& path : {files.client_ca, files.client_crl}) {
    std::ifstream in(path, std::ios::binary);
    if (in) text.append(std::istreambuf_iterator<char>(in), {});
    text += '\n';
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1) return text;
  return {reinterpret_cast<const char*>(digest), size};
}

std::string TextOf(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, string);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

std::string BytesOf(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), static_cast<size_t>(ASN1_STRING_length(string))};
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

void ReadAlternativeNames(const X509& certificate, std::vector<std::string>& names) {
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type == GEN_DNS) names.push_back("dns:" + LowerCase(BytesOf(name->d.dNSName)));
    if (name->type == GEN_EMAIL) names.push_back("email:" + BytesOf(name->d.rfc822Name));
    if (name->type == GEN_URI) names.push_back("uri:" + BytesOf(name->d.uniformResourceIdentifier));
  }
  GENERAL_NAMES_free(all);
  ERR_clear_error();
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::Make(const TlsFiles& files, Timestamp now, bool expired_too) {
  std::string wrong;
  for (const TlsFault& fault : CheckTlsFiles(files, now)) {
    if (fault.expired && expired_too) continue;
    wrong += (wrong.empty() ? "" : "; ") + fault.sentence;
  }
  if (!wrong.empty()) return Error(ErrorCode::kInvalidArgument, wrong);
  std::shared_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  if (made->context_ == nullptr) return Fault("TLS");
  if (Status loaded = made->Load(files); !loaded) return loaded.error();
  if (const std::optional<Validity> validity = ValidityOf(files.certificate)) made->expires_ = validity->ends;
  made->trust_digest_ = DigestOfFiles(files);
  return std::shared_ptr<const TlsContext>(std::move(made));
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Status TlsContext::Load(const TlsFiles& files) {
  SSL_CTX* const tls = context_;
  SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(tls, kCiphers) != 1) return Fault("TLS");
  SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(tls, 0);
  SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(tls, files.certificate.c_str()) != 1) return Fault("certificate: " + files.certificate);
  if (SSL_CTX_use_PrivateKey_file(tls, files.key.c_str(), SSL_FILETYPE_PEM) != 1) return Fault("key: " + files.key);
  if (SSL_CTX_check_private_key(tls) != 1) return Fault("key: " + files.key);
  if (files.client_ca.empty()) return {};
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | (files.needs_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  SSL_CTX_set_verify_depth(tls, kDeepestChain);
  if (SSL_CTX_load_verify_file(tls, files.client_ca.c_str()) != 1) return Fault("client_ca: " + files.client_ca);
  // Clients that have several certificates choose by these names.
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(files.client_ca.c_str());
  if (names == nullptr) return Fault("client_ca: " + files.client_ca);
  SSL_CTX_set_client_CA_list(tls, names);
  if (files.client_crl.empty()) return {};
  X509_STORE* const store = SSL_CTX_get_cert_store(tls);
  X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (lookup == nullptr || X509_load_crl_file(lookup, files.client_crl.c_str(), X509_FILETYPE_PEM) < 1) return Fault("client_crl: " + files.client_crl);
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  return {};
}

std::unique_ptr<ClientCertificate> ShownCertificate(const SSL& tls) {
  const X509* certificate = SSL_get0_peer_certificate(&tls);
  if (certificate == nullptr || SSL_get_verify_result(&tls) != X509_V_OK) return nullptr;
  auto shown = std::make_unique<ClientCertificate>();
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int cn = OBJ_sn2nid("CN");
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, cn, at)) >= 0;) {
    shown->names.common_names.push_back(TextOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  ReadAlternativeNames(*certificate, shown->names.alternative_names);
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1) {
    shown->expires = Timestamp::FromNanoseconds(static_cast<int64_t>(timegm(&parts)) * 1'000'000'000);
  }
  return shown;
}

}  // namespace sluice::remote
