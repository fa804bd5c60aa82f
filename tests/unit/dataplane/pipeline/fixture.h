// What the tests of pipeline and replay share: a policy from YAML, frames through the whole pipeline, its results as values.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/pipeline/totals.h"
#include "dataplane/replay/run.h"
#include "rules/bundle/bundle.h"
#include "tests/support/packet_builder.h"
#include "tests/support/tcp_session.h"

namespace sluice::test {

// Compiles; aborts with the diagnostics where it does not.
std::shared_ptr<const bundle::Bundle> PolicyOf(const std::string& yaml);
// Blocks "机密★" and "TOPSECRET-MARK" in either direction, alerts on "watch-this"; all fail modes closed but uninspectable, and
// `overload` as told.
std::shared_ptr<const bundle::Bundle> BlockingPolicy(const std::string& overload = "closed");

// A finding without what depends on time and on how bytes were cut.
struct SeenFinding {
  std::string rule, masked, encoding, object_path, object_name, app;
  uint64_t offset = 0;
  uint32_t length = 0, count = 0;
  verdict::Verdict verdict = verdict::Verdict::kAllow;
  verdict::ActionTaken action = verdict::ActionTaken::kForwarded;
  std::string flow;  // source and destination
  friend bool operator==(const SeenFinding&, const SeenFinding&) = default;
};

struct Seen {
  std::vector<SeenFinding> findings;
  std::vector<std::string> anomalies;            // kinds, in order
  std::vector<event::Record> records;            // all, in order
  std::vector<Bytes> sent;                       // frames that went out, forwarded and injected, in order
  std::vector<std::string> json;                 // all records as they are written
  pipeline::Totals totals;
};

struct PlayOptions {
  stream::Mode mode = stream::Mode::kTap;
  uint32_t workers = 1;
  bool flows = false, objects = false;
  bool response_port = false;  // tap: frames may be injected
  uint32_t flow_capacity = 1u << 12;
  uint32_t max_held_packets = 1u << 10;
  uint32_t max_sessions = 1u << 12, max_objects = 1u << 12;
  bool verify_checksums = true;
  decode::DecodeOptions decode = {};
  packet::LinkType link_type = packet::LinkType::kEthernet;
  std::shared_ptr<const packet::HostNames> hosts = nullptr;
  // Sees each record when it is put in order, and may add others behind it.
  std::function<void(const event::Record&, std::vector<event::Record>&)> on_record = nullptr;
};

Seen Play(const std::vector<TimedFrame>& frames, const std::shared_ptr<const bundle::Bundle>& policy, const PlayOptions& options = {});

// The payload bytes of the TCP segments among `frames` that go to `port`, as a receiver that keeps the first copy of each
// byte puts them together.
std::string Received(const std::vector<Bytes>& frames, uint16_t port);

}  // namespace sluice::test
