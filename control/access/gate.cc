#include "control/access/gate.h"

#include <array>

namespace sluice::access {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Demand::kCount)> kDemands = {"certificate", "token", "either", "both"};

Gate::Answer Refuse(std::string sentence) { return {std::nullopt, std::move(sentence)}; }

bool IsScheme(std::string_view text) {
  // RFC 9110, 11.1: without regard to case.
  constexpr std::string_view kBearer = "bearer";
  if (text.size() != kBearer.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != kBearer[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view Name(Demand demand) { return demand < Demand::kCount ? kDemands[static_cast<size_t>(demand)] : "unknown"; }

std::optional<Demand> DemandFromName(std::string_view name) {
  for (size_t i = 0; i < kDemands.size(); ++i) {
    if (kDemands[i] == name) return static_cast<Demand>(i);
  }
  return std::nullopt;
}

std::optional<std::string_view> BearerOf(std::string_view authorization) {
  const size_t space = authorization.find(' ');
  if (space == std::string_view::npos || !IsScheme(authorization.substr(0, space))) return std::nullopt;
  const size_t begin = authorization.find_first_not_of(' ', space);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view token = authorization.substr(begin);
  // RFC 6750, 2.1: b64token, and nothing behind it.
  for (const char c : token) {
    const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_alphanumeric && std::string_view("-._~+/=").find(c) == std::string_view::npos) return std::nullopt;
  }
  return token;
}

void Gate::TakeClients(ClientList clients) {
  auto taken = std::make_shared<const ClientList>(std::move(clients));
  const std::lock_guard<std::mutex> lock(mutex_);
  clients_ = std::move(taken);
}

Gate::Answer Gate::Ask(const Credentials& credentials, Timestamp now) {
  Answer answer = Decide(credentials, now);
  if (!answer.identity) refused_.fetch_add(1);
  return answer;
}

Gate::Answer Gate::Decide(const Credentials& credentials, Timestamp now) {
  if (credentials.certificate != nullptr && credentials.certificate_expires <= now) {
    return Refuse("the certificate of " + credentials.certificate->Shown() + " has expired since the connection began");
  }
  const bool has_token = credentials.authorization.has_value(), has_certificate = credentials.certificate != nullptr;
  if (demand_ == Demand::kCertificate && has_token) return Refuse("tokens are not taken here: 'authentication' of the appliance is 'certificate'");
  if ((demand_ == Demand::kCertificate || demand_ == Demand::kBoth) && !has_certificate) return Refuse("a client certificate is needed");
  if (has_token) return ByToken(*credentials.authorization, now);
  if (demand_ == Demand::kToken || demand_ == Demand::kBoth) return Refuse("a token is needed, as 'Authorization: Bearer TOKEN'; `sluicectl tokens add` makes one");
  if (has_certificate) return ByCertificate(*credentials.certificate);
  return Refuse("a token or a client certificate is needed");
}

Gate::Answer Gate::ByToken(std::string_view authorization, Timestamp now) {
  const std::optional<std::string_view> text = BearerOf(authorization);
  if (!text) return Refuse("the field Authorization is not 'Bearer TOKEN'");
  const TokenStore::Answer found = tokens_.Check(*text, now);
  switch (found.verdict) {
    case TokenVerdict::kGood: return {Identity{found.token->user, found.token->role, "token " + found.token->name}, {}};
    case TokenVerdict::kExpired: return Refuse("the token " + found.token->name + " has expired; ask an admin for another (`sluicectl tokens add`)");
    case TokenVerdict::kUnknown: break;
  }
  return Refuse("the token is not one of this appliance, or was revoked; ask an admin for another (`sluicectl tokens add`)");
}

Gate::Answer Gate::ByCertificate(const CertificateNames& names) const {
  std::shared_ptr<const ClientList> clients;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    clients = clients_;
  }
  const std::optional<ListedClient> listed = clients->Find(names);
  // Whoever is not listed is known by name, so that the answer and the log can say who it was.
  if (!listed) return {Identity{names.Shown(), std::nullopt, "certificate " + names.Shown()}, {}};
  return {Identity{listed->user, listed->role, "certificate " + listed->name}, {}};
}

}  // namespace sluice::access
