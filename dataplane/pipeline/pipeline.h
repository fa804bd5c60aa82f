// Pipeline: the way of a packet from its flow to a verdict. One per worker; pipeline.cc is the story.
//
// Process takes packets that Intake let through and decides about each of them at once or later; what is decided comes
// back in Output. Time comes with the packets; Tick moves timers while nothing arrives. Records go to the sink.
//
// Thread: one worker; `Adopt` and statistics are the only meeting points with control (fields documented below).
// Allocates: in Create only. Failure: Create says which table did not fit; afterwards only counted outcomes.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "dataplane/decode/decode_room.h"
#include "dataplane/event/evidence_shelf.h"
#include "dataplane/event/record_sink.h"
#include "dataplane/flow/flow_table.h"
#include "dataplane/packet/host_names.h"
#include "dataplane/pipeline/interceptor.h"
#include "dataplane/pipeline/output.h"
#include "dataplane/pipeline/policy_state.h"
#include "dataplane/pipeline/rule_costs.h"
#include "dataplane/pipeline/shadow.h"
#include "dataplane/pipeline/statistics.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/stream/tcp_reassembler.h"
#include "dataplane/verdict/quarantine_set.h"
#include "rules/bundle/bundle.h"

namespace sluice::pipeline {

struct PipelineOptions {
  stream::Mode mode = stream::Mode::kTap;
  bool can_inject = false;              // inline: true; tap: true where a response port exists
  flow::FlowTableOptions flow;          // hash_seed as the intake's
  stream::TcpOptions tcp;               // mode and fail modes are set from `mode` and the policy
  protocol::SessionPool::Options sessions;
  uint32_t max_objects = 1u << 18;      // open at a time
  decode::DecodeOptions decode;         // what may be opened into what, and within which budget
  // Inline, for documents that an extractor reads: what ends one waits until it is read, but no longer than this; else it goes on at once.
  bool hold_for_documents = true;
  std::chrono::nanoseconds longest_hold = std::chrono::seconds(10);
  bool hash_objects = false;            // SHA-256 of each object
  bool record_objects = false;          // object records
  bool record_flows = false;            // flow records at the end and every flow_report_interval
  std::chrono::nanoseconds flow_report_interval = std::chrono::seconds(60);
  uint32_t generation = 1;
  std::shared_ptr<const packet::HostNames> hosts;  // for rules that ask for a client; may be null
  std::shared_ptr<event::EvidenceRoom> evidence;  // a shelf of it for each pipeline; null: no evidence is kept
  std::shared_ptr<RuleCosts> rule_costs;  // of all pipelines together; null: nobody asks
  PeerPorts peer_ports{};               // inline: by which port packets of each port go on, and frames for their receiver
};

class Pipeline {
 public:
  static Result<std::unique_ptr<Pipeline>> Create(const PipelineOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                  event::RecordSink* records);
  ~Pipeline();

  // REQUIRES: each packet came out of Intake::Accept (headers, conversation, hash). Decided packets are appended to `out`;
  // datagrams put together from fragments are expanded into their originals there and returned through `recycled`.
  void Process(std::span<packet::Packet* const> burst, Output& out, std::vector<packet::Packet*>& recycled) noexcept;
  void Tick(Timestamp now, Output& out, std::vector<packet::Packet*>& recycled) noexcept;
  // Asks extractors for what they found since; at once where no document is with them. Between bursts, as often as one likes.
  void TakeDocuments(Timestamp now, Output& out, std::vector<packet::Packet*>& recycled) noexcept;
  // Ends every flow (reason: shutdown): held packets come out, open objects and flows are recorded.
  void Drain(Timestamp now, Output& out, std::vector<packet::Packet*>& recycled) noexcept;

  // Called by control while the worker goes on: everything of a new policy that takes time or memory.
  Result<PolicyState> Prepare(std::shared_ptr<const bundle::Bundle> policy, uint32_t generation) const;
  // Flows that begin from now on use it, open ones keep theirs while it has a slot (inspector_policies.cc). Called by the worker between
  // bursts with what control published; `prepared` then holds what nobody uses any more. False would leave the policy in force; for want
  // of a slot it never is.
  bool Adopt(PolicyState& prepared) noexcept;

  // Called by control while the worker goes on: a policy that is to be tried beside the one in force.
  Result<std::unique_ptr<Shadow>> PrepareShadow(std::shared_ptr<const ShadowPlan> plan, uint32_t generation) const;
  // Objects that begin from now on are judged by it as well; nullptr: by none. Called by the worker between bursts; control keeps it until
  // the worker has taken another.
  void JudgeBeside(Shadow* shadow) noexcept;

  // What is held back from the next packet on, of open flows too. Called by the worker between bursts with what control published,
  // which keeps it until the worker has taken a later one. `worker`: under which the set counts what this pipeline drops.
  void HoldBack(const verdict::QuarantineSet* quarantine, size_t worker) noexcept;

  const Statistics& statistics() const noexcept;

 private:
  struct Impl;
  explicit Pipeline(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::pipeline
