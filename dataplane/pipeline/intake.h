// Intake: from a received frame to a packet with headers and a flow hash, or to its end. The part of the story that comes
// before flows, so that it runs on whichever core received the frame; the hash says which worker's pipeline goes on.
//
// Parses (through tunnels), puts IP fragments together, counts rejects and their bytes by fate.
// Thread: one (a worker, a distributor, or replay's reader). Allocates: in Create only.
#pragma once

#include <memory>

#include "base/result.h"
#include "dataplane/content/fate.h"
#include "dataplane/event/record_sink.h"
#include "dataplane/packet/ip_reassembly.h"
#include "dataplane/packet/parse.h"
#include "dataplane/pipeline/output.h"
#include "dataplane/stream/tcp_reassembler.h"

namespace sluice::pipeline {

struct IntakeOptions {
  stream::Mode mode = stream::Mode::kTap;
  packet::ParseOptions parse;
  packet::ReassemblyOptions fragments;
  uint64_t hash_seed = 0;
  bool key_includes_vlan = true;
  // Inline: what IP carries that is not opened (ESP, OSPF, …) goes on, counted, unless this is set. What is not IP always
  // goes on (a bridge that stops ARP breaks the network); what is malformed never does.
  bool drop_other_transport = false;
};

// Written by the intake's thread, read by anyone.
struct IntakeStatistics {
  Counter packets, bytes;
  CounterSet<packet::ParseOutcome> outcomes;
  CounterSet<packet::ReassemblyOutcome> fragments;
  CounterSet<content::Fate> fates;  // bytes that ended here
};

class Intake {
 public:
  static Result<std::unique_ptr<Intake>> Create(const IntakeOptions& options, event::RecordSink* records);
  ~Intake();

  // Returns the packet that goes on to a pipeline (headers, conversation and hash set; its TCP checksum is left to the
  // pipeline, which reads the payload anyway; possibly a datagram put together, which then
  // stands for its fragments), or nullptr: it was finished (in `out`) or is held until its other fragments come.
  packet::Packet* Accept(packet::Packet& packet, Output& out) noexcept;

  // Fragments that waited too long come out as drops. Call about every 100 ms of packet time.
  void Tick(Timestamp now, Output& out) noexcept;
  // All that is held comes out as drops (fate: shutdown).
  void Drain(Output& out) noexcept;

  // A datagram that was put together is finished: its originals have been put in `out` by the pipeline, its buffer comes
  // back here. REQUIRES: the thread of this intake (the worker sends it home).
  void Recycle(packet::Packet& datagram) noexcept;

  const IntakeStatistics& statistics() const noexcept;

 private:
  struct Impl;
  explicit Intake(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::pipeline
