// Exchange: the few words that workers and control say to each other while packets run, field by field.
//
// Besides these there are only statistics (worker: rw, control: ro) and the record rings. Thread: as noted at each field.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/pipeline/policy_state.h"
#include "dataplane/pipeline/shadow.h"
#include "dataplane/verdict/quarantine_set.h"
#include "rules/bundle/bundle.h"

namespace sluice::worker {

// How a run ends: each step is over when all threads have done it, so that nothing is on its way to a thread that has ended.
enum class Phase : uint32_t {
  kRun,
  kStopReceiving,  // queues are no longer polled; what intakes hold comes out
  kDrain,          // rings between workers are emptied; pipelines end their flows
  kSendLast,       // rings to the transmitting threads and back to the intakes are emptied
  kEnd,
};

// A policy in force; control keeps it until every thread has acknowledged a later one.
struct Publication {
  std::shared_ptr<const bundle::Bundle> policy;
  uint32_t generation = 0;
  // For each worker what it is to put in force, and afterwards what it put out of force. Control: until it is published and again once
  // that thread has acknowledged it; in between the worker of that number.
  std::vector<pipeline::PolicyState> prepared;
};

// A policy that is tried on each worker beside the one in force; none where `of` is empty. Control keeps it as a Publication.
struct ShadowPublication {
  uint32_t generation = 0;
  std::vector<std::unique_ptr<pipeline::Shadow>> of;  // nullptr for a distributor
};

struct ControlWords {
  std::atomic<Publication*> publication{nullptr};       // control: rw, worker: ro
  // What is held back; nullptr: there never was anything. Control keeps it until every thread has acknowledged a later one.
  std::atomic<const verdict::QuarantineSet*> quarantine{nullptr};  // control: rw, worker: ro
  std::atomic<const ShadowPublication*> shadow{nullptr};  // control: rw, worker: ro; what it owns is the worker's
  std::atomic<Phase> phase{Phase::kRun};                 // control: rw, worker: ro
};

struct WorkerWords {
  std::atomic<uint32_t> acknowledged{0};                 // generation seen; worker: rw, control: ro
  std::atomic<uint32_t> refused{0};                      // generation that could not be adopted; worker: rw, control: ro
  std::atomic<uint32_t> quarantine{0};                   // generation of quarantines in use; worker: rw, control: ro
  std::atomic<uint32_t> shadow{0};                       // generation of the shadow in use; worker: rw, control: ro
  std::atomic<Phase> done{Phase::kRun};                  // worker: rw, control: ro
};

}  // namespace sluice::worker
