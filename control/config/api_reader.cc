#include "control/config/api_reader.h"

#include <set>

#include "control/config/codes.h"
#include "control/config/listen_address.h"
#include "control/config/section_reader.h"

namespace sluice::config {
namespace {

bool IsCertificateName(const std::string& name) {
  for (const std::string_view kind : {"cn:", "dns:", "email:", "uri:"}) {
    if (name.substr(0, kind.size()) == kind && name.size() > kind.size()) return true;
  }
  return false;
}

bool IsUserName(const std::string& name) {
  for (const char c : name) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
  }
  return !name.empty() && name.size() <= 64;
}

void ReadListen(SectionReader& reader, ApiOptions& api, syntax::Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (const syntax::Located<std::string>& address : reader.Texts("listen")) {
    const Result<ListenAddress> parsed = ParseListenAddress(address.value);
    if (!parsed || parsed->port == 0) {
      diagnostics.Error(kApiBadAddress, address.at, "'" + address.value + "' is not ADDRESS:PORT", "for example:  listen: [\"192.0.2.7:8443\", \"[2001:db8::7]:8443\"]; 0.0.0.0 and [::] are every address");
    } else if (!seen.insert(address.value).second) {
      diagnostics.Error(kApiBadAddress, address.at, "'" + address.value + "' is there twice");
    }
    api.listen.push_back(parsed ? *parsed : ListenAddress());
  }
  if (reader.Has("listen") && api.listen.empty()) diagnostics.Error(kApiBadAddress, reader.PositionOf("listen"), "'listen' names no address", "without the API over TLS, leave 'api' out");
}

void ReadClients(const syntax::Node& clients, ApiOptions& api, syntax::Diagnostics& diagnostics) {
  if (clients.kind != syntax::Node::Kind::kList) {
    diagnostics.Error(syntax::Code::kWrongType, clients.at, "'clients' must be a list", "for example:  clients: [{certificate: \"cn:li\", user: li, role: analyst}]");
    return;
  }
  std::set<std::string> names;
  for (const syntax::Node& item : clients.items) {
    SectionReader reader(Section::kApiClient, item, "a client", diagnostics);
    const syntax::Located<std::string> certificate = reader.Text("certificate"), user = reader.Text("user");
    ApiClient client{certificate.value, user.value, reader.WordText("role")};
    if (!client.certificate.empty() && !IsCertificateName(client.certificate)) {
      diagnostics.Error(kApiBadClient, certificate.at, "'" + client.certificate + "' does not say where in the certificate the name stands",
                        "cn: before the common name; dns:, email: or uri: before a subjectAltName");
    } else if (!client.certificate.empty() && !names.insert(client.certificate).second) {
      diagnostics.Error(kApiBadClient, certificate.at, "there is another client '" + client.certificate + "'", "one name stands for one user");
    }
    if (reader.Has("user") && !IsUserName(client.user)) {
      diagnostics.Error(kApiBadClient, user.at, "'user' must be 1 to 64 characters without spaces and control characters");
    }
    reader.Finish();
    api.clients.push_back(std::move(client));
  }
}

// What the way of authentication needs, and has no use for.
void CheckAuthentication(SectionReader& reader, const ApiOptions& api, syntax::Diagnostics& diagnostics) {
  if (api.authentication.empty()) return;  // said already
  const bool asks = api.authentication != "token";
  if (asks && !reader.Has("client_ca")) {
    diagnostics.Error(kApiNeedsKey, reader.at(), "'authentication: " + api.authentication + "' needs the key 'client_ca'", "the authorities whose client certificates are taken");
  }
  if (api.authentication == "certificate" && api.clients.empty()) {
    diagnostics.Error(kApiNeedsKey, reader.at(), "'authentication: certificate' needs 'clients'", "without them nobody could do anything");
  }
  for (const char* key : {"client_ca", "client_crl"}) {
    if (asks || !reader.Has(key)) continue;
    diagnostics.Error(kApiHasNoUse, reader.PositionOf(key), std::string("'authentication: token' has no use for '") + key + "'", "certificates are not asked for; 'either' or 'both' does");
  }
  if (reader.Has("clients") && (api.authentication == "token" || api.authentication == "both")) {
    diagnostics.Error(kApiHasNoUse, reader.PositionOf("clients"), "'authentication: " + api.authentication + "' has no use for 'clients'", "the token says who asks");
  }
}

}  // namespace

ApiOptions ReadApi(const syntax::Node& node, const std::filesystem::path& folder, syntax::Diagnostics& diagnostics) {
  SectionReader reader(Section::kApi, node, "'api'", diagnostics);
  const auto resolved = [&](std::string_view key) {
    const std::string path = reader.Text(key).value;
    return path.empty() ? path : (folder / path).lexically_normal().string();
  };
  ApiOptions api;
  ReadListen(reader, api, diagnostics);
  api.certificate = resolved("certificate");
  api.key = resolved("key");
  api.client_ca = resolved("client_ca");
  api.client_crl = resolved("client_crl");
  api.authentication = reader.WordText("authentication");
  if (const syntax::Node* clients = reader.Find("clients")) ReadClients(*clients, api, diagnostics);
  api.connections = static_cast<uint32_t>(reader.Number("connections"));
  api.connections_per_address = static_cast<uint32_t>(reader.Number("connections_per_address"));
  CheckAuthentication(reader, api, diagnostics);
  reader.Finish();
  return api;
}

}  // namespace sluice::config
