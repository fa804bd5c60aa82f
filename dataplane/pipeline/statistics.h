// Statistics: what a pipeline counted. Written by its worker, read by anyone at any time (worker: rw, control: ro).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/counter.h"
#include "dataplane/content/fate.h"
#include "dataplane/decode/decode_outcome.h"
#include "dataplane/extract/extraction_room.h"
#include "dataplane/signature/engine.h"

namespace sluice::pipeline {

enum class PipelineCounter : uint8_t {
  kPackets,             // taken from intake
  kBytes,
  kForwardedPackets,
  kDroppedPackets,
  kInjectedFrames,
  kInjectionFull,       // a frame could not be injected: list full, or the encapsulation cannot be rebuilt
  kFlowsCreated,
  kFlowsEnded,
  kBadTcpChecksum,      // packets that went no further
  kFlowTableFull,       // packets that found no slot
  kFlowsBlocked,
  kQuarantinedPackets,  // held back
  kFindings,
  kAnomalies,
  kAnomaliesFolded,     // counted in a later record of their kind and flow
  kObjects,
  kObjectTableFull,
  kViews,               // decoded contents within objects that were inspected
  kDocumentsDeferred,   // given to an extractor while their flow went on, or was held
  kFlowsHeld,           // a direction waited for an extractor
  kHeldPackets,         // dropped in the meantime: their sender repeats them
  kHoldsExpired,        // the wait was over before the extractor was done
  kHoldsFull,           // a direction could not wait for want of a place
  kDecoderChainsFull,   // an object was not decoded for want of a chain
  kSessionTableFull,
  kExpectationsAnnounced,  // connections that another one spoke of (FTP, TFTP)
  kExpectationsMet,
  kExpectationsUnmet,      // given up: never came, or came to another worker and was inspected without its name
  kExpectationTableFull,
  kNameTableFull,       // a name was seen and could not be kept for the flow's record
  kTallyTableFull,      // an object's hits could not be kept between runs: counts over several runs are lost
  kPolicyMovedFlows,    // judged by the newest policy from the middle on, for theirs had to make room for it
  kGapTimersFull,       // a flow's gap waits for its packets, its limits or its end, not for a timer
  kScanFailures,
  kRecordRingFull,
  kHitsOverLimit,       // hits of one scan call beyond the list's size
  kFindingsOverLimit,   // fired in one run beyond what can be recorded; their verdict counts
  kCount,
};
std::string_view Name(PipelineCounter counter);

struct Statistics {
  CounterSet<PipelineCounter> counters;
  CounterSet<content::Fate> fates;  // bytes
  CounterSet<decode::DecodeOutcome> decoded;  // views of objects, by how they ended
  CounterSet<signature::SignatureCounter> signatures;
  CounterSet<extract::ExtractionCounter> extraction;
};

}  // namespace sluice::pipeline
