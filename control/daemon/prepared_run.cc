#include "control/daemon/prepared_run.h"

#include <algorithm>

#include "control/config/config_reader.h"
#include "control/evidence/item_key.h"
#include "control/ledger/ledger.h"
#include "control/remote/tls_files.h"
#include "rules/bundle/key_file.h"

namespace sluice::daemon {
namespace {

constexpr size_t kDigestShown = 16;

// Every mistake of the files of the API over TLS.
void CheckApi(const config::ApiOptions& api, const std::string& configuration_path, PreparedRun& prepared) {
  const bool always = api.authentication == "certificate" || api.authentication == "both";
  for (const remote::TlsFault& fault : remote::CheckTlsFiles({api.certificate, api.key, api.client_ca, api.client_crl, always}, remote::SystemNow())) {
    if (fault.expired) {
      prepared.stale.push_back("api: " + fault.sentence);
    } else {
      prepared.report += configuration_path + ": error: api: " + fault.sentence + "\n";
      prepared.unusable = true;
    }
  }
}

}  // namespace

PreparedRun Prepare(const std::string& configuration_path) {
  config::LoadedConfiguration loaded = config::LoadConfiguration(configuration_path);
  PreparedRun prepared;
  prepared.report = std::move(loaded.diagnostics);
  prepared.configuration = std::move(loaded.configuration);
  if (!prepared.configuration) {
    prepared.report += std::to_string(loaded.errors) + (loaded.errors == 1 ? " error in " : " errors in ") + configuration_path + "\n";
    return prepared;
  }
  if (prepared.configuration->api) CheckApi(*prepared.configuration->api, configuration_path, prepared);
  Result<bundle::TrustedKeys> trusted = bundle::ReadTrustedKeys(prepared.configuration->trusted_keys);
  if (!trusted) {
    prepared.report += configuration_path + ": error: trusted_keys: " + trusted.error().message() + "\n";
    return prepared;
  }
  prepared.trusted = std::move(*trusted);
  if (const auto& vault = prepared.configuration->evidence) {
    if (const Result<evidence::SealingKey> key = evidence::ReadSealingKey(vault->public_key); !key) {
      prepared.report += configuration_path + ": error: evidence: " + key.error().message() + "\n";
      return prepared;
    }
  }
  Result<std::shared_ptr<const bundle::Bundle>> policy = bundle::Load(prepared.configuration->policy, prepared.trusted, prepared.configuration->signatures);
  if (policy && ledger::AsksWhatHasLeft(**policy) && prepared.configuration->ledger.empty()) {
    prepared.report += configuration_path + ": error: the policy asks what has left, so 'ledger' must say where the account of it is kept\n";
  } else if (policy) {
    prepared.policy = std::move(*policy);
    const auto& rules = prepared.policy->rules();
    if (!prepared.configuration->evidence && std::any_of(rules.begin(), rules.end(), [](const model::Rule& rule) { return rule.evidence; })) {
      prepared.report += configuration_path + ": warning: rules of the policy ask for evidence, and none is kept: there is no 'evidence' in the configuration\n";
    }
  } else {
    prepared.report += configuration_path + ": error: policy: " + policy.error().message() + "\n";
  }
  return prepared;
}

std::string DescribePolicy(const bundle::Bundle& policy) {
  return "policy " + std::string(policy.digest().substr(0, kDigestShown)) + ": " + std::to_string(policy.rules().size()) +
         " rules, " + std::to_string(policy.detectors().size()) + " detectors, " + std::to_string(policy.patterns().size()) + " patterns" +
         (policy.signer() ? ", signed with the key " + Fingerprint(*policy.signer()) : "");
}

std::string DescribeFailModes(const bundle::Bundle& policy) {
  std::string text = "fail modes:";
  for (size_t i = 0; i < static_cast<size_t>(model::FailCause::kCount); ++i) {
    const auto cause = static_cast<model::FailCause>(i);
    text += (i == 0 ? " " : ", ") + std::string(model::Name(cause)) + " " + std::string(model::Name(policy.fail_modes()[cause]));
  }
  return text;
}

}  // namespace sluice::daemon
