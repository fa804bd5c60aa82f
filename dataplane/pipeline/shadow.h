// Shadow: a policy that judges beside the one in force and does nothing: what it would have done differently is counted.
//
// Each object that begins under the policy in force gets a second match stream and tally. Made and freed by control, worked by one
// worker, which hands every object's bytes to it after it judged them itself. Thread: worker; AddTo by control. Allocates: in
// Create only. Failure: a full pool or a matcher that refuses is counted as objects_not_compared. docs/operations.md says what it cannot know.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/counter.h"
#include "base/slab_pool.h"
#include "dataplane/match/confirm.h"
#include "dataplane/match/matcher.h"
#include "dataplane/pipeline/shadow_report.h"
#include "dataplane/verdict/decide.h"
#include "rules/bundle/bundle.h"

namespace sluice::pipeline {

// The rules of both policies, put together by their ids. Immutable; all workers share it.
struct ShadowPlan {
  static constexpr uint32_t kNone = UINT32_MAX;
  static std::shared_ptr<const ShadowPlan> Make(const bundle::Bundle& in_force, std::shared_ptr<const bundle::Bundle> tried, uint32_t in_force_generation);

  std::shared_ptr<const bundle::Bundle> tried;
  uint32_t in_force_generation = 0;       // flows of others are not compared
  std::vector<ShadowRule> rules;
  std::vector<uint32_t> of_in_force, of_tried;  // by the policies' own rule numbers, into `rules`
};

struct ShadowFiring {
  uint32_t rule = 0;  // into ShadowPlan::rules
  verdict::Verdict verdict = verdict::Verdict::kAllow;
  match::MaskedText masked;
};

class ShadowFirings {
 public:
  static constexpr size_t kCapacity = 6;
  void Add(uint32_t rule, const verdict::FiredRule& fired) noexcept {
    strongest_ = std::max(strongest_, fired.verdict);
    if (size_ == kCapacity) overflown_ = true;
    else all_[size_++] = {rule, fired.verdict, fired.masked};
  }
  const ShadowFiring* Find(uint32_t rule) const noexcept {
    for (size_t i = 0; i < size_; ++i) {
      if (all_[i].rule == rule) return &all_[i];
    }
    return nullptr;
  }
  std::span<const ShadowFiring> all() const noexcept { return {all_.data(), size_}; }
  bool overflown() const noexcept { return overflown_; }  // more rules fired than can be compared
  verdict::Verdict strongest() const noexcept { return strongest_; }

 private:
  std::array<ShadowFiring, kCapacity> all_;
  size_t size_ = 0;
  bool overflown_ = false;
  verdict::Verdict strongest_ = verdict::Verdict::kAllow;
};

// What is kept of an open object beside its ObjectState.
struct ShadowObject {
  match::MatchStream* stream = nullptr;
  bool failed = false;
  verdict::Tally tally;
  ShadowFirings in_force, tried;
};

class Shadow {
 public:
  static Result<std::unique_ptr<Shadow>> Create(std::shared_ptr<const ShadowPlan> plan, uint32_t max_objects, uint32_t generation);

  uint32_t generation() const noexcept { return generation_; }
  bool IsOf(uint32_t policy_generation) const noexcept { return policy_generation == plan_->in_force_generation; }

  // nullptr where there is no room: counted.
  ShadowObject* Open() noexcept;
  // What the policy in force found in it.
  void NoteInForce(ShadowObject& object, const verdict::FiredRule& fired) noexcept { object.in_force.Add(plan_->of_in_force[fired.rule], fired); }
  // Whether there is something to judge: Judge, before the next call. `position`: behind the last of `bytes`.
  bool Scan(ShadowObject& object, ByteView bytes, uint64_t position) noexcept;
  bool ScanName(ShadowObject& object, std::string_view name) noexcept;
  bool End(ShadowObject& object) noexcept;
  // `read_before`: the object of which this is another reading.
  void Judge(ShadowObject& object, uint64_t position, bool at_end, const verdict::ObjectFacts& facts, const ShadowObject* read_before) noexcept;
  void Skip(ShadowObject& object, uint64_t gap) noexcept;
  // Compares what both found. `example` has what is known of the object. Nothing is handed to it any more.
  void Compare(ShadowObject& object, const ShadowExample& example) noexcept;
  void Give(ShadowObject* object) noexcept { objects_->Give(object); }

  // By control, at any time.
  void AddTo(ShadowReport& report) const;

 private:
  static constexpr size_t kMaxExamples = 64;
  static constexpr uint32_t kExamplesOfARule = 3;
  struct RuleCounts {
    Counter same;
    CounterSet<ShadowChange> changes;
    uint32_t examples = 0;
  };

  Shadow(std::shared_ptr<const ShadowPlan> plan, uint32_t generation) : plan_(std::move(plan)), generation_(generation), counts_(plan_->rules.size()) {}
  void TakeFired(ShadowObject& object, const ShadowObject* read_before) noexcept;
  void CompareRules(const ShadowObject& object, const ShadowExample& example) noexcept;
  void CompareOutcome(const ShadowObject& object) noexcept;
  verdict::Verdict StrongestCompared(const ShadowFirings& firings) const noexcept;
  void Change(ShadowChange change, const ShadowFiring* before, const ShadowFiring* after, const ShadowExample& example) noexcept;

  const std::shared_ptr<const ShadowPlan> plan_;
  const uint32_t generation_;
  std::unique_ptr<match::Matcher> matcher_;
  std::unique_ptr<match::Confirmer> confirmer_;
  std::unique_ptr<verdict::Decider> decider_;
  std::optional<SlabPool<ShadowObject>> objects_;
  match::HitList hits_;
  match::FindingList confirmed_;
  verdict::FiredList fired_;

  // Worker: rw, control: ro.
  Counter compared_, not_compared_, would_block_, would_let_pass_;
  std::vector<RuleCounts> counts_;
  std::array<ShadowExample, kMaxExamples> examples_;
  std::atomic<uint32_t> example_count_{0};  // examples before this one are complete and stay
};

}  // namespace sluice::pipeline
