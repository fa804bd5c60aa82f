#include "control/access/client_list.h"

#include <algorithm>

namespace sluice::access {
namespace {

constexpr std::string_view kCommonName = "cn:", kDns = "dns:";

bool Has(const std::vector<std::string>& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

std::string CertificateNames::Shown() const {
  if (!common_names.empty()) return std::string(kCommonName) + common_names.front();
  return alternative_names.empty() ? "a certificate without a name" : alternative_names.front();
}

ClientList::ClientList(std::vector<ListedClient> clients) : clients_(std::move(clients)) {
  for (ListedClient& client : clients_) {
    if (client.name.substr(0, kDns.size()) == kDns) client.name = LowerCase(client.name);
  }
}

std::optional<ListedClient> ClientList::Find(const CertificateNames& names) const {
  for (const ListedClient& client : clients_) {
    const std::string_view name = client.name;
    const bool is_common = name.substr(0, kCommonName.size()) == kCommonName;
    if (is_common ? Has(names.common_names, name.substr(kCommonName.size())) : Has(names.alternative_names, name)) return client;
  }
  return std::nullopt;
}

}  // namespace sluice::access
