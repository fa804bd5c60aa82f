// DataPlaneOptions: everything that a run is told before it starts, in plain words.
//
// Filled by control/config, checked there (out of range is an error, never clamped). Thread: value types.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/decode/decode_room.h"
#include "dataplane/event/departure_sink.h"
#include "dataplane/event/evidence_shelf.h"
#include "dataplane/packet/host_names.h"
#include "dataplane/port/port_options.h"

namespace sluice::runtime {

// Two ports that are one wire; indices into DataPlaneOptions::ports.
struct PairOptions {
  uint8_t outside = 0, inside = 0;
  bool propagate_link = true;
};

struct WorkerOptions {
  uint16_t count = 1;
  std::vector<int> processors;   // one for each worker, and one more for a distributor; empty: chosen
  bool sleep_when_idle = false;
  std::chrono::milliseconds stall_after{2000};  // a thread that has not gone round for so long
};

struct MemoryOptions {
  port::HugePages huge_pages = port::HugePages::kAuto;
  uint32_t megabytes = 0;        // for packet buffers and rings; 0: what the tables need
};

// Of each worker.
struct TableOptions {
  uint32_t flows = 1u << 18;
  uint32_t held_packets = 1u << 15;   // out of order, or inspected and not yet acknowledged
  uint32_t fragments = 1u << 12;      // IP fragments that wait for the rest of their datagram
  uint32_t objects = 1u << 16;        // open at a time
  uint32_t sessions = 1u << 16;       // protocol sessions open at a time
  uint32_t records = 1u << 13;        // on their way to the files
};

struct OutputOptions {
  // JSON lines; "-" is standard output; empty: not written.
  std::string findings, objects, flows;
  std::string stats;                  // one JSON object, rewritten at each interval and at the end
  std::chrono::seconds stats_interval{10};
  bool hash_objects = false;
};

struct DataPlaneOptions {
  std::shared_ptr<const packet::HostNames> hosts;  // null: no host has a name
  std::shared_ptr<event::DepartureSink> departures;  // keeps account of registered documents; null: nobody does
  std::vector<port::PortOptions> ports;
  std::vector<PairOptions> pairs;
  std::vector<uint8_t> taps;
  int response_port = -1;             // for resets that belong to a tap; -1: none
  int quarantine_port = -1;           // inline: for frames that a quarantine holds back; -1: they are dropped
  WorkerOptions workers;
  MemoryOptions memory;
  TableOptions tables;
  decode::DecodeOptions decode;
  bool hold_for_documents = true;     // inline: what ends a document waits until it is read, but no longer than
  std::chrono::seconds longest_hold{10};
  OutputOptions output;
  std::shared_ptr<event::EvidenceRoom> evidence;  // made for as many workers; null: none is kept
};

}  // namespace sluice::runtime
