// FlowContext: everything the pipeline keeps for one flow, in an array indexed by FlowIndex.
//
// Plain data, fixed in size; what not every flow needs (names, sessions, open objects) lies in pools and is pointed to.
// The first cache lines hold what every packet touches. Thread: one worker.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "dataplane/content/direction.h"
#include "dataplane/content/fate.h"
#include "dataplane/event/record.h"
#include "dataplane/flow/flow_key.h"
#include "dataplane/pipeline/note_tally.h"
#include "dataplane/pipeline/object_pool.h"
#include "dataplane/protocol/protocol_table.h"
#include "dataplane/stream/tcp_reassembler.h"
#include "dataplane/verdict/verdict.h"

namespace sluice::pipeline {

struct ExpectedFlow;
struct HeldPacket;

// Names that few flows have: the people of a letter, the fingerprint of a TLS client, the server by its other name (a tunnel through a
// proxy, TLS that begins within another protocol).
struct RareNames {
  InlineText<128> other_server;
  InlineText<120> sender;
  InlineText<248> recipients;  // of the letter at hand, joined by commas
  InlineText<40> fingerprint;
};

// Names seen in a flow, for its flow record; most flows of a protocol with names have one or two.
struct FlowNames {
  InlineText<128> server;      // as the protocol or as TLS names it, whichever came first
  bool server_is_sni = false;  // TLS
  InlineText<56> user;
  InlineText<48> version;
  RareNames* rare = nullptr;
};

// How far a direction is in finding out its protocol.
enum class ProbeState : uint8_t { kUnprobed, kUnsure, kRaw };

// The first bytes of a direction while too few have come to tell the protocol; only tiny segments ever need it.
struct ProbePrefix {
  uint32_t size = 0;
  std::array<uint8_t, protocol::kProbePrefix> bytes;
};

// After a block: what the client was told, so that its retransmissions can be answered.
struct BlockState {
  uint32_t page_seq = 0;       // sequence number of the block page's first byte, towards the client
  uint32_t page_length = 0;    // 0: no page was sent, both sides were reset
  uint32_t answers = 0;        // frames sent to this client since; bounded
  uint64_t incident = 0;
  uint32_t rule = 0;
  uint32_t generation = 0;     // of the policy that it is a rule of
};

// What a policy that is only tried found in the head before the body at hand.
struct ShadowHead {
  ShadowObject* object = nullptr;
  uint32_t generation = 0;
};

struct FlowContext {
  // Every packet.
  Timestamp last;
  Timestamp last_report;
  flow::KeySide client = flow::KeySide::kLow;
  packet::Transport transport = packet::Transport::kNone;
  protocol::ProtocolId app = protocol::ProtocolId::kRawTcp;
  verdict::Verdict verdict = verdict::Verdict::kAllow;
  bool blocked = false;
  bool reset = false;  // on a tap: both sides were reset, and are again for as long as they speak
  bool has_documents = false;  // listed among the flows with a document at an extractor
  bool has_holes = false;      // listed among the flows whose gaps can time out
  bool protocol_known = false; // `session` decides about both directions
  uint8_t policy_slot = 0;     // where the policy that judges this flow is, if it still has that generation
  std::array<ProbeState, content::kDirections> probe{};
  uint32_t policy_generation = 0;
  uint32_t quarantine_seen = 0;  // the generation of quarantines that lets this flow pass, or
  static constexpr uint32_t kAttended = UINT32_MAX;  // each packet is asked about, for the sake of evidence
  protocol::Session* session = nullptr;
  std::array<ProbePrefix*, content::kDirections> prefix{};
  std::array<bool, content::kDirections> ended{};  // FIN delivered and the protocol told
  ObjectState* objects = nullptr;  // open ones, newest first
  ObjectState* documents = nullptr;  // with extractors, newest first
  HeldPacket* held = nullptr;        // a direction waits for what extractors say
  stream::TcpConnection tcp;
  std::array<event::DirectionTotals, content::kDirections> totals{};  // since the last report

  // Records only.
  event::FlowId id = 0;
  Timestamp start;
  uint32_t findings = 0;
  event::PayloadClass payload_class = event::PayloadClass::kUnknown;
  FlowNames* names = nullptr;
  ExpectedFlow* expected = nullptr;  // another flow announced this one
  NoteTally* notes = nullptr;   // of a flow that had anomalies
  std::array<verdict::Tally*, content::kDirections> heads{};  // what was found in the head before the body at hand, if anything
  std::array<ShadowHead, content::kDirections> shadow_heads{};
  content::FateBytes fates{};   // since the last report
  BlockState block;
};

}  // namespace sluice::pipeline
