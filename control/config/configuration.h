// Configuration: what `sluice.yaml` says, checked and complete.
//
// Thread: value type. docs/configuration.md describes each key; schema.h is where both come from.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/config/listen_address.h"
#include "dataplane/runtime/options.h"
#include "rules/bundle/signature_sets.h"
#include "rules/model/words.h"

namespace sluice::config {

// Who may use the API, as the system names that user.
struct ControlUser {
  std::string name, role;
};

// What the control plane keeps, for how long, and who may work with it.
struct ControlOptions {
  std::string directory;
  std::string socket;               // of the API
  std::vector<ControlUser> users;   // besides root
  std::chrono::minutes incident_window{10};
  std::chrono::hours keep_incidents{0};
  uint64_t incident_bytes = 0;
  std::chrono::minutes quarantine_time{0};  // of a rule's quarantine; zero: until somebody releases it
};

// Whose certificate the API over TLS takes for whom.
struct ApiClient {
  std::string certificate, user, role;
};

// The API over TLS. `authentication` is a name of access::Demand.
struct ApiOptions {
  std::vector<ListenAddress> listen;
  std::string certificate, key;              // paths, as the two below
  std::string client_ca, client_crl;         // may be empty
  std::string authentication;
  std::vector<ApiClient> clients;
  uint32_t connections = 0, connections_per_address = 0;
};

// A receiver of records. `to` and `format` are names of tables in control/exports.
struct ExportOptions {
  std::string name, to, format;
  std::string address;                  // HOST:PORT, brokers, or a URL
  std::string path, topic;              // of a file; of Kafka
  std::string ca_file, certificate, key, token_file;
  bool findings = false, anomalies = false;
  model::Severity min_severity = model::Severity::kInfo;  // of findings
  uint32_t batch = 0;                   // records at a time
  uint64_t spool_bytes = 0;
  bool drop_newest = false;             // what goes when the spool is full; false: the oldest
};

// The vault for what rules ask to keep.
struct EvidenceOptions {
  std::string public_key;           // path
  std::string directory;
  event::EvidenceLimits limits;     // of each worker
  std::chrono::hours keep{0};
  uint64_t max_bytes = 0;
  bool stop_when_full = false;
  bool keyed_digest = false;
};

struct Configuration {
  std::string policy;                     // path of the compiled policy
  std::vector<std::string> trusted_keys;  // paths of public keys; none: any policy will do
  bundle::SignatureFiles signatures;      // registered documents that the policy asks for
  std::string ledger;                     // path; empty: none is kept
  runtime::DataPlaneOptions data_plane;
  std::vector<ExportOptions> exports;
  std::optional<ControlOptions> control;  // nothing: records go to files, and nobody keeps incidents
  std::optional<ApiOptions> api;            // nothing: the API is served at its Unix socket alone
  std::optional<EvidenceOptions> evidence;  // nothing: none is kept
};

}  // namespace sluice::config
