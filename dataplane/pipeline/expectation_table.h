// ExpectationTable: connections that another one announced (data connections of FTP, transfers of TFTP), until they come.
//
// The control flow announces who will be called where, and says then or later what is carried; the flow that comes meets its
// expectation and takes name and user from it. The table is its worker's: a data flow that reaches another worker is met by
// nobody, is probed and inspected as any other, and counts here as unmet. Where both flows of two hosts share a worker
// (replay; a distributor; a card that hashes addresses only) all are met.
// Thread: one worker. Allocates: in Create only. Bounds: capacity; the oldest that waits makes room (kExpectationTableFull).
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "base/inline_text.h"
#include "base/result.h"
#include "base/slab_pool.h"
#include "dataplane/packet/ip_address.h"
#include "dataplane/packet/packet.h"
#include "dataplane/pipeline/statistics.h"
#include "dataplane/protocol/protocol_table.h"

namespace sluice::pipeline {

// Where somebody listens.
struct Endpoint {
  packet::IpAddress address;
  uint16_t port = 0;
  packet::Transport transport = packet::Transport::kTcp;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct ExpectedFlow {
  Endpoint at;
  bool client_listens = false;  // the client of the announcing conversation
  bool met = false;
  protocol::ProtocolId app = protocol::ProtocolId::kFtpData;
  Timestamp announced;
  InlineText<256> name;
  InlineText<56> user;
  ExpectedFlow* next = nullptr;  // of its bucket; replaced ones stand in none
  ExpectedFlow* older = nullptr;  // among those that wait
  ExpectedFlow* newer = nullptr;
};

class ExpectationTable {
 public:
  static constexpr uint32_t kCapacity = 4096;
  static constexpr std::chrono::seconds kPatience{60};  // from the last word about it

  static Result<ExpectationTable> Create(Statistics* statistics);

  bool empty() const noexcept { return flows_.used() == 0; }
  // Somebody will call at `at`. One that waits there is renewed; one that was met makes way. nullptr: no room, counted.
  ExpectedFlow* Announce(const Endpoint& at, Timestamp now) noexcept;
  // The newest announced at `at`, met or not; nullptr: none.
  ExpectedFlow* Find(const Endpoint& at) noexcept;
  // The call comes: nullptr when it is not expected (any more).
  ExpectedFlow* Meet(const Endpoint& at, Timestamp now) noexcept;
  // The met flow is over.
  void Give(ExpectedFlow* flow) noexcept;

 private:
  static constexpr size_t kBuckets = 1024;
  ExpectationTable(SlabPool<ExpectedFlow> flows, Statistics* statistics) : flows_(std::move(flows)), statistics_(statistics) {}

  static size_t BucketOf(const Endpoint& at) noexcept;
  void LinkAge(ExpectedFlow& flow) noexcept;
  void UnlinkAge(ExpectedFlow& flow) noexcept;
  void UnlinkBucket(ExpectedFlow& flow) noexcept;
  void Forget(ExpectedFlow& flow) noexcept;
  void Expire(Timestamp now) noexcept;

  SlabPool<ExpectedFlow> flows_;
  Statistics* statistics_;
  std::array<ExpectedFlow*, kBuckets> buckets_{};
  ExpectedFlow* oldest_ = nullptr;
  ExpectedFlow* newest_ = nullptr;
};

}  // namespace sluice::pipeline
