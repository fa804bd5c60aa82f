// Replay: the whole pipeline over capture files, without DPDK, deterministic for any number of workers.
//
// Time comes from the capture. Flows are spread by hash over a fixed number of lanes, each a complete pipeline with its own
// tables; workers are threads that run lanes. What a lane sees, and so what it says, does not depend on how many threads
// there are; the records of all lanes are merged in order of the packet that made them.
//
// Thread: called once, starts `workers` threads. Failure: Result for what stops the run before it starts; a capture that
// breaks in the middle is processed up to the break and named in `problems`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataplane/event/departure_sink.h"
#include "dataplane/packet/host_names.h"
#include "rules/bundle/bundle.h"

namespace sluice::replay {

// Whether IPv4, TCP and UDP checksums decide. kAuto: yes, except from hosts whose every packet in the capture is wrong: a
// capture taken on a sending host with checksum offload shows exactly that.
enum class Checksums : uint8_t { kAuto, kVerify, kIgnore };

struct ReplayOptions {
  std::vector<std::string> captures;
  std::shared_ptr<const bundle::Bundle> loaded;  // in place of the three that follow, where it is set
  std::string policy;    // *.slb
  bundle::SignatureFiles signatures;
  std::vector<std::string> trusted_keys;  // public keys, one of which must have signed the policy; none: any will do
  std::shared_ptr<event::DepartureSink> departures;  // keeps account of registered documents; null: nobody does
  std::string findings;  // JSON lines of findings and anomalies; "-" is standard output; empty: none
  std::string objects;
  std::string flows;
  std::string stats;
  std::string out;       // pcap of what was forwarded and injected (inline mode)
  std::shared_ptr<const packet::HostNames> hosts;  // whose host an address is; may be null
  bool inline_mode = false;
  std::string names_charset;       // how names are shown that declare none: one of decode::kNameCharsets; empty: as they are
  std::string extractor;           // program that parses documents (dataplane/extract); empty: they are not opened
  bool hash_objects = false;
  bool show_progress = false;
  uint32_t workers = 1;
  Checksums checksums = Checksums::kAuto;
};

struct ReplaySummary {
  uint64_t packets = 0, bytes = 0, flows = 0, findings = 0, anomalies = 0;
  double elapsed_seconds = 0;
  std::vector<std::string> problems;  // captures that could not be read to their end, one sentence each
  std::vector<std::string> notes;     // things worth knowing that are no failure
};

Result<ReplaySummary> Replay(const ReplayOptions& options);

}  // namespace sluice::replay
