// OwnerRule: which worker a packet's flow belongs to, the same answer on every thread and for both directions.
//
// Where all devices spread flows by RSS, the answer is the worker that reads the queue the device chose, computed again from
// the innermost headers: so plain flows stay where they arrived, and datagrams put together from fragments and tunnelled flows
// find the same worker. Elsewhere the flow's own hash decides. Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "dataplane/packet/packet.h"
#include "dataplane/port/port.h"
#include "dataplane/port/rss.h"

namespace sluice::worker {

struct OwnerRule {
  uint16_t workers = 1;
  bool follows_devices = false;

  uint16_t OwnerOf(const packet::Packet& packet) const noexcept {
    if (workers == 1) return 0;
    if (follows_devices) {
      return static_cast<uint16_t>((port::SymmetricRssHash(packet.headers) & (port::kRssBuckets - 1)) % workers);
    }
    return static_cast<uint16_t>(((packet.flow_hash >> 32) * workers) >> 32);
  }
};

}  // namespace sluice::worker
