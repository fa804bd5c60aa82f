// What a null port's frames say. Its driver gives packet buffers as they are, so a run that measures fills them beforehand
// with bare TCP acknowledgements of a number of flows: what a busy link mostly carries once its flows have been decided about.
//
// Thread: control, before any worker runs. Allocates: yes (cold).
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/port/packet_pool.h"

namespace sluice::port {

// One frame of `frame_bytes` (padded) of the flow with that number. REQUIRES: frame_bytes >= 60.
std::vector<uint8_t> MakeAcknowledgement(uint16_t flow, uint16_t frame_bytes);

// Every buffer of the pool, flow by flow. REQUIRES: none is in use; flows > 0.
void FillWithAcknowledgements(const PacketPool& pool, uint16_t flows, uint16_t frame_bytes);

}  // namespace sluice::port
