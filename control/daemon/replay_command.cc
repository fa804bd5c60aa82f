#include "control/daemon/replay_command.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/ledger/ledger.h"
#include "dataplane/decode/declared_charset.h"
#include "dataplane/extract/extraction_room.h"
#include "dataplane/replay/replay.h"
#include "rules/bundle/key_file.h"
#include "rules/compile/network.h"

namespace sluice::daemon {
namespace {

constexpr int kFailed = 1, kCaptureBroken = 3;

// The policy, and where its rules ask what has left, the ledger that says so.
Status Prepare(replay::ReplayOptions& options, const std::string& ledger_path) {
  const auto trusted = bundle::ReadTrustedKeys(options.trusted_keys);
  if (!trusted.ok()) return trusted.error();
  auto policy = bundle::Load(options.policy, *trusted, options.signatures);
  if (!policy.ok()) return policy.error();
  options.loaded = *policy;
  if (!ledger::AsksWhatHasLeft(**policy)) return {};
  auto opened = ledger::Ledger::Open(ledger_path);
  if (!opened.ok()) return opened.error();
  (*opened)->Follow(*policy);
  options.departures = *opened;
  return {};
}

int RunReplay(replay::ReplayOptions& options, const std::string& ledger_path) {
  if (const Status prepared = Prepare(options, ledger_path); !prepared) {
    std::fprintf(stderr, "sluiced: %s\n", prepared.error().message().c_str());
    return kFailed;
  }
  const auto summary = replay::Replay(options);
  if (!summary.ok()) {
    std::fprintf(stderr, "sluiced: %s\n", summary.error().message().c_str());
    return kFailed;
  }
  for (const std::string& note : summary->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  for (const std::string& problem : summary->problems) std::fprintf(stderr, "sluiced: %s\n", problem.c_str());
  std::fprintf(stderr, "%lu packets, %lu bytes, %lu flows, %lu findings, %lu anomalies in %.2f s\n", summary->packets, summary->bytes,
               summary->flows, summary->findings, summary->anomalies, summary->elapsed_seconds);
  return summary->problems.empty() ? 0 : kCaptureBroken;
}

void AddHosts(const std::vector<std::string>& given, packet::HostNames& hosts) {
  for (const std::string& text : given) {
    const size_t equals = text.rfind('=');
    const auto block = equals == std::string::npos ? std::nullopt : compile::AddressBlockFromText(text.substr(equals + 1));
    if (!block) throw CLI::ValidationError("--host", "'" + text + "' is not NAME=BLOCK, as in login=10.1.7.0/24");
    hosts.Add(block->address, block->prefix_bits, text.substr(0, equals));
  }
}

}  // namespace

void AddReplayCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<replay::ReplayOptions>();
  options->show_progress = true;
  CLI::App* command = app.add_subcommand("replay", "run the pipeline over capture files (pcap, pcapng)");
  command->add_option("captures", options->captures, "capture files, in order; - is standard input")->required();
  command->add_option("--policy", options->policy, "compiled policy (*.slb)")->required();
  command->add_option("--key", options->trusted_keys, "a public key (NAME.pub) that must have signed the policy; may be repeated")->allow_extra_args(false);
  command->add_option("--signatures", options->signatures.sets, "a set of registered documents (*.sls) that the policy asks for; may be repeated")->allow_extra_args(false);
  auto ledger = std::make_shared<std::string>();
  command->add_option("--ledger", *ledger, "where the account of departed documents is kept, and goes on from; in memory without it");
  command->add_option("--signature-key", options->signatures.key, "the key file that the sets were made with");
  auto hosts = std::make_shared<packet::HostNames>();
  command->add_option_function<std::vector<std::string>>("--host", [hosts](const std::vector<std::string>& given) { AddHosts(given, *hosts); },
                                                         "NAME=BLOCK: whose host an address is, as `hosts:` of the configuration; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--findings", options->findings, "findings and anomalies, JSON lines; - is standard output")->required();
  command->add_option("--objects", options->objects, "one JSON line for each object");
  command->add_option("--flows", options->flows, "flow reports, JSON lines");
  command->add_option("--stats", options->stats, "statistics, one JSON object");
  command->add_option("--out", options->out, "inline: what was forwarded and injected, as pcap");
  command->add_flag("--object-hashes", options->hash_objects, "SHA-256 of each object");
  options->extractor = extract::ExtractorBesideProgram();
  command->add_option("--extractor", options->extractor, "program that parses PDF, OLE2 and archives; sluice-extract beside this one unless given");
  command->add_option("--names-charset", options->names_charset, "the charset in which names are shown that declare none, such as gb18030")
      ->check(CLI::IsMember(decode::kNameCharsets));
  command->add_option("--workers", options->workers, "threads; the findings are the same for any number")->check(CLI::Range(1, 16));
  const std::map<std::string, bool> modes{{"tap", false}, {"inline", true}};
  command->add_option("--mode", options->inline_mode, "tap (observe) or inline (forward or drop each packet)")
      ->transform(CLI::CheckedTransformer(modes))
      ->default_str("tap");
  using replay::Checksums;
  const std::map<std::string, Checksums> checksums{{"auto", Checksums::kAuto}, {"verify", Checksums::kVerify}, {"ignore", Checksums::kIgnore}};
  command->add_option("--checksums", options->checksums, "auto, verify or ignore IP, TCP and UDP checksums")
      ->transform(CLI::CheckedTransformer(checksums))
      ->default_str("auto");
  command->callback([options, hosts, ledger, &exit_code] {
    if (!hosts->empty()) options->hosts = hosts;
    if (!options->out.empty() && !options->inline_mode) throw CLI::ValidationError("--out", "needs --mode inline");
    exit_code = RunReplay(*options, *ledger);
  });
}

}  // namespace sluice::daemon
