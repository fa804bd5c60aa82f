// PolicyState: a policy made ready for one worker: its matcher with stream memory, confirmer, decider and signature engine.
//
// Made by control while the worker goes on with its packets (Pipeline::Prepare), put in force by the worker with a swap
// (Pipeline::Adopt), and freed by control again. Thread: one owner at a time. Allocates: in Prepare only.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/match/confirm.h"
#include "dataplane/match/matcher.h"
#include "dataplane/signature/engine.h"
#include "dataplane/verdict/decide.h"

namespace sluice::pipeline {

struct PolicyState {
  std::unique_ptr<match::Matcher> matcher;
  std::unique_ptr<match::Confirmer> confirmer;
  std::unique_ptr<verdict::Decider> decider;
  std::unique_ptr<signature::Engine> signatures;  // null: no detector asks for registered documents
  std::vector<model::Scope> evidence;  // of what the rules that ask for evidence may speak, as known when an object begins
  uint32_t generation = 0;
  uint64_t flows = 0;  // live ones that are judged by it
};

}  // namespace sluice::pipeline
